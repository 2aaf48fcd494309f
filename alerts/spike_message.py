"""The words of a spike: why it rose, what it costs by tonight, and that it is over."""

from __future__ import annotations

from decimal import Decimal

from alerts.drivers import Drivers
from alerts.history import HOUR
from alerts.incident import Incident
from alerts.message import RESOLVE, TRIGGER, Message, about, lasting, scope, times, total, when
from alerts.plain import plain
from alerts.reading import Reading
from warehouse import usd

SMALL = Decimal("0.05")  # a driver with less of the rise is named among what did not cause it


def cause(reading: Reading, drivers: Drivers) -> str:
    """The sentence kept with the incident, and shown with it."""
    model = ""
    if reading.model is not None:
        model = f" {round(reading.model_share * 100)} % of it is {plain(reading.model)}."
    told = drivers.sentence()
    return f"{told[0].upper()}{told[1:]}.{model} Compared with {reading.basis}."


def spike(incident: Incident, reading: Reading, drivers: Drivers, projected_usd: Decimal, links: str) -> Message:
    """The page, or the warning, that a spike opened or grew into a page."""
    rate = f"{usd(Decimal(repr(reading.last_hour_usd)))} in the last hour"
    going = "still rising" if reading.rising else "no longer rising"
    lines = [
        f"{total(incident)} {rate}, {going}.",
        f"Since {when(incident.opened_at)} ({lasting(reading.until - reading.since)}).",
        f"Why: {incident.cause}",
        f"Rule: hourly spend; {reading.score:.1f} robust deviations over {reading.window_hours} h.",
    ]
    if reading.until - reading.since < 24 * HOUR:
        tonight = when(incident.opened_at + 24 * HOUR)
        lines[1] += f" If it goes on: about {usd(projected_usd)} too much by {tonight}."
    if others := not_the_cause(drivers):
        lines.insert(3, f"Not the cause: {', '.join(others)}.")
    subject = f"{scope(incident)}: spend {times(incident)}, {usd(incident.actual_usd)} so far"
    return about(incident, TRIGGER, f"{subject} (+{usd(incident.impact_usd)})", lines, links)


def over(incident: Incident, adopted: bool, links: str) -> Message:
    """The note that a spike is over, with what it cost in all."""
    span = lasting(incident.last_seen_at - incident.opened_at)
    ending = (
        "It lasted a week: this level is the usual one from now on." if adopted else "The hours since are ordinary."
    )
    lines = [
        total(incident),
        f"From {when(incident.opened_at)} to {when(incident.last_seen_at)} ({span}). {ending}",
        f"Why: {incident.cause}",
    ]
    subject = f"{scope(incident)}: spend is {'at a new level' if adopted else 'ordinary again'}"
    return about(incident, RESOLVE, f"{subject}, {usd(incident.impact_usd)} too much in {span}", lines, links)


def not_the_cause(drivers: Drivers) -> list[str]:
    """The drivers that were measured and have next to nothing of the rise."""
    parts = {
        "calls": (drivers.calls_usd, drivers.calls_times),
        "tokens per call": (drivers.tokens_per_call_usd, drivers.tokens_per_call_times),
        "unit price": (drivers.unit_price_usd, drivers.unit_price_times),
    }
    small = SMALL * abs(drivers.excess_usd)
    return [name for name, (part, measured) in parts.items() if measured is not None and abs(part) < small]
