"""Incidents in words: what happened, to whom, and for how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from dashboards.figures import Mark
from dashboards.sums import dollars
from dashboards.words import at, cut, markdown, named, percent
from warehouse import usd

RUNAWAY = "runaway"
KINDS = {
    "spend_spike": "Spend spike",
    "spend_drop": "Spend drop",
    "budget": "Budget",
    "silence": "Silence",
    RUNAWAY: "Runaway",
}
# What is no matter of dollars beyond an expectation; its cause says it.
SAID_BY_CAUSE = frozenset(
    {
        *("unpriced", "provider_failures", "evaluation_drop", "guardrail_rate"),
        *("price_change", "drift", "regression", "journal_lag", "job_failed"),
    }
)
OPEN, ACKNOWLEDGED, SNOOZED, EXPECTED, RESOLVED = "open", "acknowledged", "snoozed", "expected", "resolved"
ANSWERS = {"acknowledge": ACKNOWLEDGED, "snooze": SNOOZED, "expected": EXPECTED}
FACTORS = {"calls": "calls", "tokens_per_call": "tokens per call", "unit_price": "price per token"}
DRIVERS = {"calls": "more calls", "tokens_per_call": "more tokens per call", "unit_price": "a higher price per token"}

LONGEST_NAME = 60  # in a headline
# Of attempts: failing that much more than before may be why something costs more.
MORE_FAILURES = 0.01

Incident = Mapping[str, Any]
"""A row of `questions/incidents.sql`."""


def owner(incident: Incident) -> str:
    """'Support / chat', 'Support / chat, gpt-5' or Unattributed; of a whole 'Support, all workflows', 'All teams'."""
    if incident.get("whole") == "company":
        return "All teams"
    if incident.get("whole") == "team":
        return f"{cut(named(incident['team']), LONGEST_NAME)}, all workflows"
    whose = " / ".join(cut(part, LONGEST_NAME) for part in (named(incident["team"]), incident["workflow"]) if part)
    return f"{whose}, {cut(incident['of_model'], LONGEST_NAME)}" if incident.get("of_model") else whose


def headline(incident: Incident) -> str:
    """'Support / chat: $236 more than expected'."""
    if incident["kind"] in SAID_BY_CAUSE:
        return str(incident["cause"])
    if incident["kind"] == RUNAWAY:
        # Which task or user it is, and by how much of what, is the whole matter.
        return f"{owner(incident)}: {str(incident['cause']).removesuffix('.')}"
    if incident["kind"] == "budget" and incident["team"] is None:
        # Of the company, an account, a user or a model: the cause names it.
        return f"{str(incident['cause']).removesuffix(' is spent.')}: {weight(incident)}"
    return f"{owner(incident)}: {weight(incident)}"


def untold(incident: Incident, since: str) -> str:
    """Since when and why, as far as the headline has not said it; `since` '' leaves it out."""
    cause = str(incident["cause"])
    if cause.removesuffix(".") in headline(incident):
        return f"Since {since}." if since else ""
    return f"Since {since}: {cause}" if since else cause


def weight(incident: Incident) -> str:
    """What it is about, in dollars where dollars are the matter."""
    if incident["kind"] == "silence":
        return f"silent, where {usd(incident['expected_usd'])} was expected"
    if incident["kind"] == "budget":
        return f"{usd(incident['actual_usd'])} spent of a budget of {usd(incident['expected_usd'])}"
    impact = incident["impact_usd"]
    return f"{usd(abs(impact))} {'more' if impact >= 0 else 'less'} than expected"


def impact(incident: Incident) -> tuple[str, Decimal]:
    """The amount that matters, and what it is called."""
    beyond = incident["impact_usd"]
    if incident["kind"] == "silence":
        return "Expected meanwhile", incident["expected_usd"]
    if incident["kind"] == "budget":
        return ("Over budget", beyond) if beyond >= 0 else ("Left of the budget", -beyond)
    if incident["kind"] == RUNAWAY:
        return ("Above the cap", beyond) if incident["expected_usd"] else ("At stake", beyond)
    return ("Above expected", beyond) if beyond >= 0 else ("Below expected", -beyond)


def measure(incident: Incident) -> str:
    """What was spent is held against."""
    if incident["kind"] == RUNAWAY and not incident["expected_usd"]:
        return "its cap is not one of dollars"
    of = {"budget": "of a budget of", RUNAWAY: "where the cap is"}.get(incident["kind"], "expected")
    return f"{of} {usd(incident['expected_usd'])}"


def kind(incident: Incident) -> str:
    """What sort of incident it is."""
    return KINDS.get(incident["kind"], str(incident["kind"]).replace("_", " ").capitalize())


def driver(incident: Incident) -> str:
    """Which of the three factors moved it."""
    return DRIVERS.get(incident["driver"], str(incident["driver"]))


def standing(incident: Incident, now: datetime) -> str:
    """Where it stands between people: open, acknowledged, snoozed, expected or resolved.

    What was to hold until an instant that is past holds no more: it is open again. What is over stays expected until
    then, so that nobody looks into it.
    """
    until = incident.get("answered_until")
    past = until is not None and until <= now.astimezone(UTC).replace(tzinfo=None)
    answer = OPEN if past else ANSWERS.get(str(incident.get("answer")), OPEN)
    if incident["state"] != "open":
        return EXPECTED if answer == EXPECTED else RESOLVED
    return answer


def state_badge(incident: Incident) -> str:
    """The state as a word in a colour, in Markdown; red only for what someone must act on now."""
    if incident["state"] != "open":
        return ":gray-badge[resolved]"
    return {"page": ":red-badge[page]", "warn": ":orange-badge[warn]"}.get(incident["severity"], ":blue-badge[info]")


def standing_badge(incident: Incident, now: datetime, zone: ZoneInfo) -> str:
    """What somebody said about it, who and until when, in Markdown; nothing while nobody did."""
    stands = standing(incident, now)
    if stands in (OPEN, RESOLVED):
        return ""
    until = f" until {at(incident['answered_until'], zone)}" if incident["answered_until"] else ""
    said = markdown(f"{stands} by {incident['answered_by']}{until}")
    return f":green-badge[{said}]"


def at_stake(incident: Incident) -> Decimal:
    """The dollars by which it is put in order: what is beyond, what was not heard, nothing for a budget that lasts."""
    if incident["kind"] == "budget":
        return max(Decimal(incident["impact_usd"]), Decimal(0))
    return abs(impact(incident)[1])


def excess(incidents: pl.DataFrame) -> Decimal:
    """What the spikes among them cost above what was expected, each dollar once.

    A budget that is overrun holds the same money again, and a team, or the company, that of what stands under it.
    """
    spikes = incidents.filter(pl.col("kind") == "spend_spike")
    wholes = spikes.filter(pl.col("whole").is_not_null())["incident_id"]
    return dollars(spikes.filter(~pl.col("parent_id").is_in(wholes.implode()).fill_null(value=False)), "impact_usd")


def not_the_cause(
    incident: Incident, drivers: pl.DataFrame, evidence: pl.DataFrame, attempts: Mapping[str, Any]
) -> list[str]:
    """What one would think of next, and need not: said only where it is known."""
    if incident["kind"] != "spend_spike":
        return []
    minor = [row for row in drivers.iter_rows(named=True) if not row["is_cause"] and row["times"] is not None]
    lines = [f"{FACTORS[row['driver']]}, ×{row['times']:.2f} of the usual ({usd(row['part_usd'])})." for row in minor]
    failed, failed_before = (_failed(attempts, when) for when in ("", "_before"))
    if failed is not None and failed <= (failed_before or 0.0) + MORE_FAILURES:
        before = f"; {percent(failed_before, 1)} in the four weeks before" if failed_before is not None else ""
        tried = f"{attempts['failed_calls']:,} of {attempts['attempts']:,} attempts failed"
        lines.append(f"retries, {tried} ({percent(failed, 1)}{before}).")
    if evidence.filter(pl.col("kind") == "prompt").is_empty():
        lines.append("a prompt. No new version was seen in it or in the day before.")
    return lines


def known_until(incident: Incident, attempts: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Until when its hours are complete, and how much of them is not in the money."""
    until = f"Complete until {at(incident['last_seen_at'], zone)}"
    unknown, calls = attempts["unknown_calls"], attempts["calls"]
    if unknown:
        return f"{until}; {unknown:,} of {calls:,} calls lack a price or a usage, and are not in it."
    return f"{until}; all {calls:,} calls are priced."


def _failed(attempts: Mapping[str, Any], when: str) -> float | None:
    tried = attempts.get(f"attempts{when}")
    return attempts[f"failed_calls{when}"] / tried if tried else None


def marks(incidents: pl.DataFrame, zone: ZoneInfo) -> list[Mark]:
    """The spikes among them, to be pointed at on the business day they began."""
    return [
        Mark(
            spike["opened_at"].replace(tzinfo=UTC).astimezone(zone).date(),
            f"{headline(spike)}, from {at(spike['opened_at'], zone)}",
        )
        for spike in incidents.filter(pl.col("kind") == "spend_spike").iter_rows(named=True)
    ]
