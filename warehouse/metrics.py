"""Ask a metric: each is one file of `metrics/`, SQL under a front matter that says what it means."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.answers import Answer
from warehouse.instants import stored
from warehouse.ratios import with_rates, with_ratios
from warehouse.store import Warehouse

PARAMS = ("since", "until", "teams", "as_of", "by", "zone")
UTC_ZONE = ZoneInfo("UTC")
CALENDAR = ("month", "week", "day")
# What an answer of one row is grouped by: an expression, for DuckDB orders by no constant.
EVERYTHING = "(1 = 1)"


class UnknownMetric(LookupError):
    """Nobody wrote a metric of that name."""


class NotGrouped(ValueError):
    """The metric cannot be grouped that way; the sentence names the ways there are."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One file of `warehouse/metrics/`: its front matter, and its SQL below it.

    `ratios` and `rates` name → (numerator, denominator), columns of its SQL; `coverage` is such a pair too, where a
    metric counts something else than billed calls. `dimensions` are what a question may group it by instead of its
    grain; what of the grain is not among them stays in every answer. Its SQL says `{by}` where those it is asked by go,
    and is not asked for the others: a column costs to group by even where it is NULL in every row.
    """

    name: str
    title: str
    unit: str
    grain: tuple[str, ...]
    dimensions: tuple[str, ...]
    params: tuple[str, ...]
    why: str
    ratios: Mapping[str, tuple[str, str]]
    rates: Mapping[str, tuple[str, str]]
    coverage: tuple[str, str] | None
    sql: str

    def grouped(self, by: tuple[str, ...] | None) -> tuple[str, ...]:
        """The grain of an answer that is grouped by these (None: as the metric says); raises NotGrouped."""
        if by is None:
            return self.grain
        unknown = [name for name in by if name not in self.dimensions]
        if unknown and not self.dimensions:
            raise NotGrouped(f"{self.name} is by {' and '.join(self.grain)}, and by nothing else")
        if unknown:
            raise NotGrouped(
                f"{self.name} cannot be grouped by {unknown[0]!r}; it can be by {', '.join(self.dimensions)}"
            )
        return (*(name for name in self.grain if name not in self.dimensions), *dict.fromkeys(by))


@dataclass(frozen=True, slots=True)
class Question:
    """Which part of the ledger to ask: a half-open period, whose rows, and as seen when.

    `since` and `until` are aware; None is open on that side. `teams` None sees every team and Unattributed; a
    tuple sees those teams and nothing else. `as_of` decides what has matured. `by` groups the answer (None: as the
    metric says; empty: one row); days, weeks and months are cut in `zone`.
    """

    since: datetime | None
    until: datetime | None
    teams: tuple[str, ...] | None
    as_of: datetime
    by: tuple[str, ...] | None = None
    zone: ZoneInfo = UTC_ZONE

    def __post_init__(self) -> None:
        """Raise ValueError for instants without a zone and for periods that end before they begin."""
        for instant in (self.since, self.until, self.as_of):
            if instant is not None and instant.tzinfo is None:
                raise ValueError(f"{instant} has no time zone; a question's instants are aware, such as UTC ones")
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"the period ends at {self.until}, before it begins at {self.since}")

    def value_of(self, param: str) -> Any:
        """What SQL gets for `$param`: naive UTC instants, a list of teams, or None."""
        value = getattr(self, param)
        if isinstance(value, datetime):
            return stored(value)
        if isinstance(value, ZoneInfo):
            return value.key
        return list(value) if isinstance(value, tuple) else value


def answer(warehouse: Warehouse, name: str, question: Question) -> Answer:
    """Ask the metric called `name`; raises UnknownMetric with the names there are.

    Rows come in the order of time, where the answer is grouped by it, then of the metric's SQL. No row is made up: a
    team without calls has none. Raises NotGrouped for a `by` that the metric does not have.
    """
    asked = metric(name)
    grain = asked.grouped(question.by)
    params = {param: question.value_of(param) for param in asked.params}
    if asked.dimensions:
        params["by"] = [dimension for dimension in grain if dimension in asked.dimensions]
    by = [dimension for dimension in asked.dimensions if dimension in grain]
    sql = asked.sql.replace("{by}", ", ".join(by) or EVERYTHING)
    found = warehouse.query(sql, {param: value for param, value in params.items() if f"${param}" in sql})
    frame = _counts_as_integers(found).sort([time for time in CALENDAR if time in by], maintain_order=True)
    values = [column for column in frame.columns if column not in {*asked.dimensions, *asked.grain, EVERYTHING}]
    frame = with_rates(with_ratios(frame.select(*grain, *values), asked.ratios), asked.rates)
    return Answer(asked.name, asked.title, asked.unit, grain, params, _with_coverage(frame, asked.coverage))


def metric(name: str) -> Metric:
    """The metric called `name`; raises UnknownMetric with the names there are."""
    try:
        return _metrics()[name]
    except KeyError:
        raise UnknownMetric(f"no metric is called {name!r}; there are: {', '.join(metric_names())}") from None


def metric_names() -> list[str]:
    """Every metric's name, in order."""
    return list(_metrics())


@cache
def _metrics() -> dict[str, Metric]:
    folder = resources.files("warehouse") / "metrics"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return {name: read_metric(name, file.read_text("utf-8")) for file in files for name in [file.name[:-4]]}


def read_metric(name: str, text: str) -> Metric:
    """A metric from its file's text; raises ValueError with the file and what its front matter lacks."""
    matter, closed, sql = text.removeprefix("/*").partition("*/")
    if not (text.startswith("/*") and closed):
        raise ValueError(f"metrics/{name}.sql must open with its front matter in /* */")
    try:
        told = tomllib.loads(matter)
        return Metric(
            name=name,
            title=told["title"],
            unit=told["unit"],
            grain=tuple(told["grain"]),
            dimensions=tuple(told.get("by", ())),
            params=tuple(told["params"]),
            why=told["why"],
            ratios={ratio: _pair(columns) for ratio, columns in told.get("ratios", {}).items()},
            rates={rate: _pair(columns) for rate, columns in told.get("rates", {}).items()},
            coverage=_pair(told["coverage"]) if "coverage" in told else None,
            sql=sql.strip(),
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise ValueError(f"metrics/{name}.sql: its front matter lacks or garbles {error}") from error


def _pair(columns: list[str]) -> tuple[str, str]:
    numerator, denominator = columns
    return numerator, denominator


def _counts_as_integers(frame: pl.DataFrame) -> pl.DataFrame:
    # DuckDB sums BIGINT to HUGEINT, which arrives as a decimal without decimals.
    counts = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
    return frame.with_columns(pl.col(counts).cast(pl.Int64))


def _with_coverage(frame: pl.DataFrame, counted: tuple[str, str] | None) -> pl.DataFrame:
    if counted:
        known, of = pl.col(counted[0]), pl.col(counted[1])
    else:
        of = pl.col("calls")
        # A call can be both; what is certainly covered is what is neither, counted from below.
        known = pl.max_horizontal(of - pl.col("unpriced_calls") - pl.col("incomplete_calls"), 0)
    return frame.with_columns(pl.when(of > 0).then(known / of).cast(pl.Float64).alias("coverage"))
