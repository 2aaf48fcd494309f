"""From one sum of money to another, step by step."""

from __future__ import annotations

import html
from collections.abc import Sequence
from decimal import Decimal

import plotly.graph_objects as go

from dashboards.figures.picture import Picture, dollar_axis, layout
from dashboards.theme import REFERENCE, SERIES
from warehouse import signed, usd

# Of a bridge between two tall pillars the steps would be slivers: the axis may then begin above zero.
STEPS_WORTH = Decimal("0.25")


def waterfall(steps: Sequence[tuple[str, Decimal]], *, start: tuple[str, Decimal], end: tuple[str, Decimal]) -> Picture:
    """The steps, (name, dollars), from the sum `start` to the sum `end`; they are to sum to the difference exactly.

    Where all steps together are small beside the sums, the axis begins above zero, and says so.
    """
    told = [start, *steps, end]
    levels = [start[1]]
    for _, amount in steps:
        levels.append(levels[-1] + amount)
    low, high = min(levels), max(levels)
    cut = high > 0 and high - low < high * STEPS_WORTH and low > 0
    floor = max(low - (high - low), Decimal(0)) if cut else Decimal(0)
    measures = ["absolute", *["relative"] * len(steps), "total"]
    figure = go.Figure(
        go.Waterfall(
            x=[html.escape(name) for name, _ in told],
            y=[*(float(amount) for _, amount in told[:-1]), None],
            measure=measures,
            text=[usd(start[1]), *(signed(amount) for _, amount in steps), usd(end[1])],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: %{text}<extra></extra>",
            connector={"line": {"color": REFERENCE, "width": 1, "dash": "dot"}},
            # More is not worse by itself, so it is not red.
            increasing={"marker": {"color": SERIES[1]}},
            decreasing={"marker": {"color": SERIES[2]}},
            totals={"marker": {"color": SERIES[0]}},
        )
    )
    figure.update_layout(layout(showlegend=False, hovermode="closest", margin={"l": 8, "r": 8, "t": 32, "b": 8}))
    figure.update_xaxes(showgrid=False, automargin=True)
    figure.update_yaxes(**dollar_axis(float(high)))
    if cut:
        room = float(high - low) * 0.15
        figure.update_yaxes(range=[float(floor), float(high) + room], rangemode="normal", title=f"from {usd(floor)} up")
    said = "; ".join(f"{name} {signed(amount)}" for name, amount in steps if amount)
    return Picture(figure, f"From {usd(start[1])} to {usd(end[1])}: {said or 'nothing moved'}")
