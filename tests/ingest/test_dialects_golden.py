"""What each emitter's recorded spans mean: one golden file an emitter, and every quirk shown by a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
from samples import EMITTERS, SAMPLES, Sample

from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS
from ingest.reading import Dialect, Field, Inside, read
from ingest.told import calls_told
from warehouse import TOKEN_CLASSES

GOLDEN = Path(__file__).parents[1] / "golden" / "dialects"
# Where and when says nothing about the dialect.
ELSEWHERE = ("row", "entry", "started_at", "ended_at", "resource_id", "instance_id", "session_id", "quality")


def reading_of(emitter: str) -> dict[str, list[dict[str, Any]]]:
    """Each scenario's spans with the columns that are set, attributes by their keys."""
    told: dict[str, list[dict[str, Any]]] = {}
    for sample in SAMPLES:
        if sample.emitter == emitter:
            spans = read(calls_told(sample.entries())[0], DIALECTS, SPELLINGS).spans
            keys = pl.col("attributes").list.eval(pl.element().struct.field("key"))
            rows = spans.drop(ELSEWHERE).with_columns(keys).to_dicts()
            told[sample.scenario] = [
                {
                    name: value
                    for name, value in row.items()
                    if value is not None and (name, value) != ("signal", "span")
                }
                for row in rows
            ]
    return told


@pytest.mark.parametrize("emitter", EMITTERS)
def test_an_emitters_spans_mean_what_the_golden_file_says(emitter: str, *, update_golden: bool) -> None:
    told = json.dumps(reading_of(emitter), indent=1, ensure_ascii=False, default=str) + "\n"
    path = GOLDEN / f"{emitter}.json"
    if update_golden:
        path.write_text(told)
    assert told == path.read_text()


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_usage_is_read_the_same_with_texts_and_without(sample: Sample) -> None:
    kept, dropped = (
        read(calls_told(entries)[0], DIALECTS, SPELLINGS).spans for entries in (sample.as_sent(), sample.entries())
    )
    counts = [*TOKEN_CLASSES, "span_id", "role", "response_id", "request_model", "response_model", "incomplete_because"]
    assert dropped.select(counts).equals(kept.select(counts))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_quirk_is_shown_by_a_case(dialect: Dialect) -> None:
    shown = {quirk.shown_by for quirk in dialect.quirks}
    assert shown <= {str(sample) for sample in SAMPLES}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_dialect_spells_only_fields_there_are_and_no_key_twice_in_one(dialect: Dialect) -> None:
    spelled = [(field, key) for field, keys in dialect.aliases.items() for key in keys]
    assert {field for field, _ in spelled} <= set(get_args(Field))
    assert len(spelled) == len(set(spelled))


def test_names_are_given_once() -> None:
    assert len({dialect.name for dialect in DIALECTS}) == len(DIALECTS)


def test_values_inside_texts_are_asked_for_by_path() -> None:
    inside = [
        key for dialect in DIALECTS for keys in dialect.aliases.values() for key in keys if isinstance(key, Inside)
    ]
    assert all(key.path for key in inside)
