"""The words of a spike: why it rose, what it costs by tonight, and that it is over."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alerts.drivers import SMALL, Drivers
from alerts.incident import Incident
from alerts.message import RESOLVE, TRIGGER, Message, about, lasting, scope, times, total, when
from alerts.plain import plain
from alerts.reading import BASIS, HOUR, Outlook, Reading
from warehouse import usd


def cause(reading: Reading, drivers: Drivers) -> str:
    """The sentence kept with the incident, and shown with it."""
    return " ".join([drivers.sentence(), *_where(reading), *_since_when(reading), f"Compared with {BASIS}."])


def _where(reading: Reading) -> Iterator[str]:
    """The leaves that are the cause, by model; and what held the rise back."""
    whole = sum((leaf.excess_usd for leaf in reading.leaves), Decimal(0))
    if whole <= 0 or not reading.causes:
        return
    by_name: dict[str, Decimal] = {}
    for leaf in reading.causes:
        name = plain(leaf.model) if leaf.model else "no model named"
        by_name[name] = by_name.get(name, Decimal(0)) + leaf.excess_usd
    parts = [f"{name} has {_share(part, whole)}" for name, part in by_name.items()]
    yield f"{', '.join(parts)}."
    offset = sum((leaf.excess_usd for leaf in reading.leaves if leaf.excess_usd < 0), Decimal(0))
    if -offset >= SMALL * whole:
        yield f"{usd(-offset)} less elsewhere."


def _share(part: Decimal, whole: Decimal) -> str:
    percent = round(part / whole * 100)
    return "all of it" if percent >= 100 else f"{percent} % of it"


def _since_when(reading: Reading) -> Iterator[str]:
    if reading.versions:
        yield f"First seen shortly before: {', '.join(plain(version) for version in reading.versions)}."


def spike(incident: Incident, reading: Reading, outlook: Outlook, links: str) -> Message:
    """The page, or the warning, that a spike opened or grew into a page."""
    hours = (reading.until - reading.since) // HOUR
    rate = f"{usd(outlook.last_hour_usd)} in the last hour"
    going = "its first" if hours == 1 else "still rising" if outlook.rising else "no longer rising"
    lines = [
        f"{total(incident)} {rate}, {going}.",
        f"Since {when(incident.opened_at)} ({lasting(reading.until - reading.since)}).",
        f"Why: {incident.cause}",
        f"Rule: hourly spend; {outlook.score:.1f} robust deviations over {outlook.window_hours} h.",
    ]
    if outlook.projected_usd is not None and outlook.projected_until is not None:
        tonight = when(outlook.projected_until)
        lines[1] += f" If it goes on: about {usd(outlook.projected_usd)} too much by {tonight}."
    subject = f"{scope(incident)}: spend {times(incident)}, {usd(incident.actual_usd)} so far"
    return about(incident, TRIGGER, f"{subject} (+{usd(incident.impact_usd)})", lines, links)


def over(incident: Incident, adopted: bool, links: str) -> Message:
    """The note that a spike is over, with what it cost in all."""
    span = lasting(incident.last_seen_at - incident.opened_at)
    ending = "It lasted: this level is the usual one from now on." if adopted else "The hours since are ordinary."
    lines = [
        total(incident),
        f"From {when(incident.opened_at)} to {when(incident.last_seen_at)} ({span}). {ending}",
        f"Why: {incident.cause}",
    ]
    subject = f"{scope(incident)}: spend is {'at a new level' if adopted else 'ordinary again'}"
    return about(incident, RESOLVE, f"{subject}, {usd(incident.impact_usd)} too much in {span}", lines, links)


def withdrawn(incident: Incident, links: str) -> Message:
    """The note that a spike was none: its hours were judged again with what came late."""
    lines = [
        "What came in since then changed these hours, and judged again they are ordinary.",
        f"It was told as: {incident.cause}",
    ]
    return about(incident, RESOLVE, f"{scope(incident)}: no spike after all", lines, links)
