"""Spend by day, stacked by whose it is."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.picture import Picture, dollar_axis, label, layout, pixels
from dashboards.sums import dollars
from dashboards.theme import ACT, OTHER, OTHER_COLOUR, REFERENCE, colours, shown
from dashboards.words import UNATTRIBUTED
from warehouse import usd


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day, to be pointed at."""

    day: date
    text: str


def daily_bars(
    daily: pl.DataFrame,
    *,
    by: str,
    everyone: Sequence[str],
    budget_a_day: tuple[str, Decimal] | None = None,
    marks: Sequence[Mark] = (),
    partial: date | None = None,
    marked: str = "Incident",
    nothing: str = UNATTRIBUTED,
) -> Picture:
    """Stacked bars of `cost_usd` per `day` by the column `by`: six names and Other, marks above.

    `budget_a_day` is a line to stay below: what it is, and how much. `marked` says what the marks are; only incidents
    are red.

    `everyone` gives each name its lasting colour; `partial` is the day that is not over, drawn hatched; rows whose `by`
    is null are drawn grey, as `nothing`.
    """
    daily = daily.with_columns(pl.col(by).fill_null(nothing)).filter(pl.col("cost_usd") != 0)
    names = shown([(name, float(amount)) for name, amount in _sums(daily, by).iter_rows()])
    folded = _folded(daily, by, names)
    palette = colours([name for name in names if name not in (nothing, OTHER)], everyone)
    figure = go.Figure()
    for name in [*names, OTHER] if OTHER in folded[by] and OTHER not in names else names:
        rows = folded.filter(pl.col(by) == name)
        # Two greys would look alike, so what nobody owns is dotted.
        usual = "." if name == nothing else ""
        figure.add_bar(
            name=label(name),
            x=rows["day"].to_list(),
            y=pixels(rows, "cost_usd"),
            customdata=[usd(amount) for amount in rows["cost_usd"]],
            hovertemplate=f"{label(name)} %{{customdata}}<extra></extra>",
            marker={
                "color": palette.get(name, OTHER_COLOUR),
                "line": {"width": 0},
                "pattern": {"shape": ["/" if day == partial else usual for day in rows["day"]], "solidity": 0.4},
            },
        )
    heights = dict(zip(*_heights(folded), strict=True))
    if budget_a_day and heights:
        _budget_line(figure, sorted(heights), *budget_a_day)
    _point_at(figure, marks, heights, marked)
    figure.update_layout(layout(barmode="stack", bargap=0.18, hovermode="x unified"))
    figure.update_xaxes(tickformat="%-d %b", showgrid=False, hoverformat="%A %-d %B", dtick=_tick(heights))
    figure.update_yaxes(
        **dollar_axis(max([*heights.values(), float(budget_a_day[1] if budget_a_day else 0)], default=0.0))
    )
    return Picture(figure, _alt(daily, by, names, marks, marked))


def _sums(daily: pl.DataFrame, by: str) -> pl.DataFrame:
    return daily.group_by(by).agg(pl.col("cost_usd").sum())


def _folded(daily: pl.DataFrame, by: str, names: Sequence[str]) -> pl.DataFrame:
    whose = pl.when(pl.col(by).is_in(list(names))).then(pl.col(by)).otherwise(pl.lit(OTHER))
    return daily.with_columns(whose.alias(by)).group_by("day", by).agg(pl.col("cost_usd").sum()).sort("day", by)


def _heights(folded: pl.DataFrame) -> tuple[list[date], list[float]]:
    by_day = folded.group_by("day").agg(pl.col("cost_usd").sum()).sort("day")
    return by_day["day"].to_list(), pixels(by_day, "cost_usd")


def _tick(heights: dict[date, float]) -> str | None:
    # Left alone, plotly puts hours between the bars of a few days.
    return "D1" if len(heights) <= 8 else None


def _budget_line(figure: go.Figure, days: list[date], whose: str, budget_a_day: Decimal) -> None:
    figure.add_scatter(
        x=[days[0], days[-1]],
        y=[float(budget_a_day)] * 2,
        mode="lines" if len(days) > 1 else "markers",
        name=f"{html.escape(whose)}, {usd(budget_a_day)} a day",
        hoverinfo="skip",
        line={"color": REFERENCE, "dash": "dash", "width": 2},
        marker={"color": REFERENCE, "symbol": "line-ew-open", "size": 24},
    )


def _point_at(figure: go.Figure, marks: Sequence[Mark], heights: dict[date, float], marked: str) -> None:
    seen = [mark for mark in marks if mark.day in heights]
    if seen:
        room = max(heights.values()) * 0.05
        figure.add_scatter(
            x=[mark.day for mark in seen],
            y=[heights[mark.day] + room for mark in seen],
            mode="markers",
            name=marked,
            marker={"symbol": "triangle-down", "size": 12, "color": ACT if marked == "Incident" else REFERENCE},
            customdata=[html.escape(mark.text) for mark in seen],
            hovertemplate="%{customdata}<extra></extra>",
        )


def _alt(daily: pl.DataFrame, by: str, names: Sequence[str], marks: Sequence[Mark], marked: str) -> str:
    if daily.is_empty():
        return "Spend by day: nothing was spent on these days"
    by_day = daily.group_by("day").agg(pl.col("cost_usd").sum()).sort("cost_usd", "day", descending=[True, False])
    day, most = by_day.row(0)
    told = f"Spend by day: {usd(dollars(daily))} over {by_day.height} days, most on {day:%-d %B} ({usd(most)})"
    lumped = daily[by].n_unique() - len(names)
    others = f", with {lumped} smaller ones as Other" if lumped else ""
    what = "incidents" if marked == "Incident" else "beginnings"
    incidents = f"; {len(marks)} {what} are marked" if marks else ""
    return f"{told}; largest is {names[0]}{others}{incidents}"
