"""Whatever anybody sends under the keys we know: it is read, nothing is negative, and nothing is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from otlp_requests import entry, request, span

from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS
from ingest.reading import Inside, read
from ingest.reading.checks import EVENTS
from ingest.wire import columns
from warehouse import TOKEN_CLASSES

KEYS = sorted(
    {
        spelling.key if isinstance(spelling, Inside) else spelling
        for aliases in (SPELLINGS, *(dialect.aliases for dialect in DIALECTS))
        for spellings in aliases.values()
        for spelling in spellings
    }
)
SCOPES = [
    ("com.anthropic.sdk.python", "2.11.0"),
    ("opentelemetry.instrumentation.openai_v2", ""),
    ("openinference.instrumentation.openai", "0.1.66"),
    ("openinference.instrumentation.langchain", "x"),
    ("mine", "1"),
]
texts = st.text(st.characters(codec="utf-8"), max_size=8)
steps = st.sampled_from(["usage", "id", "model"])
documents = st.one_of(
    texts.map("{".__add__),
    st.sampled_from(["{[]: 1}", "{'a': '\\d'}", "{1 is 2}", "[" * 500]),
    st.sampled_from(['{"usage": [1]}', '{"usage": {"prompt_tokens_details": 5}}']),
    st.recursive(st.integers(), lambda inner: st.dictionaries(steps, inner)).map(str),
)
words = st.sampled_from(["5", "5.0", '"7"', "LLM", "chat", "invoke_agent", "resolved", "1e400", "9999-12-31T23:59:59Z"])
numbers = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats())
values = st.one_of(st.none(), numbers, texts, words, documents, st.lists(texts, max_size=2))
attributes = st.dictionaries(st.sampled_from(KEYS), values, max_size=12)
spans = st.builds(
    span,
    attributes,
    number=st.integers(1, 9),
    events=st.lists(st.tuples(st.sampled_from([*EVENTS, "exception"]), attributes), max_size=2),
    status=st.sampled_from([0, 1, 2, 77]),
    start_time_unix_nano=st.integers(0, 2**63),
    end_time_unix_nano=st.integers(0, 2**64 - 1),
)
requests = st.builds(request, spans, scope=st.sampled_from(SCOPES), resource=attributes)


@settings(max_examples=60)
@given(st.lists(requests, max_size=4))
def test_anything_is_read(told: list[ExportTraceServiceRequest]) -> None:
    reading = read(columns([entry(body) for body in told]), DIALECTS, SPELLINGS)
    assert reading.spans.height == len(told)
    assert all(value >= 0 for name in TOKEN_CLASSES for value in reading.spans[name].drop_nulls())
