"""Emitters as a page shows them: their names, their rows in a table, and what to do about each in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.words import bold, markdown, named
from warehouse import Emitter, usd

NO_SERVICE = "unnamed service"
NO_SCOPE = "unnamed instrumentation"
TABLE = pl.Schema(
    dict.fromkeys(("service", "scope", "version", "dialect", "signals"), pl.String())
    | {"at_risk_usd": pl.Decimal(38, 12), "calls": pl.Int64(), "with_usage": pl.Float64()}
    | dict.fromkeys(("ambiguous_calls", "told_again", "unpriced_calls", "unattributed_calls"), pl.Int64())
    | dict.fromkeys(("claimed_spans", "faults"), pl.Int64())
    | {"cost_usd": pl.Decimal(38, 12), "last_at": pl.Datetime("us")}
)


def emitter_table(emitters: Sequence[Emitter]) -> pl.DataFrame:
    """One row an emitter, in the order given; `with_usage` is a share of its calls, null when it has none."""
    told = [{**emitter.facts, "at_risk_usd": emitter.at_risk_usd, **_named(emitter)} for emitter in emitters]
    rows = [{**row, "with_usage": row["complete_calls"] / row["calls"] if row["calls"] else None} for row in told]
    return pl.DataFrame([{name: row[name] for name in TABLE} for row in rows], schema=TABLE)


def gap_table(gaps: pl.DataFrame) -> pl.DataFrame:
    """Rows of `metric_gap` as the page lists them."""
    return gaps.select(
        pl.col("service").fill_null(NO_SERVICE),
        "scope",
        "metric",
        "model",
        "token_class",
        *(pl.col(name).cast(pl.Int64) for name in ("metric_tokens", "call_tokens")),
        pl.col("gap_share").cast(pl.Float64),
    )


def gaps_of(gaps: pl.DataFrame, shown: Sequence[str]) -> pl.DataFrame:
    """Those of the services that are shown."""
    return gaps.filter(pl.col("service").fill_null(NO_SERVICE).is_in(list(shown)))


def services(emitters: Sequence[Emitter]) -> list[str]:
    """The services heard of, by name."""
    return sorted({_named(emitter)["service"] for emitter in emitters}, key=str.casefold)


def of_service(emitters: Sequence[Emitter], service: str) -> list[Emitter]:
    """Those of one service, in the same order."""
    return [emitter for emitter in emitters if _named(emitter)["service"] == service]


def headline(emitter: Emitter) -> str:
    """Its name as Markdown: '**bot** · openinference.instrumentation.openai 1.2'."""
    name = _named(emitter)
    written_by = f"{name['scope']} {emitter.facts['version']}".strip()
    return f"{bold(name['service'])} · {markdown(written_by)}"


def at_risk(emitter: Emitter) -> str:
    """What it puts at risk: '$12.30 at risk', '~$12 at risk', or nothing when nothing is."""
    if emitter.at_risk_usd is None:
        return "cost unknown"
    return f"{'~' if emitter.is_estimate else ''}{usd(emitter.at_risk_usd)} at risk" if emitter.at_risk_usd else ""


def advice_list(emitter: Emitter) -> str:
    """What to do about it, as a Markdown list."""
    return "\n".join(f"- {_with_code(each.sentence)} :gray[({each.counted})]" for each in emitter.advice)


def _with_code(sentence: str) -> str:
    """The sentence as Markdown: what stands between two backticks as code, everything else as it is written."""
    parts = sentence.split("`")
    closed = len(parts) - 1
    return "".join(
        f"`{' '.join(part.split())}`" if place % 2 and place < closed and part.strip() else _spaced(part)
        for place, part in enumerate(parts)
    )


def _spaced(part: str) -> str:
    return f"{' ' * part.startswith(' ')}{markdown(part)}{' ' * part.endswith(' ')}"


def _named(emitter: Emitter) -> dict[str, str]:
    facts = emitter.facts
    return {"service": named(facts["service"], NO_SERVICE), "scope": named(facts["scope"], NO_SCOPE)}
