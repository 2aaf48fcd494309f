"""Run the detector over anybody's hourly spend: the incidents it would have opened, had it been watching."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from alerts.detecting import DOWN, Continued, Decision, Opened, Panel, Resolved, Thresholds, fresh, instant, walk
from warehouse import rounded

NEEDED = ("series_id", "ts", "calls", "input_tokens", "output_tokens", "cost_usd")
PAGE, TICKET = "page", "ticket"
CENT = Decimal("0.01")
FORMATS = ("%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M%:z")
DEFAULTS = Thresholds()
UTC = ZoneInfo("UTC")


class NoSpend(ValueError):
    """A file is no hourly spend; the sentence says what is wrong with it and where."""


@dataclass(frozen=True, slots=True)
class WouldBe:
    """An incident that would have been opened. `opened_at` is the hour (naive UTC) whose close told of it."""

    series_id: str
    opened_at: datetime
    resolved_at: datetime | None
    direction: str  # up, down
    tier: str  # page, ticket
    driver: str  # calls, tokens_per_call, unit_price
    impact_usd: Decimal
    paged_at: datetime | None  # the hour whose close made it a page

    def row(self) -> dict[str, Any]:
        """The incident as JSON has it: instants as ISO 8601 with Z, money as a decimal string."""
        return {
            "series_id": self.series_id,
            "opened_at": _iso(self.opened_at),
            "resolved_at": _iso(self.resolved_at) if self.resolved_at else None,
            "direction": self.direction,
            "tier": self.tier,
            "driver": self.driver,
            "impact_usd": f"{self.impact_usd:f}",
        }


def read_spend(file: Path) -> pl.DataFrame:
    """The rows of a CSV of hourly spend with their instants in naive UTC; raises NoSpend for anything else."""
    try:
        rows = pl.read_csv(file, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NoSpend(f"{file} cannot be read as CSV: {str(error).splitlines()[0]}") from error
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise NoSpend(
            f"{file} has no column {', '.join(missing)}; "
            f"it needs {', '.join(NEEDED)}, and may have team, workflow and model"
        )
    numbers = [pl.col(name).cast(pl.Float64, strict=False) for name in NEEDED[2:]]
    read = rows.with_columns(*numbers, _instants(rows["ts"]).alias("hour_at"))
    for name in ("series_id", "hour_at", *NEEDED[2:]):
        bad = read.with_row_index("line", 2).filter(pl.col(name).is_null() | ~_is_finite(read, name))
        if bad.height:
            told = "ts" if name == "hour_at" else name
            value = rows[told][int(bad["line"][0]) - 2]
            raise NoSpend(f"{file}, line {bad['line'][0]}: {told} is {value!r}; {_wanted(told)}")
    return read


def backtest(rows: pl.DataFrame, *, zone: ZoneInfo = UTC, thresholds: Thresholds = DEFAULTS) -> list[WouldBe]:
    """The incidents of hourly rows as `read_spend` gives them, in the order they open; an absent hour is unknown.

    Rows of one series and hour are added up. `zone` is where the hours of the week are counted.
    """
    if rows.is_empty():
        return []
    names = rows["series_id"].unique(maintain_order=True)
    numbered = rows.join(pl.DataFrame({"series_id": names}).with_row_index("series"), on="series_id", how="left")
    hours = numbered.select(
        "series",
        "hour_at",
        "cost_usd",
        "calls",
        (pl.col("input_tokens") + pl.col("output_tokens")).alias("tokens"),
        "output_tokens",
    )
    keys = names.to_list()
    panel = Panel.of(hours, [zone] * len(keys), keys, absent_is_zero=False)
    return gathered(panel, walk(panel, fresh(len(keys), thresholds), thresholds), thresholds)


def gathered(panel: Panel, decisions: Iterable[Decision], thresholds: Thresholds) -> list[WouldBe]:
    """The decisions as incidents, each with its last dollars and its highest tier."""
    going: dict[tuple[int, str], WouldBe] = {}
    done: list[WouldBe] = []
    for decision in decisions:
        at = (decision.row, decision.direction)
        if isinstance(decision, Resolved):
            done.append(replace(going.pop(at), resolved_at=instant(decision.at + 1)))
        else:
            going[at] = _as_told(panel, decision, going.get(at), thresholds)
    found = [*done, *going.values()]
    return sorted(found, key=lambda each: (each.opened_at, each.series_id, each.direction))


def _as_told(panel: Panel, decision: Opened | Continued, known: WouldBe | None, thresholds: Thresholds) -> WouldBe:
    read = decision.reading
    soon = read.until - read.since + thresholds.page_hours
    is_page = max(read.impact_usd, read.impact_after(soon)) >= thresholds.page_usd
    paged_at = known.paged_at if known and known.paged_at else instant(decision.at) if is_page else None
    return WouldBe(
        series_id=str(panel.keys[decision.row]),
        opened_at=known.opened_at if known else instant(decision.at),
        resolved_at=None,
        direction=decision.direction,
        tier=PAGE if paged_at else TICKET,
        driver=known.driver if known else "calls" if decision.direction == DOWN else read.driver,
        impact_usd=rounded(Decimal(read.impact_usd), CENT),
        paged_at=paged_at,
    )


def _instants(texts: pl.Series) -> pl.Series:
    """Naive UTC hours of ISO 8601 with an offset, with Z or UTC, or without one (then UTC); a space may be the T."""
    text = (
        pl.col("text")
        .str.strip_chars()
        .str.replace(r"^([0-9-]{10})[ t]", "${1}T")
        .str.replace(r" ?(Z|z|UTC)$", "+00:00")
    )
    text = text.str.replace(r"^([0-9-]{10})$", "${1}T00:00").str.replace(r"T([0-9]{2})$", "T${1}:00")
    text = text.str.replace(r"^([0-9-]{10}T[0-9:.]+)$", "${1}+00:00")
    parsed = [text.str.to_datetime(each, time_unit="us", strict=False) for each in FORMATS]
    frame = pl.DataFrame({"text": texts})
    return frame.select(pl.coalesce(parsed).dt.replace_time_zone(None).dt.truncate("1h"))["text"]


def _is_finite(rows: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).is_finite() & (pl.col(name) >= 0) if rows[name].dtype == pl.Float64 else pl.lit(value=True)


def _wanted(name: str) -> str:
    if name == "series_id":
        return "name the series that the row is of"
    return "write an instant such as 2026-10-03T14:00:00Z" if name == "ts" else "write a number that is not negative"


def _iso(instant_at: datetime) -> str:
    return f"{instant_at:%Y-%m-%dT%H:%M:%S}Z"
