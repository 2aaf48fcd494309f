"""A budget's period: spent day by day, where it is likely to end, and the line it should not cross."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import plotly.graph_objects as go

from dashboards.figures.picture import Picture, dollar_axis, layout
from dashboards.sources import BudgetLine
from dashboards.theme import ACT, REFERENCE, SERIES
from warehouse import usd

MARGIN = timedelta(days=1)  # room for the range at the end


def budget_course(line: BudgetLine) -> Picture:
    """The sum so far as an area, the likely course dashed, its range at the end as a bar, the budget as a line."""
    figure = go.Figure()
    _course(figure, line.spent_by, "spent", {"color": SERIES[0], "width": 3}, fill="tozeroy")
    likely = (*line.spent_by[-1:], *line.likely_by)
    _course(figure, likely, "likely", {"color": SERIES[0], "width": 2, "dash": "dot"})
    over = line.spent_usd > line.budget_usd
    figure.add_scatter(
        x=[line.first, line.last],
        y=[_pixel(line.budget_usd)] * 2,
        mode="lines",
        name=f"budget, {usd(line.budget_usd)}",
        line={"color": ACT if over else REFERENCE, "width": 2, "dash": "dash"},
        hoverinfo="skip",
    )
    if line.likely_usd is not None and line.low_usd is not None and line.high_usd is not None:
        figure.add_scatter(
            x=[line.last],
            y=[_pixel(line.likely_usd)],
            mode="markers",
            name="likely end, and its range",
            marker={"color": SERIES[1], "size": 10},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [_pixel(line.high_usd - line.likely_usd)],
                "arrayminus": [_pixel(line.likely_usd - line.low_usd)],
                "color": SERIES[1],
                "thickness": 2,
                "width": 8,
            },
            customdata=[f"{usd(line.likely_usd)} ({usd(line.low_usd)} to {usd(line.high_usd)})"],
            hovertemplate="%{customdata}<extra></extra>",
        )
    tops = [line.budget_usd, line.spent_usd, line.high_usd or Decimal(0)]
    figure.update_layout(layout(hovermode="x unified"))
    figure.update_xaxes(
        tickformat="%-d %b", showgrid=False, hoverformat="%A %-d %B", range=[line.first, line.last + MARGIN]
    )
    figure.update_yaxes(**dollar_axis(_pixel(max(tops))))
    end = f", likely {usd(line.likely_usd)} at the end" if line.likely_usd is not None else ""
    alt = f"The budget of {line.title} for {line.window}: {usd(line.spent_usd)} of {usd(line.budget_usd)} spent{end}"
    return Picture(figure, alt)


def _course(
    figure: go.Figure, days: tuple[tuple[date, Decimal], ...], name: str, style: dict[str, object], fill: str = "none"
) -> None:
    if days:
        figure.add_scatter(
            x=[day for day, _ in days],
            y=[_pixel(spent) for _, spent in days],
            mode="lines" if len(days) > 1 else "markers",
            name=name,
            line=style,
            fill=fill,
            customdata=[usd(spent) for _, spent in days],
            hovertemplate=f"{name} %{{customdata}}<extra></extra>",
        )


def _pixel(amount: Decimal) -> float:
    return float(amount)
