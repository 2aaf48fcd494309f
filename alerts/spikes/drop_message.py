"""The words of a drop: how little was spent, what that may mean, and that it is over."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.incidents.incident import Incident
from alerts.incidents.message import RESOLVE, TRIGGER, Message, about, lasting, scope, total, when
from alerts.plain import plain
from alerts.spikes.reading import BASIS, Reading
from warehouse import usd

STILL_TRIED = 0.3  # of the calls that are usual: where so many are tried, it is not the calls that are missing


def fallen(reading: Reading) -> str:
    """The sentence kept with the incident, and shown with it."""
    return " ".join([*_tried(reading), *_since_when(reading), f"Compared with {BASIS}."])


def _tried(reading: Reading) -> Iterator[str]:
    tried = reading.attempts
    if tried is None or not tried.attempts:
        yield "No call is tried any more."
    elif tried.fail_more:
        yield f"Its calls fail: {tried.failed:,} of {tried.attempts:,} attempts."
    elif tried.attempts > STILL_TRIED * reading.expected.calls > 0:
        yield f"Calls go on, {tried.attempts:,} in these hours, and cost next to nothing."
    else:
        yield f"Hardly a call is tried any more: {tried.attempts:,} in these hours."


def _since_when(reading: Reading) -> Iterator[str]:
    if reading.versions:
        yield f"First seen shortly before: {', '.join(plain(version) for version in reading.versions)}."


def drop(incident: Incident, reading: Reading, links: str) -> Message:
    """What a drop is told as: no page, since what is not spent wakes nobody."""
    lines = [
        *total(incident),
        f"Since {when(incident.opened_at)} ({lasting(reading.until - reading.since)}).",
        f"Why: {incident.cause}",
        "Either the work is not done, or it is done and not told: then its spend is missing here.",
        "Rule: hourly spend; hours with next to nothing where something is usual.",
    ]
    subject = f"{scope(incident)}: spend fell, {usd(-incident.impact_usd)} less than expected"
    return about(incident, TRIGGER, subject, lines, links)


def returned(incident: Incident, adopted: bool, links: str) -> Message:
    """The note that a drop is over."""
    span = lasting(incident.last_seen_at - incident.opened_at)
    ending = "It lasted: this level is the usual one from now on." if adopted else "It is spent again as usual."
    lines = [
        *total(incident),
        f"From {when(incident.opened_at)} to {when(incident.last_seen_at)} ({span}). {ending}",
        f"Why: {incident.cause}",
    ]
    subject = f"{scope(incident)}: spend is {'at a new, lower level' if adopted else 'back'}"
    return about(
        incident, RESOLVE, f"{subject}, {usd(-incident.impact_usd)} less than expected in {span}", lines, links
    )
