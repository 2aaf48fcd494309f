"""A trace as a waterfall in time: one bar a span, with its dollars, tokens and latency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import plotly.graph_objects as go

from dashboards.figures.picture import LONGEST_NAME, Picture, label, layout
from dashboards.theme import ACT, OTHER_COLOUR, SERIES
from dashboards.trace_tree import Node
from dashboards.words import milliseconds
from warehouse import tokens, usd

ROW = 26
ABOVE = 64  # pixels, for the legend and the axis
DEEPEST = 10  # of indentation; what is deeper stands below that
INDENT = 12
NAMES = 250  # pixels to the left, where the names stand
COLOURS = {
    "call": SERIES[0],
    "tool": SERIES[2],
    "retrieval": SERIES[3],
    "guardrail": SERIES[4],
    "evaluation": SERIES[5],
}
OTHERS = "agent, workflow and other"


def trace_waterfall(nodes: Sequence[Node], first_at: datetime) -> Picture:
    """Bars in the order of the nodes, indented by depth, seconds since `first_at` to the right.

    A span that went wrong has a red edge. What the span and all below it cost stands beside it.
    """
    figure = go.Figure()
    last_s = max(((node.after_ms(first_at) + node.lasted_ms) / 1000 for node in nodes), default=0.0) or 0.001
    places = {id(node): place for place, node in enumerate(nodes)}
    for kind in [*COLOURS, OTHERS]:
        own = [node for node in nodes if _kind(node) == kind]
        if not own:
            continue
        figure.add_bar(
            orientation="h",
            name=kind,
            y=[places[id(node)] for node in own],
            base=[node.after_ms(first_at) / 1000 for node in own],
            # What took no time is still there to be seen.
            x=[max(node.lasted_ms / 1000, last_s / 400) for node in own],
            text=[said(node) for node in own],
            width=0.7,
            textposition="outside",
            cliponaxis=False,
            customdata=[_told(node) for node in own],
            hovertemplate="%{customdata}<extra></extra>",
            marker={
                "color": COLOURS.get(kind, OTHER_COLOUR),
                "line": {"width": [2 if node.failed else 0 for node in own], "color": ACT},
            },
        )
    figure.update_layout(
        layout(
            height=ROW * len(nodes) + ABOVE + 8,
            margin={"l": NAMES, "r": 8, "t": ABOVE, "b": 8},
            barmode="overlay",
            hovermode="closest",
        )
    )
    # Above the axis, which is above the bars: a long trace is read from its top.
    figure.update_layout(legend={"yanchor": "bottom", "y": 1 + ABOVE / 2 / (ROW * max(len(nodes), 1))})
    figure.update_xaxes(ticksuffix=" s", range=[0, last_s * 1.35], side="top", automargin=True, zeroline=False)
    figure.update_yaxes(
        range=[len(nodes) - 0.5, -0.5],
        showgrid=False,
        showticklabels=False,
        zeroline=False,
    )
    for place, node in enumerate(nodes):
        # An axis writes its names flush right, where nobody sees which stands below which.
        figure.add_annotation(
            text=_name(node),
            x=0,
            xref="paper",
            xanchor="left",
            xshift=INDENT * min(node.depth, DEEPEST) - NAMES,
            y=place,
            showarrow=False,
            align="left",
        )
    return Picture(figure, _alt(nodes))


def said(node: Node) -> str:
    """What stands beside a bar: '$0.42 · 12k tokens · 3.1 s'; a span that cost nothing says how long it took."""
    parts = [usd(node.cost_below_usd)] if node.cost_below_usd else []
    parts += [f"{tokens(node.tokens_below)} tokens"] if node.tokens_below else []
    return " · ".join([*parts, milliseconds(node.lasted_ms)])


def _kind(node: Node) -> str:
    return node.span["role"] if node.span["role"] in COLOURS else OTHERS


def _name(node: Node) -> str:
    named = node.span["tool_name"] or node.span["agent_name"] or node.span["name"] or node.span["role"]
    if node.span["is_call"]:
        named = node.span["model"] or named
    return label(named, LONGEST_NAME - min(node.depth, DEEPEST))


def _told(node: Node) -> str:
    lines = [label(node.span["name"] or node.span["role"], 80), node.span["role"], said(node)]
    if node.children:
        lines.append(f"{usd(node.cost_usd)} by itself, with {node.spans_below - 1:,} spans below")
    if node.span["model"]:
        lines.append(label(node.span["model"], 80))
    reasons = ("error_type", "unpriced_because", "incomplete_because", "folded_because")
    lines += [f"{name.partition('_')[0]}: {label(node.span[name], 120)}" for name in reasons if node.span[name]]
    return "<br>".join(lines)


def _alt(nodes: Sequence[Node]) -> str:
    dearest = max(nodes, key=lambda node: node.cost_usd, default=None)
    if dearest is None:
        return "No spans to show"
    what = dearest.span["model"] or dearest.span["name"]
    return f"{len(nodes)} spans; the dearest is {what} at {usd(dearest.cost_usd)}"
