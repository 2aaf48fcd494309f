"""What every figure shares: how it is laid out, how names and axes of money are written."""

from __future__ import annotations

import html
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from dashboards.words import cut, named, visible

HEIGHT = 360
LONGEST_NAME = 30  # in a legend
LONGEST_ROW = 38


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure, and what it says to someone who cannot see it."""

    figure: go.Figure
    alt: str
    note: str = ""  # what the picture alone would leave one wondering about


def layout(**more: object) -> dict[str, object]:
    """Small margins, the legend below, no dragging: on a phone a chart must not catch the finger that scrolls."""
    legend = {"orientation": "h", "yanchor": "top", "y": -0.16, "x": 0, "title": None, "traceorder": "normal"}
    return {"height": HEIGHT, "margin": {"l": 8, "r": 8, "t": 16, "b": 8}, "legend": legend, "dragmode": False, **more}


def dollar_axis(top: float) -> dict[str, object]:
    """How an axis of money that reaches `top` writes its ticks: short, and never all $0."""
    if top >= 10_000:
        form = "$~s"
    elif top >= 10:
        form = "$,.0f"
    elif top >= 0.1:
        form = "$,.2~f"
    else:
        form = "$~g"
    return {"tickformat": form, "rangemode": "tozero", "automargin": True}


def label(name: str | None, longest: int = LONGEST_NAME) -> str:
    """A name short enough for its place, and safe in plotly's HTML."""
    text = visible(" ".join(named(name).split()))
    owner, slash, thing = text.partition(" / ")
    if slash and len(text) > longest:
        # Both halves tell names apart, so both keep their beginning.
        room = longest - len(slash)
        half = max(room // 2, room - len(owner))
        return html.escape(f"{cut(owner, room - min(half, len(thing)))}{slash}{cut(thing, half)}")
    return html.escape(cut(text, longest))


def pixels(frame: pl.DataFrame, column: str) -> list[float]:
    """A column as what plotly draws; unknown is nothing high."""
    drawn: list[float] = frame[column].cast(pl.Float64).fill_null(0.0).to_list()
    return drawn
