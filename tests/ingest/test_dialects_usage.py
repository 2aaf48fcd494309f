"""How a count is decided: the branches one by one, and what holds for any numbers at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from otlp_requests import CHAT, SCOPE, entry, request, span

from ingest.dialects import DIALECTS
from ingest.dialects.otel_genai import OTEL_GENAI
from ingest.owner import SPELLINGS
from ingest.reading import Dialect, read, usage
from ingest.reading.gen_ai import GEN_AI
from ingest.reading.roles import CACHE_UNTOLD
from ingest.wire import columns

INPUT = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other", "audio_in")
OUTPUT = ("output_text", "reasoning", "audio_out")
READ, WRITE = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"
TOTAL, REASONING = "gen_ai.usage.total_tokens", "gen_ai.usage.reasoning.output_tokens"
FIVE, HOUR = (f"anthropic.usage.cache_creation.ephemeral_{age}_input_tokens" for age in ("5m", "1h"))
ANTHROPIC = ("com.anthropic.sdk.python", "2.11.0")
HANDMADE = ("my.own.tracer", "")

OUTSIDE = replace(OTEL_GENAI, scopes=("outside",), cache_outside_input=("anthropic", "aws.*"))
TOLD = replace(OTEL_GENAI, scopes=("told",), aliases={**GEN_AI, "input_uncached": ("ai.noCacheTokens",)})
THOUGHTS = replace(OTEL_GENAI, scopes=("thoughts",), reasoning_outside_output=("*",))


def read_call(
    changes: Mapping[str, Any], scope: tuple[str, str] = SCOPE, dialects: tuple[Dialect, ...] = DIALECTS
) -> dict[str, Any]:
    """The one span's row; `changes` to CHAT, where None takes a key away."""
    attributes = {key: value for key, value in (CHAT | dict(changes)).items() if value is not None}
    spans = read(columns([entry(request(span(attributes), scope=scope))]), dialects, SPELLINGS).spans
    row: dict[str, Any] = spans.row(0, named=True)
    return row


def classes(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in (*INPUT, *OUTPUT) if row[name] is not None}


@pytest.mark.parametrize(
    ("changes", "scope", "found", "decided_by"),
    [
        ({}, SCOPE, {"input_uncached": 1125}, None),
        ({READ: 0}, SCOPE, {"input_uncached": 1125, "cache_read": 0}, None),
        ({READ: 1024}, SCOPE, {"input_uncached": 101, "cache_read": 1024}, usage.INCLUDED),
        ({READ: 1024}, HANDMADE, {"input_uncached": 101, "cache_read": 1024}, usage.ASSUMED),
        (
            {READ: 1024, WRITE: 50},
            SCOPE,
            {"input_uncached": 51, "cache_read": 1024, "cache_write_other": 50},
            usage.INCLUDED,
        ),
        ({READ: 2048}, SCOPE, {"input_uncached": 1125, "cache_read": 2048}, usage.DISPROVED),
        (
            {READ: 1024, TOTAL: 1125 + 41 + 1024},
            SCOPE,
            {"input_uncached": 1125, "cache_read": 1024},
            usage.ADDS_UP,
        ),
        ({READ: 1024, TOTAL: 1125 + 41}, SCOPE, {"input_uncached": 101, "cache_read": 1024}, usage.INCLUDED),
        (
            {READ: 100, "gen_ai.provider.name": "AWS"},
            ("outside", ""),
            {"input_uncached": 1125, "cache_read": 100},
            usage.EXCLUDED,
        ),
        ({READ: 100}, ("outside", ""), {"input_uncached": 1025, "cache_read": 100}, usage.INCLUDED),
        (
            {READ: 1024, "ai.noCacheTokens": 99},
            ("told", ""),
            {"input_uncached": 99, "cache_read": 1024},
            usage.TOLD,
        ),
        (
            {WRITE: 768, FIVE: 512, HOUR: 256},
            ANTHROPIC,
            {"input_uncached": 357, "cache_write_5m": 512, "cache_write_1h": 256, "cache_write_other": 0},
            usage.INCLUDED,
        ),
        (
            {WRITE: 0, FIVE: 512},
            ANTHROPIC,
            {"input_uncached": 613, "cache_write_5m": 512, "cache_write_other": 0},
            usage.INCLUDED,
        ),
    ],
)
def test_whether_input_includes_the_cache_is_decided_and_said(
    changes: Mapping[str, Any], scope: tuple[str, str], found: Mapping[str, int], decided_by: str | None
) -> None:
    row = read_call(changes, scope, (OUTSIDE, TOLD, *DIALECTS))
    assert classes(row) == {**found, "output_text": 41}
    assert row["cache_decided_by"] == decided_by


@pytest.mark.parametrize(
    ("changes", "scope", "found"),
    [
        ({REASONING: 30}, SCOPE, {"output_text": 11, "reasoning": 30}),
        ({REASONING: 30}, ("thoughts", ""), {"output_text": 41, "reasoning": 30}),
        ({REASONING: 192}, SCOPE, {"output_text": 41, "reasoning": 192}),
        (
            {"gen_ai.provider.name": "gcp.gemini", TOTAL: 1125 + 41 + 192},
            SCOPE,
            {"output_text": 41, "reasoning": 192},
        ),
        (
            {"gen_ai.provider.name": "gcp.gemini", TOTAL: 1125 + 41, REASONING: 30},
            SCOPE,
            {"output_text": 11, "reasoning": 30},
        ),
        (
            {"gen_ai.usage.audio.output_tokens": 40, REASONING: 30},
            SCOPE,
            {"output_text": 0, "reasoning": 30, "audio_out": 11},
        ),
        ({"gen_ai.usage.output_tokens": None, "gen_ai.operation.name": "embeddings"}, SCOPE, {"output_text": 0}),
    ],
)
def test_reasoning_and_audio_are_taken_out_of_output_unless_they_stand_outside(
    changes: Mapping[str, Any], scope: tuple[str, str], found: Mapping[str, int]
) -> None:
    row = read_call(changes, scope, (THOUGHTS, *DIALECTS))
    assert classes(row) == {"input_uncached": 1125, **found}


