"""Write beside an incident what its page shows: the hours around it, its parts, what changed, and where it leads."""

from __future__ import annotations

from dataclasses import asdict

from alerts.detecting import UP, instant
from alerts.detecting.drivers import split
from alerts.incidents.incident import Incident
from alerts.spikes.episodes import Episode
from alerts.spikes.reading import Reading, outlook
from warehouse import Transaction

FORGET = tuple(
    f"DELETE FROM {table} WHERE incident_id = $incident_id"  # noqa: S608 - names are ours
    for table in ("incident_hours", "incident_leaves", "incident_evidence", "incident_drivers", "incident_outlook")
)
NOTE_HOUR = "INSERT INTO incident_hours VALUES ($incident_id, $hour_at, $expected_usd, $high_usd)"
NOTE_LEAF = """
INSERT INTO incident_leaves VALUES
    ($incident_id, $place, $environment, $provider, $model, $purpose, $actual_usd, $expected_usd, $is_cause,
     $team, $workflow)
"""
NOTE_EVIDENCE = "INSERT INTO incident_evidence VALUES ($incident_id, $kind, $name, $seen_at, $cost_usd)"
NOTE_DRIVER = "INSERT INTO incident_drivers VALUES ($incident_id, $place, $driver, $part_usd, $times, $is_cause)"
NOTE_OUTLOOK = """
INSERT INTO incident_outlook VALUES
    ($incident_id, $last_hour_usd, $projected_usd, $projected_until, $rising, $score, $window_hours)
"""


def explain(tx: Transaction, incident: Incident, episode: Episode, reading: Reading) -> None:
    """Put this in place of what stood beside the incident. Of a fall there are no parts: what is not there has none."""
    whose = {"incident_id": incident.incident_id}
    for forget in FORGET:
        tx.execute(forget, whose)
    band = episode.band
    for place, (expected, high) in enumerate(zip(band.expected_usd, band.high_usd, strict=True)):
        told = {"hour_at": instant(band.since + place), "expected_usd": expected, "high_usd": high}
        tx.execute(NOTE_HOUR, {**whose, **told})
    for seen in reading.evidence:
        tx.execute(NOTE_EVIDENCE, {**whose, **asdict(seen)})
    if episode.direction != UP:
        return
    for place, leaf in enumerate(reading.leaves):
        tx.execute(NOTE_LEAF, {**whose, "place": place, **asdict(leaf)})
    for place, part in enumerate(split(incident.impact_usd, reading.actual, reading.expected).parts):
        tx.execute(NOTE_DRIVER, {**whose, "place": place, **asdict(part)})
    tx.execute(NOTE_OUTLOOK, {**whose, **asdict(outlook(incident, reading))})
