"""Whatever stands where a dialect counts tokens: it is read, and no count is negative or absurd."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from otlp_requests import entry, request, span

from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS
from ingest.reading import Dialect, Inside, Spelling, read
from ingest.reading.usage import COUNTS, MOST_TOKENS
from ingest.wire import columns
from warehouse import TOKEN_CLASSES

# A class is one count, or at most the sum of three: what was read, written for minutes and written for an hour.
MOST = 3 * MOST_TOKENS
COUNTING = [dialect for dialect in DIALECTS if any(dialect.aliases.get(name) for name in COUNTS)]

wild_numbers = st.one_of(
    st.integers(), st.floats(), st.booleans(), st.sampled_from([-1, 0, MOST_TOKENS, MOST_TOKENS + 1, 2**53, 2**63])
)
wild_texts = st.one_of(
    wild_numbers.map(str),
    wild_numbers.map('"{}"'.format),
    st.sampled_from(
        ["", "Infinity", "NaN", "1e999", "0x10", "١٢", "1_000", "12.5", " 7 ", "null", "None", "[7]", "{}"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=5),
)
wild = st.one_of(st.none(), wild_numbers, wild_texts, st.lists(st.integers(-9, 9), max_size=2))


def attribute(spelling: Spelling, value: Any) -> tuple[str, Any]:
    """A value where a spelling looks for it: as the attribute, or deep inside its JSON or Python text."""
    if not isinstance(spelling, Inside):
        fits = not isinstance(value, int) or -(2**63) <= value < 2**63
        return spelling, value if fits else str(value)
    document: Any = value
    for step in reversed(spelling.path):
        document = {step: document} if not step.isdecimal() else [document] * (int(step) + 1)
    return spelling.key, json.dumps(document) if len(str(value)) % 2 else repr(document)


@st.composite
def told(draw: st.DrawFn) -> tuple[Dialect, dict[str, Any]]:
    dialect = draw(st.sampled_from(COUNTING))
    spellings = [spelling for name in COUNTS for spelling in dialect.aliases.get(name, ())]
    chosen = draw(st.lists(st.sampled_from(spellings), min_size=1, max_size=8))
    counts = dict(attribute(spelling, draw(wild)) for spelling in chosen)
    named = {
        key: draw(
            st.sampled_from(["gpt-4o-mini", "claude-sonnet-4-5", "gemini-2.5-pro", *list(dialect.operations)[:3]])
        )
        for name in ("operation", "provider", "request_model", "response_model")
        for key in dialect.aliases.get(name, ())
        if isinstance(key, str) and draw(st.booleans())
    }
    return dialect, named | counts


@settings(max_examples=120)
@given(told())
def test_a_count_of_any_shape_is_read_or_left_out_and_never_absurd(case: tuple[Dialect, dict[str, Any]]) -> None:
    dialect, attributes = case
    scope = (dialect.scopes or ("mine",))[0].replace("*", "x")
    reading = read(columns([entry(request(span(attributes), scope=(scope, "1.0")))]), DIALECTS, SPELLINGS)
    classes = [reading.spans[name][0] for name in TOKEN_CLASSES]
    assert all(0 <= count <= MOST for count in classes if count is not None)
