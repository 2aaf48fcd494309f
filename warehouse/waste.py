"""The waste ledger: what was spent for nothing, rule by rule, with the calls behind each line.

Several rules may find one call. Each call's waste is then counted once, under the rule that found most of it (of equals
the first by `place`), and never above what the call cost: `counted_usd` may be summed, `found_usd` of several rules may
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.metrics import Question
from warehouse.store import Warehouse
from warehouse.transaction import Transaction
from warehouse.waste_days import daily_rules, found_by, missing_days, stretches
from warehouse.waste_rules import rules_digest, waste_rule, waste_rules

PARAMS = ("since", "until", "teams")
MOST_CALLS = 1_000


@dataclass(frozen=True, slots=True)
class Waste:
    """What the rules found in a period.

    `lines`: one row a rule, team and workflow that it found something in: `rule, team, workflow, calls, found_usd,
    counted_calls, counted_usd`; the sum of `counted_usd` is the waste. `calls` are the dearest MOST_CALLS behind each
    rule. `spent` is one row: what all calls cost.
    """

    lines: pl.DataFrame
    calls: pl.DataFrame
    spent: pl.DataFrame

    def behind(self, rule: str) -> pl.DataFrame:
        """The dearest calls that a rule found."""
        return self.calls.filter(pl.col("rule") == rule)


# What is found while somebody asks: of days that are not kept, and by rules whose answer depends on the period.
# Each stretch of days is a table: DuckDB 2.0.0 forgets the rows of a table that was created AS an empty SELECT in the
# same transaction, when 122,880 rows or more are inserted and then some more.
_NOW = "CREATE OR REPLACE TEMP TABLE found_now_{number} AS {found}"
_WASTED = """
    CREATE OR REPLACE TEMP TABLE wasted AS
    WITH found AS (
        SELECT waste_found.*
        FROM waste_found
        SEMI JOIN (SELECT day FROM waste_days WHERE rules = $rules) AS kept ON kept.day = waste_found.day
        UNION ALL BY NAME
        {found_now}
    ),
    asked AS (
        SELECT *
        FROM found
        WHERE ($since IS NULL OR started_at >= $since)
          AND ($until IS NULL OR started_at < $until)
          AND ($teams IS NULL OR list_contains($teams, team))
          AND ($environment IS NULL OR environment = $environment)
    ),
    contested AS (
        SELECT DISTINCT span_no FROM asked WHERE NOT list_contains($daily, rule)
    )
    SELECT rule, span_no, because, waste_usd, counted, team, workflow, started_at
    FROM asked
    WHERE span_no NOT IN (SELECT span_no FROM contested)
    UNION ALL
    SELECT
        rule, span_no, because, waste_usd,
        row_number() OVER (PARTITION BY span_no ORDER BY waste_usd DESC, place) = 1, team, workflow, started_at
    FROM asked
    WHERE span_no IN (SELECT span_no FROM contested)
"""
_LINES = """
    SELECT
        rule, team, workflow,
        count(*) AS calls,
        sum(waste_usd) AS found_usd,
        count(CASE WHEN counted THEN 1 END) AS counted_calls,
        sum(CASE WHEN counted THEN waste_usd ELSE 0 END) AS counted_usd
    FROM wasted
    GROUP BY rule, team, workflow
    ORDER BY counted_usd DESC, found_usd DESC, rule, team NULLS LAST, workflow NULLS LAST
"""
_BEHIND = """
    WITH dearest AS (
        SELECT *
        FROM wasted
        WHERE rule = $rule
        ORDER BY waste_usd DESC, started_at, span_no
        LIMIT $most
    )
    SELECT
        dearest.rule, dearest.waste_usd, dearest.because, dearest.counted,
        calls.team, calls.workflow, calls.provider, calls.model, calls.started_at, calls.cost_usd,
        calls.trace_id, calls.span_id, calls.task_id
    FROM dearest
    INNER JOIN calls ON calls.span_no = dearest.span_no
    ORDER BY dearest.waste_usd DESC, calls.started_at, calls.trace_id, calls.span_id
"""
_SPENT = """
    SELECT coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(calls), 0) AS calls
    FROM hours
    WHERE ($since IS NULL OR hour_at >= $since)
      AND ($until IS NULL OR hour_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
      AND ($environment IS NULL OR environment = $environment)
"""


def waste(warehouse: Warehouse, question: Question, *, environment: str | None = None) -> Waste:
    """What every rule found in the period, and what was spent in it."""
    params = {param: question.value_of(param) for param in PARAMS} | {"environment": environment}
    with warehouse.snapshot() as tx:
        _find(tx, params)
        lines = tx.query(_LINES)
        calls = pl.concat(
            [tx.query(_BEHIND, {"rule": rule.name, "most": MOST_CALLS}) for rule in waste_rules()], how="vertical"
        )
        return Waste(_integers(lines), calls, _integers(tx.query(_SPENT, params)))


def wasted_calls(
    warehouse: Warehouse, rule: str, question: Question, *, environment: str | None = None
) -> pl.DataFrame:
    """The calls behind a rule, the dearest MOST_CALLS; `counted` is whether this rule has them in the sum.

    Raises UnknownRule with the names there are.
    """
    return waste(warehouse, question, environment=environment).behind(waste_rule(rule).name)


def _find(tx: Transaction, params: dict[str, Any]) -> None:
    daily = daily_rules()
    searched = [(daily, days) for days in stretches(missing_days(tx, params["since"], params["until"]))]
    others = tuple(rule for rule in waste_rules() if not rule.daily)
    searched.append((others, {bound: params[bound] for bound in ("since", "until")}))
    for number, (rules, period) in enumerate(searched):
        tx.execute(_NOW.format(number=number, found=found_by(rules)), period)
    found_now = " UNION ALL BY NAME ".join(f"SELECT * FROM found_now_{number}" for number in range(len(searched)))  # noqa: S608 - names of ours
    known = {"rules": rules_digest(), "daily": [rule.name for rule in daily]}
    tx.execute(_WASTED.format(found_now=found_now), params | known)


def _integers(frame: pl.DataFrame) -> pl.DataFrame:
    # DuckDB sums BIGINT to HUGEINT, which arrives as a decimal without decimals.
    counts = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
    return frame.with_columns(pl.col(counts).cast(pl.Int64))
