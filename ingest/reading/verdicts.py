"""The words of guardrails and judges as ours: one table, `verdicts.toml`, which says what each of theirs means."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal

import polars as pl

Table = Literal["guardrail", "evaluation", "source"]
RESULTS: Final = ("passed", "blocked", "rewritten", "flagged", "failed")
UNKNOWN: Final = "unknown"


@cache
def meanings(table: Table) -> Mapping[str, str]:
    """Their words → ours; raises ValueError for a word that stands under two of ours."""
    told = tomllib.loads((resources.files("ingest.reading") / "verdicts.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for ours, theirs in told[table].items():
        for word in theirs:
            if found.setdefault(word, ours) != ours:
                raise ValueError(f"verdicts.toml: {word!r} means both {found[word]} and {ours}")
    return found


def result(column: str, table: Table) -> pl.Expr:
    """What a guardrail or a judge found, in one of RESULTS; 'unknown' where its word says nothing."""
    words = _word(column).replace_strict(meanings(table), default=UNKNOWN, return_dtype=pl.String)
    return words.fill_null(UNKNOWN)


def source(column: str) -> pl.Expr:
    """What was looked at: input, output or tool; another word stays as it is."""
    word = _word(column)
    return word.replace_strict(meanings("source"), default=word, return_dtype=pl.String)


def _word(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_all(r"[\s-]+", "_")
