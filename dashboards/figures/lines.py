"""A ratio day by day, one line a name."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.picture import Picture, dollar_axis, label, layout
from dashboards.theme import OTHER_COLOUR, colours
from warehouse import usd


def cost_lines(
    daily: pl.DataFrame, *, by: str, per: str, names: Sequence[str], everyone: Sequence[str], what: str
) -> Picture:
    """`cost_usd` ÷ the count in column `per`, per `day`, for each of `names` (at most six) in the column `by`.

    A day without anything to divide by has no point, and no line leads over it: unknown is not zero.
    """
    palette = colours(names, everyone)
    days = daily["day"].unique().sort().to_list()
    figure = go.Figure()
    top = 0.0
    said = []
    for name in names:
        rows = {
            day: (amount, count)
            for day, amount, count in daily.filter(pl.col(by) == name).select("day", "cost_usd", per).iter_rows()
        }
        ratios = [_ratio(*rows.get(day, (None, 0))) for day in days]
        top = max([top, *(float(ratio) for ratio in ratios if ratio is not None)])
        latest = next((ratio for ratio in reversed(ratios) if ratio is not None), None)
        said.append(f"{name} {usd(latest) if latest is not None else 'unknown'}")
        figure.add_scatter(
            x=days,
            y=[None if ratio is None else float(ratio) for ratio in ratios],
            name=label(name),
            mode="lines+markers",
            line={"color": palette.get(name, OTHER_COLOUR), "width": 2},
            marker={"size": 5},
            connectgaps=False,
            customdata=["" if ratio is None else usd(ratio) for ratio in ratios],
            hovertemplate=f"{label(name)} %{{customdata}}<extra></extra>",
        )
    figure.update_layout(layout(hovermode="x unified"))
    figure.update_xaxes(tickformat="%-d %b", showgrid=False, hoverformat="%A %-d %B")
    figure.update_yaxes(**dollar_axis(top))
    return Picture(figure, f"{what}, on the last day: {'; '.join(said)}" if said else f"{what}: nothing to show")


def _ratio(amount: Decimal | None, count: int) -> Decimal | None:
    return amount / count if amount is not None and count else None
