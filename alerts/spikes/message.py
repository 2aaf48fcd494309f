"""The words of a spike: why it rose, what it costs by tonight, and that it is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from alerts.budgets.account import Account
from alerts.detecting.drivers import SMALL, Drivers
from alerts.incidents.incident import COMPANY, SPEND_DROP, TEAM, UNATTRIBUTED, Incident
from alerts.incidents.message import LINE_LENGTH, RESOLVE, TRIGGER, Message, about, lasting, scope, times, total, when
from alerts.plain import plain
from alerts.spikes.causes import Leaf
from alerts.spikes.key import Key
from alerts.spikes.reading import BASIS, HOUR, Outlook, Reading
from warehouse import usd

MOST_NAMED = 5  # workflows of a whole; its page lists them all


def cause(reading: Reading, drivers: Drivers, key: Key) -> str:
    """The sentence kept with the incident, and shown with it; `key` says whose spend it is."""
    where = _where(reading, key.whole) if key.model is None else _of_model(key.model)
    return " ".join([drivers.sentence(), *where, *_since_when(reading), f"Compared with {BASIS}."])


def _of_model(model: str) -> Iterator[str]:
    yield f"{plain(model)} has all of it, and no other model of the workflow has as much less."


def _where(reading: Reading, of: str | None) -> Iterator[str]:
    """The leaves that are the cause, by model, or by workflow where there are many; and what held the rise back."""
    whole = sum((leaf.excess_usd for leaf in reading.leaves), Decimal(0))
    if whole <= 0 or not reading.causes:
        return
    by_name: dict[str, Decimal] = {}
    for leaf in reading.causes:
        name = _name(leaf, of)
        by_name[name] = by_name.get(name, Decimal(0)) + leaf.excess_usd
    if of is None:
        yield f"{', '.join(f'{name} has {_share(part, whole)}' for name, part in by_name.items())}."
    else:
        dearest = sorted(by_name, key=lambda name: -by_name[name])
        rest = f" and {len(dearest) - MOST_NAMED} more" if len(dearest) > MOST_NAMED else ""
        share = _share(sum(by_name.values(), Decimal(0)), whole)
        yield f"{len(dearest)} workflows have {share}: {', '.join(dearest[:MOST_NAMED])}{rest}; none by itself."
    offset = sum((leaf.excess_usd for leaf in reading.leaves if leaf.excess_usd < 0), Decimal(0))
    if -offset >= SMALL * whole:
        yield f"{usd(-offset)} less elsewhere."


def _name(leaf: Leaf, of: str | None) -> str:
    workflow = plain(leaf.workflow) if leaf.workflow else "no workflow named"
    if of == COMPANY:
        return f"{plain(leaf.team) if leaf.team is not None else UNATTRIBUTED} / {workflow}"
    if of == TEAM:
        return workflow
    return plain(leaf.model) if leaf.model else "no model named"


def _share(part: Decimal, whole: Decimal) -> str:
    percent = round(part / whole * 100)
    return "all of it" if percent >= 100 else f"{percent} % of it"


def _since_when(reading: Reading) -> Iterator[str]:
    if reading.versions:
        yield f"First seen shortly before: {', '.join(plain(version) for version in reading.versions)}."


@dataclass(frozen=True, slots=True)
class Beside:
    """What a message tells that is no part of the spike: its owner's budget, what to do about it, where to look."""

    account: Account | None
    runbook: str | None
    links: str  # the address of the pages


def spike(incident: Incident, reading: Reading, outlook: Outlook, beside: Beside) -> Message:
    """The page, or the warning, that a spike opened or grew into a page."""
    hours = (reading.until - reading.since) // HOUR
    rate = f"{usd(outlook.last_hour_usd)} in the last hour"
    going = "its first" if hours == 1 else "still rising" if outlook.rising else "no longer rising"
    since = f"Since {when(incident.opened_at)} ({lasting(reading.until - reading.since)})."
    if outlook.projected_usd is not None and outlook.projected_until is not None:
        tonight = when(outlook.projected_until)
        since += f" If it goes on: about {usd(outlook.projected_usd)} too much by {tonight}."
    lines = [
        f"{' '.join(total(incident))} {rate}, {going}.",
        since,
        *_budget(beside.account),
        f"Why: {incident.cause}",
        *_not_why(reading),
        *_traces(reading),
        f"Rule: hourly spend; {outlook.score:.1f} robust deviations over {outlook.window_hours} h.",
    ]
    subject = f"{scope(incident)}: spend {times(incident)}, {usd(incident.actual_usd)} so far"
    told = about(incident, TRIGGER, f"{subject} (+{usd(incident.impact_usd)})", lines, beside.links)
    runbook = [f"Runbook: {plain(beside.runbook, LINE_LENGTH)}"] if beside.runbook else []
    return replace(told, lines=(*told.lines, *runbook))


def _budget(account: Account | None) -> Iterator[str]:
    if account is not None:
        spent, of = usd(account.spent_usd), usd(account.budget_usd)
        yield f"Budget of {account.window.key}: {spent} of {of} spent ({account.used_percent} %)."


def _not_why(reading: Reading) -> Iterator[str]:
    """What one would think of next, and need not; and whether all that is known is all there is."""
    tried = reading.attempts
    if tried is None:
        return
    until = f"complete until {when(reading.until)}"
    if tried.unknown_calls:
        lacking = f"{tried.unknown_calls:,} of {tried.calls:,} calls lack a price or a usage"
        yield f"Data: {until}; {lacking}, and are not in it."
    else:
        yield f"Data: {until}; all {tried.calls:,} calls are priced."
    if tried.failed_share is not None and not tried.fail_more:
        yield f"Not the cause: retries, {tried.failed:,} of {tried.attempts:,} attempts failed."


def _traces(reading: Reading) -> Iterator[str]:
    told = [f"{plain(seen.name)} ({usd(seen.cost_usd or Decimal(0))})" for seen in reading.traces]
    if told:
        yield f"Dearest traces: {', '.join(told)}."


def over(incident: Incident, adopted: bool, links: str) -> Message:
    """The note that a spike is over, with what it cost in all."""
    span = lasting(incident.last_seen_at - incident.opened_at)
    ending = "It lasted: this level is the usual one from now on." if adopted else "The hours since are ordinary."
    lines = [
        *total(incident),
        f"From {when(incident.opened_at)} to {when(incident.last_seen_at)} ({span}). {ending}",
        f"Why: {incident.cause}",
    ]
    subject = f"{scope(incident)}: spend is {'at a new level' if adopted else 'ordinary again'}"
    return about(incident, RESOLVE, f"{subject}, {usd(incident.impact_usd)} too much in {span}", lines, links)


def withdrawn(incident: Incident, links: str) -> Message:
    """The note that a spike, or a drop, was none: its hours were judged again with what came late."""
    lines = [
        "What came in since then changed these hours, and judged again they are ordinary.",
        f"It was told as: {incident.cause}",
    ]
    what = "drop" if incident.kind == SPEND_DROP else "spike"
    return about(incident, RESOLVE, f"{scope(incident)}: no {what} after all", lines, links)
