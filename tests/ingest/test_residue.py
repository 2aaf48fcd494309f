"""What is left of a text: facts a dialect looks for, and nothing one could read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Limits
from ingest.residue import FINDINGS, is_residue, residue

CANARY = "tell nobody that the canary sings at noon"
MOST = Limits().residue_bytes
COMPLETION = {
    "id": "chatcmpl-1a1fb533a1f000001",
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": CANARY}}],
    "usage": {"prompt_tokens": 1125, "completion_tokens": 41, "prompt_tokens_details": {"cached_tokens": 1024}},
}


def test_a_completion_leaves_its_length_id_model_and_usage() -> None:
    text = json.dumps(COMPLETION)
    told = json.loads(residue(text, MOST))
    assert told == {
        "outlay": "text dropped",
        "length": len(text),
        "sha256": told["sha256"],
        "id": "chatcmpl-1a1fb533a1f000001",
        "model": "gpt-4o-mini-2024-07-18",
        "usage": COMPLETION["usage"],
    }


@pytest.mark.parametrize("name", ["usage", "usage_metadata", "usageMetadata", "token_usage"])
def test_a_usage_keeps_the_name_that_says_what_it_means(name: str) -> None:
    told = json.loads(residue(json.dumps({"message": {"kwargs": {name: {"input_tokens": 5}}}}), MOST))
    assert told[name] == {"input_tokens": 5}


def test_the_last_usage_of_a_stream_counts() -> None:
    text = json.dumps([{"usage": {"output_tokens": 1}}, {"usage": None}, {"usage": {"output_tokens": 41}}])
    assert json.loads(residue(text, MOST))["usage"] == {"output_tokens": 41}


def test_the_id_of_a_response_wins_over_those_of_its_messages() -> None:
    text = json.dumps({"id": "resp_1", "output": [{"id": "msg_1"}], "previous_response_id": "resp_0"})
    assert json.loads(residue(text, MOST))["id"] == "resp_1"


@pytest.mark.parametrize(
    "usage",
    [
        {"note": CANARY, "input_tokens": 5},
        {"input_tokens": 5, CANARY: 1},
        {"input_tokens": 5, "service_tier": CANARY},
        {"input_tokens": 5, "details": {"deep": {"deeper": {"deepest": CANARY}}}},
        {"input_tokens": 5, "details": [CANARY, {"modality": CANARY}]},
    ],
)
def test_a_usage_brings_no_text_along(usage: dict[str, Any]) -> None:
    told = json.loads(residue(json.dumps({"usage": usage}), MOST))
    assert (told["usage"]["input_tokens"], "canary" in json.dumps(told)) == (5, False)


def test_a_usage_that_is_too_large_is_not_kept() -> None:
    text = json.dumps({"usage": {f"{'a' * 60}{n}": n for n in range(60)}})
    assert "usage" not in json.loads(residue(text, MOST))


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ('{"id": "chatcmpl-1", "service_tier": "flex", "usage": {"prompt_tokens": 1}}', "flex"),
        ('{"usage": {"input_tokens": 1, "service_tier": "priority"}}', "priority"),
        ('{"service_tier": "canary"}', None),
    ],
)
def test_what_a_request_was_charged_as_is_kept(text: str, tier: str | None) -> None:
    assert json.loads(residue(text, MOST)).get("service_tier") == tier


@pytest.mark.parametrize(
    ("tools", "functions"),
    [
        ([{"name": "get_weather"}], 1),
        ([{"name": "get_weather"}, {"function_declarations": [{"name": "b", "description": "c"}]}, {"name": "d"}], 2),
        ([{"function_declarations": [{"name": "get_weather", "description": "canary"}]}], None),
        ([{"role": "user", "content": '[{"name": "canary"}]'}], None),
    ],
)
def test_tools_of_which_only_the_name_is_told_are_counted(tools: list[Any], functions: int | None) -> None:
    assert json.loads(residue(json.dumps(tools), MOST)).get("functions") == functions


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ('{"blocked": false}', {"blocked": False}),
        ('{"triggered": true, "score": 0.5, "why": "canary"}', {"triggered": True, "score": 0.5}),
        ('{"blocked": "canary", "score": [1]}', {}),
        ('{"score": 1e400}', {}),
        ('{"answer": {"blocked": true}}', {}),
        ('["blocked"]', {}),
        ('{"blocked', {}),
        ('{"blocked": true, "text": "' + "canary" * 1000 + '"}', {}),
    ],
)
def test_what_a_guard_or_a_judge_found_is_kept_where_it_is_a_switch_or_a_number(
    text: str, findings: dict[str, Any]
) -> None:
    kept = json.loads(residue(text, MOST))
    assert {name: kept[name] for name in FINDINGS if name in kept} == findings
    assert residue(json.dumps(kept, separators=(",", ":")), MOST) == residue(text, MOST)


@pytest.mark.parametrize(
    "fake",
    [
        '{"outlay":"text dropped","length":1,"sha256":"%s","text":"canary"}',
        '{"outlay":"text dropped","length":1,"sha256":"%s","model":"the canary sings"}',
        '{"outlay":"text dropped","length":1,"sha256":"%s","usage":{"note":"canary"}}',
        '{"outlay":"text dropped","length":1,"sha256":"%s","service_tier":"canary"}',
        '{"outlay":"text dropped","length":1,"sha256":"%s","functions":"canary"}',
        '{"outlay":"text dropped","length":1,"sha256":"%s","blocked":"canary"}',
        '{"outlay":"text dropped","outlay":"canary","length":1,"sha256":"%s"}',
        '{"outlay":"text dropped","length":1,"sha256":"canary","sha256":"%s"}',
        '{"outlay":"text dropped","length":"canary","sha256":"%s"}',
        '{"outlay":"text dropped","length":1,"sha256":"%s"} canary',
    ],
)
def test_a_text_that_only_looks_like_a_residue_is_dropped(fake: str) -> None:
    text = fake % ("0" * 64)
    assert (is_residue(text, MOST), "canary" in residue(text, MOST)) == (False, False)


@given(st.text())
def test_a_residue_of_a_residue_is_itself(text: str) -> None:
    assert residue(residue(text, MOST), MOST) == residue(text, MOST)
