"""A trace as a tree: every span with what it cost by itself and with everything below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

Key = tuple[str, str]  # sender, span id: identity never crosses a sender


@dataclass(slots=True)
class Node:
    """One span in its place. `…_below` include the span itself."""

    span: Mapping[str, Any]
    depth: int = 0
    parent: Node | None = None
    cost_below_usd: Decimal = Decimal(0)
    tokens_below: int = 0
    spans_below: int = 1
    children: list[Node] = field(default_factory=list)

    @property
    def cost_usd(self) -> Decimal:
        """What the call it tells of cost; nothing where it tells of none."""
        return self.span["cost_usd"] or Decimal(0)

    @property
    def lasted_ms(self) -> int:
        """How long it took; an end before the start is no time."""
        return between_ms(self.span["started_at"], self.span["ended_at"])

    @property
    def failed(self) -> bool:
        """Whether it says that it went wrong."""
        return bool(self.span["failed"]) or self.span["status"] == "error"

    def after_ms(self, first_at: datetime) -> int:
        """How long after the first span it began."""
        return between_ms(first_at, self.span["started_at"])


def between_ms(earlier: datetime, later: datetime) -> int:
    """From one instant to a later one; 0 when it is not later."""
    return max(0, round((later - earlier).total_seconds() * 1000))


def tree(rows: pl.DataFrame) -> list[Node]:
    """The spans (`questions/trace.sql`) as one reads them: each before what it did, by the time it began.

    A span whose parent is not among them, or that is its own ancestor, stands at the top. Any depth.
    """
    nodes = {(row["sender"], row["span_id"]): Node(row) for row in rows.iter_rows(named=True)}
    above: dict[Key, Key] = {}
    for key, node in nodes.items():
        parent = (key[0], node.span["parent_span_id"] or "")
        if parent in nodes and not _leads_to(parent, key, above):
            above[key] = parent
    below: dict[Key | None, list[Node]] = defaultdict(list)
    for key, node in nodes.items():
        below[above.get(key)].append(node)
    ordered = _walked(below)
    for node in reversed(ordered):
        node.cost_below_usd += node.cost_usd
        node.tokens_below += node.span["tokens"]
        if node.parent is not None:
            node.parent.cost_below_usd += node.cost_below_usd
            node.parent.tokens_below += node.tokens_below
            node.parent.spans_below += node.spans_below
    return ordered


def shown(nodes: Sequence[Node], at_most: int) -> list[Node]:
    """At most so many of the nodes, in their order: the dearest, then the longest, each with all above it."""
    if len(nodes) <= at_most:
        return list(nodes)
    chosen: set[int] = set()
    for node in sorted(nodes, key=lambda node: (-node.cost_usd, not node.failed, -node.lasted_ms)):
        line = [id(each) for each in _line(node)]
        missing = [each for each in line if each not in chosen]
        if len(chosen) + len(missing) <= at_most:
            chosen.update(missing)
        if len(chosen) >= at_most:
            break
    return [node for node in nodes if id(node) in chosen]


def _leads_to(start: Key, key: Key, above: Mapping[Key, Key]) -> bool:
    while start != key:
        if start not in above:
            return False
        start = above[start]
    return True


def _walked(below: Mapping[Key | None, list[Node]]) -> list[Node]:
    ordered: list[Node] = []
    waiting = _in_time(below.get(None, []))
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        for child in below.get((node.span["sender"], node.span["span_id"]), []):
            child.parent, child.depth = node, node.depth + 1
            node.children.append(child)
        waiting += _in_time(node.children)
    return ordered


def _in_time(nodes: Iterable[Node]) -> list[Node]:
    """The last first, as a stack is emptied from its end."""
    return sorted(nodes, key=lambda node: (node.span["started_at"], node.span["span_id"]), reverse=True)


def _line(node: Node) -> list[Node]:
    line = [node]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    return line
