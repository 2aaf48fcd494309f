"""The hours around an incident: what they cost, against what was expected and how far an hour usually goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.picture import Picture, dollar_axis, layout, pixels
from dashboards.sums import dollars
from dashboards.theme import ACT, REFERENCE, SERIES
from warehouse import usd

HALF_AN_HOUR = timedelta(minutes=30)
BAND = "rgba(122, 127, 138, 0.22)"  # REFERENCE, so thin that bars show through it
HEADROOM = 1.08
TOGETHER = "No single hour leaves the usual range; it is the hours together that are out of line."
WINDOW = "rgba(214, 41, 62, 0.08)"  # ACT, the same


def hours_against_expected(
    hours: pl.DataFrame, since: datetime, until: datetime, partial: datetime | None = None
) -> Picture:
    """`actual_usd` per `hour_at` as bars, over the band from `expected_usd` to `high_usd` where these are known.

    Instants are on the clock to be shown. The hours from `since` to `until` are the incident's own: they are drawn in
    the colour of what someone must act on, before a window of it. `partial` is the hour that is not over, drawn
    hatched.
    """
    figure = go.Figure()
    at = hours["hour_at"].to_list()
    if "expected_usd" in hours.columns:
        _expected(figure, hours)
    own = [since <= hour < until for hour in at]
    for inside, name, colour in ((False, "spent", SERIES[0]), (True, "spent in the incident", ACT)):
        rows = hours.filter(pl.Series([mine is inside for mine in own], dtype=pl.Boolean))
        figure.add_bar(
            x=rows["hour_at"].to_list(),
            y=pixels(rows, "actual_usd"),
            name=name,
            marker={
                "color": colour,
                "pattern": {"shape": ["/" if hour == partial else "" for hour in rows["hour_at"]], "solidity": 0.4},
            },
            customdata=[usd(amount) for amount in rows["actual_usd"]],
            hovertemplate="spent %{customdata}<extra></extra>",
        )
    if any(own):
        # A bar stands on its hour's beginning, so its left half lies before it.
        figure.add_vrect(since - HALF_AN_HOUR, until - HALF_AN_HOUR, fillcolor=WINDOW, line_width=0, layer="below")
    # A band far above every bar may leave the picture; the bars against what was expected are what it is about.
    tall = [
        size for column in ("actual_usd", "expected_usd") if column in hours.columns for size in pixels(hours, column)
    ]
    top = max(tall, default=0.0) * HEADROOM
    figure.update_layout(layout(barmode="overlay", bargap=0.15, hovermode="x unified"))
    # The hours' labels have two lines.
    figure.update_layout(legend={"y": -0.24})
    figure.update_xaxes(tickformat="%H:%M\n%-d %b", showgrid=False)
    figure.update_yaxes(**dollar_axis(top), range=[0, top] if top else None)
    cost = dollars(hours.filter(pl.Series(own, dtype=pl.Boolean)), "actual_usd")
    alt = f"Hourly spend around the incident; its {sum(own)} hours cost {usd(cost)}"
    return Picture(figure, alt, TOGETHER if _together(hours, own) else "")


def _together(hours: pl.DataFrame, own: list[bool]) -> bool:
    if "high_usd" not in hours.columns or not any(own):
        return False
    inside = hours.filter(pl.Series(own, dtype=pl.Boolean))
    return not bool((inside["actual_usd"] > inside["high_usd"]).any())


def _expected(figure: go.Figure, hours: pl.DataFrame) -> None:
    at = hours["hour_at"].to_list()
    line = {"mode": "lines", "line": {"color": REFERENCE, "dash": "dash", "width": 2, "shape": "hvh"}}
    figure.add_scatter(
        x=at,
        y=pixels(hours, "expected_usd"),
        name="expected",
        customdata=["—" if amount is None else usd(amount) for amount in hours["expected_usd"]],
        hovertemplate="expected %{customdata}<extra></extra>",
        **line,
    )
    if "high_usd" in hours.columns:
        figure.add_scatter(
            x=at,
            y=pixels(hours, "high_usd"),
            mode="lines",
            line={"color": REFERENCE, "dash": "dot", "width": 1, "shape": "hvh"},
            fill="tonexty",
            fillcolor=BAND,
            name="usual up to here",
            customdata=["—" if amount is None else usd(amount) for amount in hours["high_usd"]],
            hovertemplate="usual up to %{customdata}<extra></extra>",
        )
