"""What each emitter's recorded spans mean: one golden file an emitter, and every quirk shown by a case."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
from samples import EMITTERS, SAMPLES, Sample

from ingest import Entry
from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS
from ingest.reading import Dialect, Field, Inside, read
from ingest.told import calls_told
from warehouse import TOKEN_CLASSES

GOLDEN = Path(__file__).parents[1] / "golden" / "dialects"
# Where and when says nothing about the dialect.
ELSEWHERE = ("row", "entry", "started_at", "ended_at", "resource_id", "instance_id", "session_id", "quality")


def spans_of(sent: Callable[[Sample], list[Entry]]) -> dict[Sample, pl.DataFrame]:
    """What each case's requests say, all cases read at once."""
    requests = [(sample, entry) for sample in SAMPLES for entry in sent(sample)]
    spans = read(calls_told([entry for _, entry in requests])[0], DIALECTS, SPELLINGS).spans
    entries = {sample: [at for at, (of, _) in enumerate(requests) if of == sample] for sample in SAMPLES}
    return {sample: spans.filter(pl.col("entry").is_in(those)) for sample, those in entries.items()}


@pytest.fixture(scope="module")
def as_sent() -> dict[Sample, pl.DataFrame]:
    """The spans with their texts, as a team's journal has them that keeps them."""
    return spans_of(Sample.as_sent)


@pytest.fixture(scope="module")
def as_kept() -> dict[Sample, pl.DataFrame]:
    """The spans as the journal has them, their texts dropped at the door."""
    return spans_of(Sample.entries)


def plainly(spans: pl.DataFrame) -> list[dict[str, Any]]:
    """Each span's columns that are set, attributes by their keys."""
    keys = pl.col("attributes").list.eval(pl.element().struct.field("key"))
    return [
        {name: value for name, value in row.items() if value is not None and (name, value) != ("signal", "span")}
        for row in spans.drop(ELSEWHERE).with_columns(keys).to_dicts()
    ]


@pytest.mark.parametrize("emitter", EMITTERS)
def test_an_emitters_spans_mean_what_the_golden_file_says(
    emitter: str, as_kept: dict[Sample, pl.DataFrame], *, update_golden: bool
) -> None:
    mean = {sample.scenario: plainly(spans) for sample, spans in as_kept.items() if sample.emitter == emitter}
    told = json.dumps(mean, indent=1, ensure_ascii=False, default=str) + "\n"
    path = GOLDEN / f"{emitter}.json"
    if update_golden:
        path.write_text(told)
    assert told == path.read_text()


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_usage_is_read_the_same_with_texts_and_without(
    sample: Sample, as_sent: dict[Sample, pl.DataFrame], as_kept: dict[Sample, pl.DataFrame]
) -> None:
    counts = [*TOKEN_CLASSES, "span_id", "role", "response_id", "request_model", "response_model", "incomplete_because"]
    assert as_kept[sample].select(counts).equals(as_sent[sample].select(counts))


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
