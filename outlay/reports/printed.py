"""A report as PDF, from the same headings, sentences and tables as its other forms."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

import orjson
import typst

from outlay.reports.paper import Block, Grid, Heading, Say


def as_pdf(title: str, blocks: Sequence[Block]) -> bytes:
    """The report as A4 pages; the same report is the same bytes, and nothing is fetched."""
    told = {"title": title, "blocks": [_told(block) for block in blocks]}
    template = (resources.files("outlay.reports") / "printed.typ").read_bytes()
    # What is told reaches the template as data: it can hold no markup.
    printed: bytes = typst.compile(template, format="pdf", sys_inputs={"report": orjson.dumps(told).decode()})
    return printed


def _told(block: Block) -> dict[str, Any]:
    match block:
        case Heading(text):
            return {"kind": "heading", "text": text}
        case Say(text):
            return {"kind": "say", "text": text}
        case Grid(heads, rows, names):
            return {"kind": "table", "heads": heads, "rows": rows, "names": names}
