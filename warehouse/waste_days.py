"""Waste found day by day and kept: a day is searched once, and again when a refresh has touched it.

Days that are not kept are searched while somebody asks, so that an answer is never older than the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from warehouse.instants import stored
from warehouse.store import Warehouse
from warehouse.transaction import Transaction
from warehouse.waste_rules import WasteRule, rules_digest, waste_rules

A_DAY = timedelta(days=1)
MOST_DAYS = 400  # that one job searches: more than a year's

_FOUND = """
    WITH every AS ({rules})
    SELECT
        CAST(calls.started_at AS DATE) AS day, every.rule, every.place, calls.span_no,
        CAST(least(every.waste_usd, calls.cost_usd) AS DECIMAL(38, 12)) AS waste_usd,
        every.because,
        row_number() OVER (PARTITION BY calls.span_no ORDER BY least(every.waste_usd, calls.cost_usd) DESC, place) = 1
            AS counted,
        calls.team, calls.workflow, calls.environment, calls.started_at
    FROM every
    INNER JOIN calls ON calls.span_no = every.span_no
    WHERE least(every.waste_usd, calls.cost_usd) > 0
      AND ($since IS NULL OR calls.started_at >= $since)
      AND ($until IS NULL OR calls.started_at < $until)
"""
_MISSING = """
    SELECT DISTINCT CAST(started_at AS DATE) AS day
    FROM calls
    WHERE ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND CAST(started_at AS DATE) NOT IN (SELECT day FROM waste_days WHERE rules = $rules)
    ORDER BY day
"""
_STRIKE = "DELETE FROM waste_found WHERE day = $day OR day NOT IN (SELECT day FROM waste_days UNION ALL SELECT $day)"


def keep_waste(warehouse: Warehouse, now: datetime) -> int:
    """Search every day that is over and not kept, each in a transaction of its own; returns how many days."""
    until = stored(now).replace(hour=0, minute=0, second=0, microsecond=0)
    with warehouse.snapshot() as tx:
        days = missing_days(tx, None, until)[-MOST_DAYS:]
    for day in days:
        with warehouse.transaction() as tx:
            # Of other days that were struck too, so that nothing is left of what is no longer so.
            tx.execute("DELETE FROM waste_days WHERE day = $day", {"day": day})
            tx.execute(_STRIKE, {"day": day})
            tx.execute(f"INSERT INTO waste_found BY NAME {found_by(daily_rules())}", _of([day]))
            tx.execute("INSERT INTO waste_days VALUES ($day, $rules)", {"day": day, "rules": rules_digest()})
    return len(days)


def missing_days(tx: Transaction, since: datetime | None, until: datetime | None) -> list[date]:
    """The days with calls between two naive instants (None: no bound) that are not kept."""
    asked = {"since": since, "until": until, "rules": rules_digest()}
    return tx.query(_MISSING, asked)["day"].to_list()


def stretches(days: Sequence[date]) -> list[dict[str, Any]]:
    """Days in order as $since and $until of each stretch without a gap."""
    numbered = enumerate(days)
    return [
        _of([day for _, day in stretch])
        for _, stretch in groupby(numbered, key=lambda told: told[1].toordinal() - told[0])
    ]


def daily_rules() -> tuple[WasteRule, ...]:
    """The rules whose findings are kept."""
    return tuple(rule for rule in waste_rules() if rule.daily)


def found_by(rules: Sequence[WasteRule]) -> str:
    """SQL that gives what these rules find between $since and $until, in the columns of waste_found."""
    each = [
        f"SELECT '{rule.name}' AS rule, {rule.place} AS place, span_no, waste_usd, because FROM ({rule.sql})"  # noqa: S608 - files of ours
        for rule in rules
    ]
    return _FOUND.format(rules=" UNION ALL ".join(each))


def _of(days: Sequence[date]) -> dict[str, Any]:
    return {"since": datetime.combine(days[0], time()), "until": datetime.combine(days[-1], time()) + A_DAY}
