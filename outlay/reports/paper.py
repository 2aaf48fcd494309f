"""A report as headings, sentences and tables, written as Markdown or as a page of HTML from the one source."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's name."""

    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: heads, rows as text, and how many columns from the left are names (the others stand to the right)."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


Block = Heading | Say | Grid

# Nothing is fetched: a report is mailed, archived and read without a network.
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.6rem; border-bottom: 1px solid #8884; vertical-align: top; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; }
h2 { margin-top: 2rem; page-break-after: avoid; }
@media print { body { margin: 0; max-width: none; } tr { page-break-inside: avoid; } }
"""
MARKS = "\\`*_{}[]<>|#"


def as_markdown(title: str, blocks: Sequence[Block]) -> str:
    """The report as Markdown with pipe tables; names are data, so their marks are escaped."""
    return "\n\n".join([f"# {_escaped(title)}", *(_markdown(block) for block in blocks)]) + "\n"


def as_html(title: str, blocks: Sequence[Block]) -> str:
    """The report as one HTML file that fetches nothing, in light and dark and on paper."""
    name = html.escape(title)
    body = "\n".join(_html(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{name}</title>\n'
        f"<style>{STYLE}</style>\n<h1>{name}</h1>\n{body}\n</html>\n"
    )


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {_escaped(text)}"
        case Say(text):
            return _escaped(text)
        case Grid(heads, rows, names):
            rule = ["---" if place < names else "---:" for place in range(len(heads))]
            lines = [heads, rule, *rows]
            return "\n".join(f"| {' | '.join(cells if cells is rule else map(_escaped, cells))} |" for cells in lines)


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{html.escape(text)}</h2>"
        case Say(text):
            return f"<p>{html.escape(text)}</p>"
        case Grid(heads, rows, names):
            head = "".join(_cell("th", text, place >= names) for place, text in enumerate(heads))
            lines = "\n".join(
                f"<tr>{''.join(_cell('td', text, place >= names) for place, text in enumerate(row))}</tr>"
                for row in rows
            )
            return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"


def _cell(tag: str, text: str, number: bool) -> str:
    kind = ' class="n"' if number else ""
    return f"<{tag}{kind}>{html.escape(text)}</{tag}>"


def _escaped(text: str) -> str:
    one_line = " ".join(text.split())
    return "".join(f"\\{mark}" if mark in MARKS else mark for mark in one_line)
