"""A share week by week, one line a name, each point with its 95 % interval: few tasks are seen to be few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.picture import Picture, label, layout
from dashboards.theme import OTHER_COLOUR, colours
from dashboards.words import percent


def rate_lines(
    weekly: pl.DataFrame, *, by: str, rate: str, names: Sequence[str], everyone: Sequence[str], what: str
) -> Picture:
    """The share in column `rate` (with `rate`_low and `rate`_high) per `week`, for each of `names` in the column `by`.

    A week without anything to take a share of has no point, and no line leads over it.
    """
    palette = colours(names, everyone)
    weeks = weekly["week"].unique().sort().to_list()
    figure = go.Figure()
    said = []
    for name in names:
        found = weekly.filter((pl.col(by) == name) & pl.col(rate).is_not_null())
        points: dict[date, tuple[float, float, float]] = {
            week: (share * 100, low * 100, high * 100)
            for week, share, low, high in found.select("week", rate, f"{rate}_low", f"{rate}_high").iter_rows()
        }
        told = [points.get(week) for week in weeks]
        latest = next((point for point in reversed(told) if point), None)
        said.append(f"{name} {percent(latest[0] / 100) if latest else 'unknown'}")
        figure.add_scatter(
            x=weeks,
            y=[point and point[0] for point in told],
            error_y={
                "array": [point[2] - point[0] if point else 0 for point in told],
                "arrayminus": [point[0] - point[1] if point else 0 for point in told],
                "thickness": 1,
                "width": 3,
            },
            name=label(name),
            mode="lines+markers",
            line={"color": palette.get(name, OTHER_COLOUR), "width": 2},
            marker={"size": 5},
            connectgaps=False,
            customdata=[f"{point[1]:.0f}% to {point[2]:.0f}%" if point else "" for point in told],
            hovertemplate=f"{label(name)} %{{y:.0f}}% (%{{customdata}})<extra></extra>",
        )
    figure.update_layout(layout(hovermode="x unified"))
    figure.update_xaxes(tickformat="%-d %b", showgrid=False, hoverformat="Week of %-d %B")
    figure.update_yaxes(ticksuffix="%", rangemode="tozero")
    return Picture(figure, f"{what}, in the last week: {'; '.join(said)}" if said else f"{what}: nothing to show")
