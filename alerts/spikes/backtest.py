"""Run the detector over anybody's spend: the incidents it would have opened, had it been watching."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from alerts.detecting import DOWN, Continued, Decision, Opened, Panel, Resolved, Thresholds, fresh, instant, walk
from alerts.detecting.drivers import CALLS
from warehouse import rounded

PAGE, TICKET = "page", "ticket"
CENT = Decimal("0.01")
DEFAULTS = Thresholds()
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class WouldBe:
    """An incident that would have been opened. `opened_at` is the hour (naive UTC) whose close told of it."""

    series_id: str
    opened_at: datetime
    resolved_at: datetime | None
    direction: str  # up, down
    tier: str  # page, ticket
    driver: str | None  # calls, tokens_per_call, unit_price; None where nobody counted calls and tokens
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
        driver=known.driver if known else _driver(decision),
        impact_usd=rounded(Decimal(read.impact_usd), CENT),
        paged_at=paged_at,
    )


def _driver(decision: Opened | Continued) -> str | None:
    """What moved: a series that is silent lacks its calls; of one that told of none nobody knows."""
    if decision.direction == DOWN:
        return CALLS
    used = decision.reading.actual
    return decision.reading.driver if used.calls > 0 and used.tokens > 0 else None


def _iso(instant_at: datetime) -> str:
    return f"{instant_at:%Y-%m-%dT%H:%M:%S}Z"
