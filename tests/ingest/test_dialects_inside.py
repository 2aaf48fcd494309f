"""Values inside a text: JSON, JSON in a JSON string, what Python prints, lists, and a key that stands beside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from otlp_requests import CHAT, entry, request, span

from ingest.dialects.otel_genai import OTEL_GENAI
from ingest.owner import SPELLINGS
from ingest.reading import Inside, joined, read
from ingest.reading.gen_ai import GEN_AI
from ingest.wire import columns

COUNTED: tuple[Inside, ...] = (
    Inside("told", ("input_tokens",), beside="cached"),
    Inside("told", ("replies", "1", "prompt_tokens")),
    Inside("told", ("prompt_tokens",)),
)
OWN = replace(OTEL_GENAI, aliases={**GEN_AI, "input": COUNTED})


def input_of(told: Any) -> int | None:
    attributes = {key: value for key, value in CHAT.items() if "input" not in key} | {"told": told}
    found: int | None = read(columns([entry(request(span(attributes)))]), (OWN,), SPELLINGS).spans["input_uncached"][0]
    return found


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ('{"prompt_tokens": 7}', 7),
        ('{"prompt_tokens": "7"}', 7),
        ('{"prompt_tokens": null}', None),
        ("{'prompt_tokens': 7, 'more': None}", 7),
        ('"{\\"prompt_tokens\\": 7}"', 7),
        ('"prompt_tokens"', None),
        ('"{', None),
        ("total_tokens=9 prompt_tokens=7", 7),
        ("total_tokens=9 and prompt_tokens=7", None),
        ('{"replies": [{}, {"prompt_tokens": 5}]}', 5),
        ('{"replies": [{"prompt_tokens": 5}]}', None),
        ('{"input_tokens": 3, "cached": 0, "prompt_tokens": 7}', 3),
        ('{"input_tokens": 3, "prompt_tokens": 7}', 7),
        ([{"prompt_tokens": 7}], None),
        ({"prompt_tokens": 7}, 7),
    ],
)
def test_a_count_is_found_inside_whatever_it_was_written_as(told: Any, found: int | None) -> None:
    assert input_of(told) == found


def test_vocabularies_are_joined_with_the_first_before_the_others_and_nothing_twice() -> None:
    both = joined({"input": ("a", "b")}, {"input": ("b", "c"), "output": ("d",)})
    assert both == {"input": ("a", "b", "c"), "output": ("d",)}