@pytest.mark.parametrize(
    ("sent", "count"),
    [
        *((5, 5), ("5", 5), ("5.0", 5), (5.0, 5), ('"5"', 5), (" 5 ", 5), (0, 0), ("1e3", 1000)),
        *(("", None), ("five", None), (5.5, None), (-1, None), ("NaN", None), (float("inf"), None), (2**53, None)),
        *((True, None), ([5], None), ("9" * 30, None)),
    ],
)
def test_a_count_is_a_whole_number_however_it_is_written(sent: Any, count: int | None) -> None:
    assert read_call({"gen_ai.usage.output_tokens": sent})["output_text"] == count


@pytest.mark.parametrize("cache", [{}, {READ: 0, WRITE: 0}])
def test_an_input_of_zero_was_not_counted(cache: Mapping[str, Any]) -> None:
    row = read_call({"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0, **cache})
    assert classes(row) == {}
    assert row["incomplete_because"].startswith("its input was told as 0 tokens")


def test_a_total_larger_than_its_parts_says_that_something_is_missing() -> None:
    row = read_call({TOTAL: 1678, "gen_ai.usage.input_tokens": 101, "gen_ai.usage.output_tokens": 41})
    assert row["incomplete_because"].startswith("the total that was sent is larger than its parts")


def test_a_total_that_adds_reasoning_says_that_it_stands_outside_output() -> None:
    changes = {TOTAL: 342, REASONING: 200, "gen_ai.usage.input_tokens": 101, "gen_ai.usage.output_tokens": 41}
    assert classes(read_call({**changes, "gen_ai.usage.output_tokens": 241, TOTAL: 542})) == {
        "input_uncached": 101,
        "output_text": 241,
        "reasoning": 200,
    }


@pytest.mark.parametrize("sent", [-1, 10**9 + 1, "-7", "1e12", 2**52])
@pytest.mark.parametrize("key", ["gen_ai.usage.input_tokens", READ, TOTAL])
def test_a_count_no_request_has_is_left_out_and_said(key: str, sent: Any) -> None:
    row = read_call({key: sent})
    assert row["cache_read"] is None
    assert row["incomplete_because"].startswith("a token count is negative or above 10^9")


VISIBLE = replace(OTEL_GENAI, scopes=("visible",), aliases={**GEN_AI, "output": (), "output_visible": ("said",)})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"said": 41}, {"output_text": 41}),
        ({"said": 41, REASONING: 192}, {"output_text": 41, "reasoning": 192}),
        ({"said": 41, "gen_ai.usage.audio.output_tokens": 7}, {"output_text": 41, "audio_out": 7}),
    ],
)
def test_output_told_without_its_reasoning_and_audio_is_what_was_said(
    changes: Mapping[str, Any], found: Mapping[str, int]
) -> None:
    assert classes(read_call(changes, ("visible", ""), (VISIBLE,))) == {"input_uncached": 1125, **found}


LOOKED_AWAY = replace(OTEL_GENAI, scopes=("away",), false_zeros={"cache_read": ("openai",)}, cache_untold=("openai",))
AZURE = {"gen_ai.provider.name": "azure"}


@pytest.mark.parametrize(
    ("changes", "cache_read", "told"),
    [
        ({READ: 0}, None, False),
        ({}, None, False),
        ({READ: 0, WRITE: 0}, None, True),
        ({READ: 5}, 5, True),
        ({READ: 0, **AZURE}, 0, True),
        ({**AZURE}, None, True),
    ],
)
def test_a_zero_that_means_not_looked_is_no_zero_and_cache_counted_nowhere_is_said(
    changes: Mapping[str, Any], cache_read: int | None, told: bool
) -> None:
    row = read_call(changes, ("away", ""), (LOOKED_AWAY,))
    assert (row["cache_read"], row["incomplete_because"]) == (cache_read, None if told else CACHE_UNTOLD)


def test_older_names_of_the_conventions_are_read_and_the_current_one_wins() -> None:
    old = {"gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": 3, "gen_ai.system": "anthropic"}
    current = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.provider.name")
    row = read_call(old | dict.fromkeys(current))
    assert (row["input_uncached"], row["output_text"], row["provider"]) == (7, 3, "anthropic")
    assert read_call(old)["input_uncached"] == 1125


counted = st.one_of(st.none(), st.integers(0, 3000))


@given(
    st.fixed_dictionaries(dict.fromkeys(usage.COUNTS, counted)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["openai", "gcp.gemini"]),
)
def test_no_class_is_negative_and_totals_are_never_less_than_what_was_told(
    told: dict[str, int | None],
    cache_is_outside: bool,
    reasoning_is_outside: bool,
    provider: str,
) -> None:
    facts = {"provider": provider, "operation": "chat", "by_scope": True}
    facts |= {"cache_is_outside": cache_is_outside, "reasoning_is_outside": reasoning_is_outside}
    schema = dict.fromkeys(usage.COUNTS, pl.Int64)
    row = usage.disjoint(pl.DataFrame([told | facts], schema_overrides=schema)).row(0, named=True)
    assert all(value >= 0 for value in classes(row).values())
    if told["input"] is not None and told["input_uncached"] is None:
        assert sum(row[name] or 0 for name in INPUT) >= told["input"]
    if told["output"] is not None:
        assert sum(row[name] or 0 for name in OUTPUT) >= told["output"]
