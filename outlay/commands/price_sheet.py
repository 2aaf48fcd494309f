"""Show prices as people read them: a row a model and tier, a column a kind of token, US dollars per million."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

HEADINGS = {
    "input_uncached": "input",
    "cache_read": "cache read",
    "cache_write_5m": "write 5m",
    "cache_write_1h": "write 1h",
    "cache_write_other": "write ?",
    "audio_in": "audio in",
    "output_text": "output",
    "reasoning": "reasoning",
    "audio_out": "audio out",
}
# Columns that nearly always repeat another; shown where one of the rows differs from it.
_REPEATS = {
    "cache_read": "input_uncached",
    "cache_write_5m": "input_uncached",
    "cache_write_1h": "cache_write_5m",
    "cache_write_other": "cache_write_5m",
    "audio_in": "input_uncached",
    "reasoning": "output_text",
    "audio_out": "output_text",
}
WHOLE_DAY = 24 * 60


def sheet(lines: Sequence[Mapping[str, Any]], *, dated: bool = False) -> list[dict[str, Any]]:
    """Price lines as rows of a table; `dated` adds since when and until when each row holds."""
    rows: dict[tuple[Any, ...], dict[str, Mapping[str, Any]]] = {}
    for line in lines:
        rows.setdefault(_row_of(line, dated=dated), {})[line["token_class"]] = line
    shown = _columns(rows.values())
    return [_row(by_class, shown, dated=dated) for by_class in rows.values()]


def per_million(usd: str | Decimal | None) -> str:
    """A price with all the digits it has and none that it has not."""
    return "—" if usd is None else f"{Decimal(usd).normalize():f}"


def hours(line: Mapping[str, Any]) -> str:
    """The part of the UTC day, when it is a part."""
    since, until = line.get("from_minute", 0), line.get("until_minute", WHOLE_DAY)
    if (since, until) == (0, WHOLE_DAY):
        return ""
    return f"{since // 60:02}:{since % 60:02}–{until // 60:02}:{until % 60:02} UTC"


def threshold(line: Mapping[str, Any]) -> str:
    """For which requests, when not for all."""
    return f"from {line['min_input_tokens']:,} input tokens on" if line["min_input_tokens"] else ""


def day(instant: str | None) -> str | None:
    """The day of an instant, or the instant where it is no midnight."""
    return instant and instant.removesuffix("T00:00:00Z")


def _row_of(line: Mapping[str, Any], *, dated: bool) -> tuple[Any, ...]:
    told = ("provider", "model", "layer", "service_tier", "min_input_tokens", "from_minute", "until_minute")
    return tuple(line[name] for name in (*told, *(("valid_from", "valid_to") if dated else ())))


def _columns(rows: Iterable[Mapping[str, Mapping[str, Any]]]) -> list[str]:
    priced = [{name: line["usd_per_million"] for name, line in row.items()} for row in rows]
    return [
        name for name in HEADINGS if any(name in row and row[name] != row.get(_REPEATS.get(name, "")) for row in priced)
    ]


def _row(by_class: Mapping[str, Mapping[str, Any]], shown: Sequence[str], *, dated: bool) -> dict[str, Any]:
    line = next(iter(by_class.values()))
    requests = ", ".join(filter(None, (threshold(line), hours(line)))) or "all"
    prices = {HEADINGS[name]: per_million(by_class.get(name, {}).get("usd_per_million")) for name in shown}
    held = {"since": day(line["valid_from"]) or "always", "until": day(line["valid_to"])} if dated else {}
    return {
        **{name: line[name] for name in ("provider", "model", "layer")},
        "tier": line["service_tier"],
        "requests": requests,
        **prices,
        **held,
    }
