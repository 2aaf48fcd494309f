"""Which dialect a span speaks: by its instrumentation scope first, else by the keys it carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

import polars as pl

from ingest.reading.dialect import Dialect
from ingest.wire import Columns


def recognise(columns: Columns, dialects: Sequence[Dialect]) -> pl.Series:
    """The number of each span's dialect in `dialects`; null where nobody knows it. The first that matches wins."""
    scopes = columns.spans.select("scope_name", "scope_version")
    claims = [(name, version, _by_scope(name, version, dialects)) for name, version in scopes.unique().iter_rows()]
    schema = {"scope_name": pl.String, "scope_version": pl.String, "dialect_no": pl.UInt8}
    claimed = pl.DataFrame(claims, schema=schema, orient="row")
    by_scope = scopes.join(claimed, on=["scope_name", "scope_version"], how="left", maintain_order="left")["dialect_no"]
    return _by_marks(columns, by_scope, dialects) if by_scope.null_count() else by_scope


def _by_scope(name: str, version: str, dialects: Sequence[Dialect]) -> int | None:
    for number, dialect in enumerate(dialects):
        if any(fnmatchcase(name, scope) for scope in dialect.scopes) and _within(version, dialect.versions):
            return number
    return None


def _by_marks(columns: Columns, by_scope: pl.Series, dialects: Sequence[Dialect]) -> pl.Series:
    names = columns.attributes.names.to_list()
    marked = pl.Series([_by_mark(name, dialects) for name in names], dtype=pl.UInt8)
    if marked.null_count() == len(marked):
        return by_scope
    best = (
        columns.attributes.pairs.select("row", dialect_no=marked.gather(columns.attributes.pairs["key"]))
        .drop_nulls()
        .group_by("row")
        .agg(pl.col("dialect_no").min())
    )
    by_mark = (
        pl.Series([None], dtype=pl.UInt8).new_from_index(0, len(by_scope)).scatter(best["row"], best["dialect_no"])
    )
    return pl.select(pl.coalesce(by_scope, by_mark)).to_series()


def _by_mark(key: str, dialects: Sequence[Dialect]) -> int | None:
    for number, dialect in enumerate(dialects):
        if any(fnmatchcase(key, mark) for mark in dialect.marks):
            return number
    return None


def _within(version: str, bounds: tuple[str | None, str | None]) -> bool:
    since, until = (_ordered(bound) if bound else None for bound in bounds)
    at = _ordered(version)
    return (since is None or at >= since) and (until is None or at < until)


def _ordered(version: str) -> tuple[int, ...]:
    """'0.62.4' and '1.3b0' by their numbers, as far as they go: enough to cut a range of releases."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:4])
