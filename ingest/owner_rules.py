"""Owners by rules: which team, workflow or cost centre an attribute stands for, as the company wrote it down.

The first rule that has a value for a field gives it. Values of attributes are only ever compared and copied; a pattern
is matched in time linear in the value, whatever the value is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from ingest.entry import Entry
from ingest.wire import Attributes, Columns

# What a rule may set, and the column it is.
FIELDS: Final[Mapping[str, str]] = {
    "team": "team",
    "workflow": "workflow",
    "cost_centre": "cost_centre",
    "environment": "environment",
    "user": "user_id",
    "task": "task_id",
}
SESSION: Final = "session"
# A longer value is a text, not a name: it fits no pattern and is copied nowhere.
LONGEST_VALUE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it holds for a span when every condition does, each by one of its patterns (`*` and `?`).

    `attribute` looks at the span, then at its resource; `resource` at the resource only; `workflow` at what is known
    before the rule. `sets` has for a field a value as it stands, or `{KEY}`: the value of that attribute, where there
    is one. `{session}` is the session by whatever key it was told.
    """

    sets: Mapping[str, str]
    service: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    attribute: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resource: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    workflow: tuple[str, ...] = ()


def copied(value: str) -> str | None:
    """The attribute that a value of `sets` copies, None when it stands for itself."""
    return value[1:-1] if value.startswith("{") and value.endswith("}") else None


def decided(spans: pl.DataFrame, columns: Columns, entries: Sequence[Entry], rules: Sequence[Rule]) -> pl.DataFrame:
    """For each span and each field that a rule sets: its value, and `by_…`, the number of the rule from 1; or nulls.

    `spans` are those of `columns`, in its order, as they were read.
    """
    facts = _facts(spans, columns, entries, rules)
    facts = pl.concat([facts, _holding(facts, rules)], how="horizontal")
    found: list[pl.Expr] = []
    for name, column in FIELDS.items():
        told = [
            (number, pl.when(f"rule {number}").then(_told(rule.sets[name])))
            for number, rule in enumerate(rules)
            if name in rule.sets
        ]
        if told:
            first = [pl.when(value.is_not_null()).then(pl.lit(number + 1, dtype=pl.UInt16)) for number, value in told]
            found.append(pl.coalesce(value for _, value in told).alias(column))
            found.append(pl.coalesce(first).alias(f"by_{column}"))
    return facts.select(found)


def ruled(spans: pl.DataFrame, columns: Columns, entries: Sequence[Entry], rules: Sequence[Rule]) -> pl.DataFrame:
    """The spans with what the rules say of their owners; where no rule says anything, what the spans told stands."""
    if not rules or spans.is_empty():
        return spans
    said = decided(spans, columns, entries, rules)
    ours = [column for column in FIELDS.values() if column in said.columns]
    return spans.with_columns(pl.coalesce(said[column], column).alias(column) for column in ours)


def named_tasks(spans: pl.DataFrame, columns: Columns, entries: Sequence[Entry], rules: Sequence[Rule]) -> pl.DataFrame:
    """The spans with the task id that the rules of tasks find, where none is known."""
    if not rules or spans.is_empty():
        return spans
    said = decided(spans, columns, entries, rules)
    return spans.with_columns(pl.coalesce("task_id", said["task_id"]).alias("task_id"))


def _conditions(rule: Rule) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Of each condition the facts it looks at, any of which may fit, and its patterns, any of which may be fitted."""
    named: dict[tuple[str, ...], tuple[str, ...]] = {
        ("service",): rule.service,
        ("scope_name",): rule.scope,
        ("response_model", "request_model"): rule.model,
        ("key_id",): rule.key,
        ("workflow",): rule.workflow,
    }
    yield from ((facts, patterns) for facts, patterns in named.items() if patterns)
    for place, asked in (("attribute", rule.attribute), ("resource", rule.resource)):
        yield from (((f"{place} {key}",), patterns) for key, patterns in asked.items())


def _facts(spans: pl.DataFrame, columns: Columns, entries: Sequence[Entry], rules: Sequence[Rule]) -> pl.DataFrame:
    """What the rules look at or copy, one column a fact, one row a span."""
    keys = pl.Series("key_id", [entry.key_id for entry in entries], dtype=pl.String)
    facts = spans.select(
        "service", "scope_name", "response_model", "request_model", "workflow", keys.gather(spans["entry"])
    ).with_columns(spans["session_id"].alias(f"attribute {SESSION}"))
    looked_at = {f"attribute {key}" for rule in rules for value in rule.sets.values() if (key := copied(value))}
    looked_at |= {fact for rule in rules for named, _ in _conditions(rule) for fact in named}
    for fact in sorted(looked_at - set(facts.columns)):
        place, _, key = fact.partition(" ")
        value = _values(columns.resources, key, columns.resource_count).gather(columns.spans["resource"])
        if place == "attribute":
            own = _values(columns.attributes, key, columns.spans.height)
            value = own.zip_with(own.is_not_null(), value)
        facts = facts.with_columns(value.alias(fact))
    return facts


def _holding(facts: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """A column `rule N` of truths a rule. A batch has few combinations of facts, and each is looked at once."""
    conditions = [list(_conditions(rule)) for rule in rules]
    truths = [
        pl.all_horizontal(
            pl.lit(value=True),
            *(pl.any_horizontal(_fits(fact, patterns) for fact in named) for named, patterns in of_rule),
        ).alias(f"rule {number}")
        for number, of_rule in enumerate(conditions)
    ]
    looked_at = sorted({fact for of_rule in conditions for named, _ in of_rule for fact in named})
    if not looked_at:
        return facts.with_columns(truths).drop(facts.columns)
    combinations = facts.select(looked_at).unique().with_columns(truths)
    return (
        facts.select(looked_at)
        .join(combinations, on=looked_at, how="left", nulls_equal=True, maintain_order="left")
        .drop(looked_at)
    )


def _fits(fact: str, patterns: Sequence[str]) -> pl.Expr:
    exact = [pattern for pattern in patterns if not set(pattern) & set("*?")]
    globs = [_expression(pattern) for pattern in patterns if pattern not in exact]
    fits = pl.col(fact).is_in(exact)
    for glob in globs:
        fits |= pl.col(fact).str.contains(glob)
    return fits.fill_null(value=False)


def _expression(pattern: str) -> str:
    """The pattern for the engine of polars, which matches in linear time and knows no other special marks."""
    marks = {"*": ".*", "?": "."}
    return f"(?s)^{''.join(marks.get(mark) or pl.escape_regex(mark) for mark in pattern)}$"


def _told(value: str) -> pl.Expr:
    key = copied(value)
    return pl.lit(value) if key is None else pl.col(f"attribute {key}")


def _values(attributes: Attributes, key: str, rows: int) -> pl.Series:
    """One attribute's value of each thing, as a name is written; null where there is none or it is a text."""
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    names = attributes.names.to_list()
    if key not in names:
        return nothing
    value = pl.col("value").str.strip_chars(' "')
    told = (
        attributes.pairs.filter(pl.col("key") == names.index(key))
        .filter(pl.col("value").str.len_chars() <= LONGEST_VALUE)
        .select("row", value)
        .filter(pl.col("value") != "")
    )
    return nothing.scatter(told["row"], told["value"])
