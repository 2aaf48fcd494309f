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


def cause(reading: Reading, drivers: Drivers) -> str:
    """The sentence kept with the incident, and shown with it."""
    share = round(reading.model_share * 100)
    part = f"{share} % of it" if share < 100 else "all of it"
    model = f" {plain(reading.model)} has {part}." if reading.model is not None else ""
    return f"{drivers.sentence()}{model} Compared with {reading.basis}."


def spike(incident: Incident, reading: Reading, projected_usd: Decimal, links: str) -> Message:
    """The page, or the warning, that a spike opened or grew into a page."""
    hours = (reading.until - reading.since) // HOUR
    rate = f"{usd(Decimal(repr(reading.last_hour_usd)))} in the last hour"
    going = "its first" if hours == 1 else "still rising" if reading.rising else "no longer rising"
    lines = [
        f"{total(incident)} {rate}, {going}.",
        f"Since {when(incident.opened_at)} ({lasting(reading.until - reading.since)}).",
        f"Why: {incident.cause}",
        f"Rule: hourly spend; {reading.score:.1f} robust deviations over {reading.window_hours} h.",
    ]
    if reading.until - reading.since < 24 * HOUR:
        tonight = when(incident.opened_at + 24 * HOUR)
        lines[1] += f" If it goes on: about {usd(projected_usd)} too much by {tonight}."
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
