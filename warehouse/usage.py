"""What was used and what it cost, call by call or summed: the answers behind `outlay usage` and `outlay calls`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from warehouse.prices import TOKEN_CLASSES
from warehouse.store import Warehouse

# What `--by` may name, and the column that answers.
DIMENSIONS: Mapping[str, str] = {
    "team": "team",
    "workflow": "workflow",
    "environment": "environment",
    "provider": "provider",
    "model": "model",
    "purpose": "purpose",
    "user": "user_id",
    "task": "task_id",
    "service": "service",
    "dialect": "dialect",
    "prompt_version": "prompt_version",
    "day": "strftime(started_at, '%Y-%m-%d')",
    "month": "strftime(started_at, '%Y-%m')",
}

_CACHE_WRITE = (
    "CASE WHEN count(coalesce(cache_write_5m, cache_write_1h, cache_write_other)) > 0 THEN"
    " sum(coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0)) END"
)
_INPUT = (
    "CASE WHEN count(coalesce(input_uncached, cache_read, cache_write_5m, cache_write_1h, cache_write_other, audio_in))"
    " > 0 THEN sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)"
    " + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)) END"
)
_OUTPUT = (
    "CASE WHEN count(coalesce(output_text, reasoning, audio_out)) > 0 THEN"
    " sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) END"
)

_SUMS = f"""
    count(*) AS calls,
    {_INPUT} AS input_tokens,
    sum(cache_read) AS cache_read_tokens,
    {_CACHE_WRITE} AS cache_write_tokens,
    sum(cache_write_1h) AS cache_write_1h_tokens,
    {_OUTPUT} AS output_tokens,
    sum(reasoning) AS reasoning_tokens,
    coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd,
    count(*) FILTER (WHERE unpriced_because IS NOT NULL) AS unpriced_calls,
    count(*) FILTER (WHERE incomplete_because IS NOT NULL) AS incomplete_calls
"""

_SCOPE = """
    WHERE billed
      AND ($since::TIMESTAMP IS NULL OR started_at >= $since)
      AND ($until::TIMESTAMP IS NULL OR started_at < $until)
      AND ($teams::VARCHAR[] IS NULL OR list_contains($teams, team))
"""


class UnknownDimension(ValueError):
    """`--by` names something usage is not told by."""


def usage(
    warehouse: Warehouse,
    *,
    by: Sequence[str] = (),
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    teams: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Billed calls and their tokens: `{"rows": [{…by…, sums}], "total": {sums}}`, money as decimal text.

    `input_tokens` includes the cache classes and `output_tokens` includes reasoning; a class nobody reported is None.
    `since` and `until` (half-open) are naive UTC; `teams` None means all of them and Unattributed.
    """
    for name in by:
        if name not in DIMENSIONS:
            raise UnknownDimension(f"usage is not told by {name!r}; it is told by {', '.join(DIMENSIONS)}")
    scope = {"since": since, "until": until, "teams": list(teams) if teams is not None else None}
    named = "".join(f"{DIMENSIONS[name]} AS {name}, " for name in by)
    grouped = f"GROUP BY {', '.join(str(place + 1) for place in range(len(by)))} ORDER BY ALL" if by else ""
    rows = warehouse.query(f"SELECT {named}{_SUMS} FROM calls {_SCOPE} {grouped}", scope)  # noqa: S608 - DIMENSIONS' own
    total = warehouse.query(f"SELECT {_SUMS} FROM calls {_SCOPE}", scope)  # noqa: S608 - constants of this file
    return {"rows": _as_json(rows), "total": _as_json(total)[0]}


def list_calls(
    warehouse: Warehouse,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    teams: Sequence[str] | None = None,
    limit: int = 100_000,
) -> list[dict[str, Any]]:
    """One dict a billed call, oldest first, with how it was read, how often it was told, and its price lines."""
    scope = {"since": since, "until": until, "teams": list(teams) if teams is not None else None, "limit": limit}
    rows = warehouse.query(
        f"""
        WITH told AS (SELECT * FROM calls {_SCOPE} ORDER BY started_at, trace_id, span_id LIMIT $limit),
        lines AS (
            SELECT
                charges.span_no,
                list({{
                    'token_class': charges.token_class, 'quantity': charges.quantity,
                    'price_line_no': charges.price_line_no, 'usd_per_token': price_lines.usd_per_token,
                    'valid_from': price_lines.valid_from, 'source': price_lines.source, 'cost_usd': charges.cost_usd
                }} ORDER BY charges.token_class) AS charges
            FROM charges
            JOIN price_lines ON price_lines.line_no = charges.price_line_no
            SEMI JOIN told ON told.span_no = charges.span_no
            GROUP BY charges.span_no
        )
        SELECT told.* EXCLUDE (span_no, billed), spans.scope_name, spans.scope_version, lines.charges
        FROM told
        LEFT JOIN spans USING (span_no)
        LEFT JOIN lines USING (span_no)
        ORDER BY told.started_at, told.trace_id, told.span_id
        """,  # noqa: S608 - constants of this file
        scope,
    )
    return [_call(row) for row in _as_json(rows)]


def _call(row: dict[str, Any]) -> dict[str, Any]:
    classes = {name: row.pop(name) for name in TOKEN_CLASSES}
    return row | {"tokens": classes, "charges": row.pop("charges") or []}


def _as_json(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in frame.to_dicts()]


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else f"{value:f}"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
