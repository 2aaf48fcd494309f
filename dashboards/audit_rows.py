"""Rows of who changed what: the audit in words, and those of it that somebody looks for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import orjson
import polars as pl

from dashboards.incident_rows import incident_link
from warehouse import usd

SORTS = {"incident": "Incident", "planned": "Planned event", "silence": "Silence", "budget": "Budget"}
OWN = {"team", "reason", "owner", "entry_id", "kind", "added_by", "added_at", "incident_id"}
TEXTS = dict.fromkeys(("sort", "deed", "which", "numbers", "link"), pl.String)


def audit_rows(changes: pl.DataFrame) -> pl.DataFrame:
    """The rows of `questions/audit.sql` with `sort`, `deed`, `which`, `numbers` in words, and its `link`."""
    told = [
        {
            "sort": SORTS.get(about, about),
            "deed": what.replace("_", " "),
            "which": about_id,
            "numbers": _numbers(detail),
            "link": {"incident": incident_link(about_id), "budget": "budgets"}.get(about, "agenda"),
        }
        for what, about, about_id, detail in changes.select("what", "about", "about_id", "detail").iter_rows()
    ]
    return pl.concat([changes, pl.DataFrame(told, schema=TEXTS, orient="row")], how="horizontal")


def looked_for(rows: pl.DataFrame, sorts: Sequence[str], people: Sequence[str]) -> pl.DataFrame:
    """Of rows as `audit_rows` gives them those about one of these, by one of these people; none named are all."""
    kept = pl.lit(value=True)
    if sorts:
        kept &= pl.col("sort").is_in(list(sorts))
    if people:
        kept &= pl.col("done_by").is_in(list(people))
    return rows.filter(kept)


def _numbers(detail: str) -> str:
    """'amount $2,500, before $2,000'; what else was written down, and was not told in a column of its own."""
    told = {name: value for name, value in orjson.loads(detail).items() if value is not None and name not in OWN}
    return ", ".join(_number(name, str(value)) for name, value in told.items())


def _number(name: str, value: str) -> str:
    if name.endswith("_usd"):
        return f"{name.removesuffix('_usd').replace('_', ' ')} {usd(Decimal(value))}"
    return f"{name.removesuffix('_at').replace('_', ' ')} {value.replace('_', ' ')}"
