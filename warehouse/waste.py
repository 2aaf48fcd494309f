"""The waste ledger: what was spent for nothing, rule by rule, with the calls behind each line.

A rule is one file of `waste/`: SQL that gives the calls it found, under a front matter that says in words what it looks
for and what mends it. Several rules may find one call. Each call's waste is then counted once, under the rule that
found most of it (of equals the first by `place`), and never above what the call cost: `counted_usd` may be summed,
`found_usd` of several rules may not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from warehouse.metrics import Question
from warehouse.store import Warehouse

PARAMS = ("since", "until", "teams")
MOST_CALLS = 1_000


class UnknownRule(ValueError):
    """Nobody wrote a rule of that name."""


@dataclass(frozen=True, slots=True)
class WasteRule:
    """One file of `warehouse/waste/`. `estimate`: its dollars are a well-founded guess, not a sum of charges."""

    name: str
    place: int
    title: str
    rule: str
    mends: str
    estimate: bool
    sql: str


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


_FOUND = """
    CREATE OR REPLACE TEMP TABLE wasted AS
    WITH every AS ({rules}),
    found AS (
        SELECT
            every.rule, every.place, calls.span_no, every.because,
            CAST(least(every.waste_usd, calls.cost_usd) AS DECIMAL(38, 12)) AS waste_usd,
            calls.team, calls.workflow, calls.started_at
        FROM every
        INNER JOIN calls ON calls.span_no = every.span_no
        WHERE every.waste_usd > 0
          AND ($environment IS NULL OR calls.environment = $environment)
    )
    SELECT
        rule, span_no, because, waste_usd, team, workflow,
        row_number() OVER (PARTITION BY span_no ORDER BY waste_usd DESC, place) AS nth,
        row_number() OVER (PARTITION BY rule ORDER BY waste_usd DESC, started_at, span_no) AS dearest
    FROM found
"""
_LINES = """
    SELECT
        rule, team, workflow,
        count(*) AS calls,
        sum(waste_usd) AS found_usd,
        count(CASE WHEN nth = 1 THEN 1 END) AS counted_calls,
        sum(CASE WHEN nth = 1 THEN waste_usd ELSE 0 END) AS counted_usd
    FROM wasted
    GROUP BY rule, team, workflow
    ORDER BY counted_usd DESC, found_usd DESC, rule, team NULLS LAST, workflow NULLS LAST
"""
_BEHIND = """
    SELECT
        wasted.rule, wasted.waste_usd, wasted.because, wasted.nth = 1 AS counted,
        calls.team, calls.workflow, calls.provider, calls.model, calls.started_at, calls.cost_usd,
        calls.trace_id, calls.span_id, calls.task_id
    FROM wasted
    INNER JOIN calls ON calls.span_no = wasted.span_no
    WHERE wasted.dearest <= $most
    ORDER BY wasted.rule, wasted.dearest
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
    params = _params(question, environment)
    with warehouse.snapshot() as tx:
        tx.execute(_found(waste_rules()), params)
        lines, calls = tx.query(_LINES), tx.query(_BEHIND, {"most": MOST_CALLS})
        return Waste(_integers(lines), calls, _integers(tx.query(_SPENT, params)))


def wasted_calls(
    warehouse: Warehouse, rule: str, question: Question, *, environment: str | None = None
) -> pl.DataFrame:
    """The calls behind a rule, the dearest MOST_CALLS; `counted` is whether this rule has them in the sum.

    Raises UnknownRule with the names there are.
    """
    return waste(warehouse, question, environment=environment).behind(waste_rule(rule).name)


def waste_rule(name: str) -> WasteRule:
    """The rule called `name`; raises UnknownRule with the names there are."""
    found = next((rule for rule in waste_rules() if rule.name == name), None)
    if found is None:
        raise UnknownRule(f"no rule is called {name!r}; there are: {', '.join(rule.name for rule in waste_rules())}")
    return found


@cache
def waste_rules() -> tuple[WasteRule, ...]:
    """Every rule, in the order of its place."""
    folder = resources.files("warehouse") / "waste"
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    rules = [read_rule(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files]
    return tuple(sorted(rules, key=lambda rule: rule.place))


def read_rule(name: str, text: str) -> WasteRule:
    """A rule from its file's text; raises ValueError with the file and what its front matter lacks."""
    matter, closed, sql = text.removeprefix("/*").partition("*/")
    try:
        told = tomllib.loads(matter) if closed else {}
        words = {word: " ".join(str(told[word]).split()) for word in ("title", "rule", "mends")}
        return WasteRule(name, place=int(told["place"]), estimate=bool(told["estimate"]), sql=sql.strip(), **words)
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise ValueError(f"waste/{name}.sql: its front matter lacks or garbles {error}") from error


def _found(rules: Sequence[WasteRule]) -> str:
    each = [
        f"SELECT '{rule.name}' AS rule, {rule.place} AS place, span_no, waste_usd, because FROM ({rule.sql})"  # noqa: S608 - files of ours
        for rule in rules
    ]
    return _FOUND.format(rules=" UNION ALL ".join(each))


def _params(question: Question, environment: str | None) -> dict[str, Any]:
    return {param: question.value_of(param) for param in PARAMS} | {"environment": environment}


def _integers(frame: pl.DataFrame) -> pl.DataFrame:
    # DuckDB sums BIGINT to HUGEINT, which arrives as a decimal without decimals.
    counts = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
    return frame.with_columns(pl.col(counts).cast(pl.Int64))
