"""A real ingest process on a real socket: everything a sender may do to it, and everything that may happen to it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.rpc.status_pb2 import Status
from ingest_worker import PATIENCE_S, Worker
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from otlp_bodies import JSON, PROTOBUF, attribute, json_request, json_span
from otlp_requests import CHAT, request, span

from ingest import Entry, Journal, Keys

GOOD = request(span(CHAT)).SerializeToString()
AS_PROTOBUF = {"content-type": PROTOBUF}
AS_JSON = {"content-type": JSON}


def journaled(home: Path) -> list[Entry]:
    return Journal(home / "journal").read({}, max_entries=10_000, max_bytes=1 << 30)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def worker(home: Path) -> Iterator[Worker]:
    with Worker(home) as started:
        yield started


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"intValue": "1"}
    for _ in range(levels):
        value = {"arrayValue": {"values": [value]}}
    return value


def counted(value: dict[str, Any]) -> dict[str, Any]:
    return json_span(attributes=[attribute("gen_ai.usage.input_tokens", value)])


BAD_SPANS: list[tuple[str, dict[str, Any]]] = [
    ("traceId is 31 characters long", json_span(traceId="5" * 31)),
    ("intValue is 'abc'", counted({"intValue": "abc"})),
    ("= nan", counted({"doubleValue": "NaN"})),
    ("= -3", counted({"intValue": "-3"})),
    ("does not fit", counted({"intValue": str(2**63)})),
    ("less than 2^53", counted({"intValue": str(2**63 - 1)})),
    ("nested too deep", counted(deep(100))),
]


@pytest.mark.parametrize(("words", "bad"), BAD_SPANS)
def test_a_bad_span_costs_only_itself_and_the_sender_hears_which(
    worker: Worker, home: Path, words: str, bad: dict[str, Any]
) -> None:
    before = len(journaled(home))
    good = json_span(spanId="00000000000000aa")
    answer = worker.client.post("/v1/traces", content=json_request(bad, good), headers=AS_JSON)
    told = answer.json()["partialSuccess"]
    [entry] = journaled(home)[before:]
    stored = ExportTraceServiceRequest.FromString(entry.body).resource_spans[0].scope_spans[0].spans
    assert (
        answer.status_code,
        told["rejectedSpans"],
        words in told["errorMessage"],
        [s.span_id[-1] for s in stored],
    ) == (
        200,
        "1",
        True,
        [0xAA],
    ), told


@pytest.mark.parametrize(
    "times",
    [("2", "1"), ("0", "0"), ("7258118400000000000", "7258118401000000000")],
    ids=["ends before it starts", "1970", "2200"],
)
def test_odd_times_are_kept(worker: Worker, home: Path, times: tuple[str, str]) -> None:
    before = len(journaled(home))
    body = json_request(json_span(startTimeUnixNano=times[0], endTimeUnixNano=times[1]))
    answer = worker.client.post("/v1/traces", content=body, headers=AS_JSON)
    assert (answer.status_code, answer.content, len(journaled(home)) - before) == (200, b"{}", 1)


BOMB = gzip.compress(bytes(200 << 20))
DEEP_JSON = b'{"resourceSpans":' + b'[{"a":' * 1000 + b"1" + b"}]" * 1000 + b"}"
BAD_BODIES: list[tuple[int, str, bytes, dict[str, str]]] = [
    (400, "cut short", GOOD[:-5], AS_PROTOBUF),
    (400, "cut short", gzip.compress(GOOD)[:-5], AS_PROTOBUF | {"content-encoding": "gzip"}),
    (413, "after decompression", BOMB, AS_PROTOBUF | {"content-encoding": "gzip"}),
    (413, "after decompression", bytes((20 << 20) + 1), AS_PROTOBUF),
    (415, "zstd", GOOD, AS_PROTOBUF | {"content-encoding": "zstd"}),
    (400, "nested too deep", DEEP_JSON, AS_JSON),
    (400, "cut short", b'{"resourceSpans":[{', AS_JSON),
]


@pytest.mark.parametrize("case", BAD_BODIES, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_bad_body_is_refused_and_nothing_of_it_is_kept(
    worker: Worker, home: Path, case: tuple[int, str, bytes, dict[str, str]]
) -> None:
    status, words, body, headers = case
    before = len(journaled(home))
    answer = worker.client.post("/v1/traces", content=body, headers=headers)
    said = answer.json()["message"] if headers == AS_JSON else Status.FromString(answer.content).message
    assert (answer.status_code, words in said, len(journaled(home)) - before) == (status, True, 0), said


def test_half_a_surrogate_pair_costs_one_span(worker: Worker) -> None:
    body = json_request(json_span(name="HERE"), json_span(spanId="00000000000000aa")).replace(b"HERE", rb"\ud800")
    told = worker.client.post("/v1/traces", content=body, headers=AS_JSON).json()["partialSuccess"]
    assert told == {
        "rejectedSpans": "1",
        "errorMessage": "span eee19b7ec3c1b174: name holds half a surrogate pair or bytes that are not UTF-8",
    }


def test_a_bomb_costs_little_memory(worker: Worker) -> None:
    before = worker.most_memory_mib()
    for _ in range(5):
        worker.client.post("/v1/traces", content=BOMB, headers=AS_PROTOBUF | {"content-encoding": "gzip"})
    assert worker.most_memory_mib() - before < 60


def test_an_unknown_path_and_method_are_told_so(worker: Worker) -> None:
    unknown, method = worker.client.post("/v1/tracez", headers=AS_JSON), worker.client.get("/v1/traces")
    assert (unknown.status_code, unknown.json()["code"], method.status_code, method.headers["allow"]) == (
        404,
        5,
        405,
        "POST",
    )


def test_no_500_was_answered_and_no_text_was_logged(worker: Worker) -> None:
    worker.client.post("/v1/traces", content=json_request(counted({"intValue": "the canary sings"})), headers=AS_JSON)
    assert ("Traceback" in worker.log(), "canary" in worker.log(), '"status": 500' in worker.log()) == (
        False,
        False,
        False,
    )


def test_a_wrong_key_is_refused_and_a_right_one_names_its_team(tmp_path: Path) -> None:
    key, secret = Keys(tmp_path / "keys.db").create("support", now=datetime(2026, 10, 1, tzinfo=UTC))
    with Worker(tmp_path, keys_required=True) as closed:
        wrong = closed.client.post("/v1/traces", content=GOOD, headers=AS_PROTOBUF | {"x-api-key": secret[:-1] + "!"})
        right = closed.client.post("/v1/traces", content=GOOD, headers=AS_PROTOBUF | {"x-api-key": secret})
    assert (wrong.status_code, right.status_code, [(e.key_id, e.team) for e in journaled(tmp_path)]) == (
        401,
        200,
        [(key.key_id, "support")],
    )


@pytest.mark.parametrize("compression", list(Compression))
def test_the_real_sdk_exporter_is_understood(worker: Worker, home: Path, compression: Compression) -> None:
    before = len(journaled(home))
    exporter = OTLPSpanExporter(endpoint=f"{worker.url}/v1/traces", compression=compression)
    provider = TracerProvider(resource=Resource.create({"service.name": f"sdk-{compression.value}"}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span("chat", attributes=CHAT) as told:
        told.add_event("gen_ai.choice", {"message": "the canary sings"})
    provider.shutdown()
    [entry] = journaled(home)[before:]
    [kept] = ExportTraceServiceRequest.FromString(entry.body).resource_spans[0].scope_spans[0].spans
    assert (
        kept.name,
        {a.key: a.value.int_value or a.value.string_value for a in kept.attributes},
        b"canary" in entry.body,
    ) == (
        "chat",
        CHAT,
        False,
    )


def test_partial_success_of_a_large_request_is_in_protobuf_too(worker: Worker) -> None:
    spans = [span(CHAT | {"app.note": "x" * 300}, number=number) for number in range(1, 2001)]
    spans[1000].trace_id = b"short"
    answer = worker.client.post("/v1/traces", content=request(*spans).SerializeToString(), headers=AS_PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (partial.rejected_spans, "trace id of 5 bytes" in partial.error_message) == (1, True)


def test_the_ingest_process_stays_small() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import ingest.app, ingest.__main__, sys, json; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        check=True,
        timeout=PATIENCE_S,
    )
    heavy = {"duckdb", "polars", "pyarrow", "ptars", "warehouse", "streamlit", "pandas", "numpy"}
    assert heavy & set(json.loads(seen.stdout)) == set()
