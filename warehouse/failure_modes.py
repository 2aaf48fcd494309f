"""Failure modes: what went wrong, sorted by rules that a deployment may put its own before."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl

from warehouse.metrics import Question
from warehouse.store import Warehouse

FACTS = ("guardrail", "evaluation", "tool", "retrieval", "call", "incident")
PARAMS = ("since", "until", "teams")
_TOLD = "SELECT place, fact, pattern, mode FROM failure_rules ORDER BY place"


@dataclass(frozen=True, slots=True)
class FailureRule:
    """A fact of that kind whose name, in lower case, is like the pattern (* is anything) is that failure mode."""

    fact: str
    pattern: str
    mode: str


def set_failure_rules(warehouse: Warehouse, own: Sequence[FailureRule] = ()) -> None:
    """Have a deployment's own rules decide first, then ours; a warehouse that says so already is left alone."""
    rules = [*own, *_ours()]
    told = pl.DataFrame(
        [(place, rule.fact, _like(rule.pattern), rule.mode) for place, rule in enumerate(rules)],
        schema={"place": pl.Int32, "fact": pl.String, "pattern": pl.String, "mode": pl.String},
        orient="row",
    )
    if warehouse.query(_TOLD).equals(told):
        return
    with warehouse.transaction() as tx:
        tx.execute("DELETE FROM failure_rules")
        tx.insert("failure_rules", told)


def failure_modes(warehouse: Warehouse, question: Question) -> pl.DataFrame:
    """What went wrong in the period, most often first: `mode, team, workflow, events, tasks, cost_usd`.

    `cost_usd` is what the struck tasks cost in all, and of a spike its impact; a task may be struck in several ways.
    """
    params = {param: question.value_of(param) for param in PARAMS}
    sql = (resources.files("warehouse") / "failures" / "modes.sql").read_text(encoding="utf-8")
    return warehouse.query(sql, params).with_columns(pl.col("events", "tasks").cast(pl.Int64))


def top_failure_modes(found: pl.DataFrame) -> pl.DataFrame:
    """One row a mode: how often, in how many tasks, their cost, and the workflow it struck most."""
    name = pl.col("workflow").fill_null("no workflow")
    return (
        found.sort("events", descending=True)
        .group_by("mode", maintain_order=True)
        .agg(
            pl.col("events").sum(),
            pl.col("tasks").sum(),
            pl.col("cost_usd").sum(),
            name.first().alias("most_in"),
        )
        .sort("events", "mode", descending=[True, False])
    )


@cache
def _ours() -> tuple[FailureRule, ...]:
    text = (resources.files("warehouse") / "failures" / "rules.toml").read_text(encoding="utf-8")
    return tuple(FailureRule(**rule) for rule in tomllib.loads(text)["rules"])


def _like(pattern: str) -> str:
    # A name with an underscore is common, and LIKE would take it for any letter: so it may, it is that letter too.
    return pattern.lower().replace("%", "").replace("*", "%")
