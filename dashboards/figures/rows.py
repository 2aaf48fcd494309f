"""One row per name: bars for one number each, dots and a line for a middle and a high end."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.picture import LONGEST_ROW, Picture, dollar_axis, label, layout, pixels
from dashboards.theme import REFERENCE, SERIES
from dashboards.words import named

ROW = 34
SAID = 5


def bars(
    frame: pl.DataFrame,
    *,
    name: str,
    value: str,
    text: Sequence[str],
    what: str,
    interval: tuple[str, str] | None = None,
    money: bool = False,
) -> Picture:
    """Horizontal bars of one column in the frame's order, each with its text; `interval` names the columns of its ends.

    An interval is drawn over its bar, so the text of a row stands in its tooltip and not on it. `money` writes the axis
    in dollars.
    """
    rows = frame.reverse()
    values = pixels(rows, value)
    ends = None
    if interval:
        low, high = (pixels(rows, column) for column in interval)
        ends = {
            "type": "data",
            "array": [top - middle for top, middle in zip(high, values, strict=True)],
            "arrayminus": [middle - bottom for bottom, middle in zip(low, values, strict=True)],
            "color": REFERENCE,
            "thickness": 1.5,
        }
    told = list(reversed(text))
    figure = go.Figure(
        go.Bar(
            x=values,
            y=list(range(len(values))),
            orientation="h",
            marker={"color": SERIES[0]},
            error_x=ends,
            text=told,
            textposition="none" if interval else "auto",
            customdata=told,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(layout(height=max(120, ROW * frame.height + 60), showlegend=False, hovermode="closest"))
    if money:
        figure.update_xaxes(**dollar_axis(max(values, default=0.0)))
    _name_rows(figure, rows, name)
    return Picture(figure, _alt(frame, name, text, what))


def spread(frame: pl.DataFrame, *, name: str, middle: str, high: str, text: Sequence[str], what: str) -> Picture:
    """One row per name: a dot at the middle, a line to the high end. For p50 and p95, which a mean would hide."""
    rows = frame.reverse()
    middles, highs, places = pixels(rows, middle), pixels(rows, high), list(range(frame.height))
    told = list(reversed(text))
    figure = go.Figure()
    for place in places:
        figure.add_scatter(
            x=[middles[place], highs[place]],
            y=[place, place],
            mode="lines",
            line={"color": REFERENCE, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )
    for values, legend, symbol, colour in (
        (middles, "half of the tasks", "circle", SERIES[0]),
        (highs, "95 of 100 tasks", "diamond", SERIES[1]),
    ):
        figure.add_scatter(
            x=values,
            y=places,
            mode="markers",
            name=legend,
            marker={"color": colour, "size": 10, "symbol": symbol},
            customdata=told,
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(layout(height=max(150, ROW * frame.height + 90), hovermode="closest"))
    figure.update_xaxes(type="log", dtick=_log_ticks(middles, highs), tickformat="~s", automargin=True)
    _name_rows(figure, rows, name)
    return Picture(figure, _alt(frame, name, text, what))


def _log_ticks(low: Sequence[float], high: Sequence[float]) -> int | str:
    # Powers of ten where there are many; 1, 2 and 5 of each where they would be too few to read by.
    smallest = min((value for value in low if value > 0), default=1.0)
    return 1 if max(high, default=1.0) > smallest * 1000 else "D2"


def _name_rows(figure: go.Figure, rows: pl.DataFrame, name: str) -> None:
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(rows.height)),
        ticktext=[label(each, LONGEST_ROW) for each in rows[name]],
        showgrid=False,
        automargin=True,
    )


def _alt(frame: pl.DataFrame, name: str, text: Sequence[str], what: str) -> str:
    said = [f"{named(each)} {told}" for each, told in zip(frame[name], text, strict=True)]
    return f"{what}: {'; '.join(said[:SAID])}" if said else f"{what}: nothing to show"
