"""Emitters that a company describes in outlay.toml are read as it says, and redefine nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from otlp_requests import SCOPE, entry, request, span

from ingest.owner import SPELLINGS
from ingest.reading import read as read_spans
from ingest.wire import columns
from outlay.reading.emitters import dialects_of
from outlay.settings.file import FILE, SettingsBroken, read

GATEWAY = ("acme.llm.gateway", "3.2.0")
CLAUDE = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.usage.input_tokens": 1125,
    "gen_ai.usage.output_tokens": 41,
    "gen_ai.usage.cache_read.input_tokens": 100,
}
OWN = {"acme.llm": "claude-sonnet-4-5", "acme.in": 1125, "acme.out": 41}
OWN_KEYS = 'keys = { request_model = "acme.llm", input = "acme.in", output = ["acme.generated", "acme.out"] }'


def told(home: Path, described: str, attributes: dict[str, Any], scope: tuple[str, str] = GATEWAY) -> dict[str, Any]:
    (home / FILE).write_text(described)
    found = columns([entry(request(span(attributes), scope=scope))])
    row: dict[str, Any] = read_spans(found, dialects_of(read(home)), SPELLINGS).spans.row(0, named=True)
    return row


@pytest.mark.parametrize(("cached", "uncached"), [("in input", 1025), ("beside input", 1125)])
def test_what_the_company_says_of_its_cache_is_not_in_doubt(tmp_path: Path, cached: str, uncached: int) -> None:
    call = told(tmp_path, f'[[emitters]]\nscope = "acme.*"\ncached_tokens = "{cached}"\n', CLAUDE)
    assert (call["dialect"], call["input_uncached"], call["incomplete_because"]) == ("described", uncached, None)


@pytest.mark.parametrize(("reasoning", "text"), [("in output", 31), ("beside output", 41)])
def test_what_the_company_says_of_reasoning_is_not_in_doubt(tmp_path: Path, reasoning: str, text: int) -> None:
    described = f'[[emitters]]\nscope = "acme.*"\nreasoning_tokens = "{reasoning}"\n'
    call = told(tmp_path, described, CLAUDE | {"gen_ai.usage.reasoning.output_tokens": 10})
    assert (call["output_text"], call["reasoning"], call["incomplete_because"]) == (text, 10, None)


def test_keys_of_its_own_are_read(tmp_path: Path) -> None:
    call = told(tmp_path, f'[[emitters]]\nscope = "acme.*"\n{OWN_KEYS}\n', OWN)
    read_as = ("call", "claude-sonnet-4-5", 1125, 41, None)
    assert (
        call["role"], call["request_model"], call["input_uncached"], call["output_text"], call["incomplete_because"]
    ) == read_as  # fmt: skip


def test_an_emitter_that_is_known_stays_as_it_is(tmp_path: Path) -> None:
    call = told(tmp_path, '[[emitters]]\nscope = "*"\ncached_tokens = "beside input"\n', CLAUDE, SCOPE)
    assert (call["dialect"], call["input_uncached"]) == ("otel_genai", 1025)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('scope = "a"\ncached_tokens = "yes"', "emitter 1 of [[emitters]], cached_tokens"),
        ('scope = "a"\nkeys = { inputs = "a" }', "emitter 1 of [[emitters]], keys.inputs"),
        ('scop = "a"', "did you mean scope?"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / FILE).write_text(f"[[emitters]]\n{written}\n")
    with pytest.raises(SettingsBroken) as broken:
        read(tmp_path)
    assert said in str(broken.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[[tasks]]\nidd = 'a'", "id"),
        ("[workflows.a]\nprice = 1", "price_usd"),
        ("[[caps]]\npr = 'task'", "per"),
    ],
)
def test_a_mistyped_key_of_any_section_is_named(tmp_path: Path, written: str, meant: str) -> None:
    (tmp_path / FILE).write_text(f"{written}\n")
    with pytest.raises(SettingsBroken) as broken:
        read(tmp_path)
    assert f"did you mean {meant}?" in str(broken.value)
