"""What a sender sends never reaches the log, wherever it puts it and whatever is wrong with it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from ingest_worker import PATIENCE_S, Worker, reserved
from otlp_bodies import JSON, PROTOBUF, attribute, json_request, json_span
from otlp_requests import CHAT, request, span

from ingest import Keys
from ingest.signals import TRACES

# One word, because of texts only lengths are told anyway.
CANARY = "canarysings"
GOOD = request(span(CHAT)).SerializeToString()


def of_scope(given: dict[str, Any]) -> dict[str, Any]:
    scope = {"name": "a", "attributes": [given]}
    return {"resourceSpans": [{"scopeSpans": [{"scope": scope, "spans": []}]}]}


def outcome(**told: Any) -> dict[str, Any]:
    return {"task_id": "a", "status": "resolved"} | told


BODIES: dict[str, list[Any]] = {
    "/v1/traces": [
        CANARY,
        [CANARY],
        {CANARY: 1},
        {"resourceSpans": CANARY},
        {"resourceSpans": [{"schemaUrl": {CANARY: 1}}]},
        {"resourceSpans": [{"scopeSpans": [{"scope": {"name": [CANARY]}}]}]},
        of_scope(attribute(CANARY, {"intValue": "zz"})),
        of_scope(attribute("k", {"intValue": CANARY})),
        of_scope(attribute("k", {"bytesValue": f"{CANARY}!"})),
        of_scope(attribute("k", {"kvlistValue": {"values": [attribute(CANARY, {"doubleValue": CANARY})]}})),
    ],
    "/v1/logs": [{"resourceLogs": [{"scopeLogs": [{"scope": {"version": {CANARY: 1}}}]}]}],
    "/v1/metrics": [{"resourceMetrics": [{"scopeMetrics": {CANARY: 1}}]}],
    "/v1/outcomes": [
        CANARY,
        [CANARY],
        outcome(**{CANARY: 1}),
        outcome(status=CANARY),
        outcome(task_id={"p": CANARY}),
        outcome(task_id=f"{CANARY}\0"),
        outcome(trace_id=CANARY, task_id=None),
        outcome(decided_at=CANARY),
        outcome(value_usd=CANARY),
        outcome(source=CANARY),
        outcome(team=CANARY),
        [outcome(outcome_id=CANARY), outcome(outcome_id=CANARY, status="failed")],
    ],
    "/api/public/scores": [CANARY, [CANARY], {CANARY: 1}, {"name": CANARY, "comment": CANARY, "value": {CANARY: 1}}],
    "/api/public/ingestion": [
        {CANARY: 1},
        {"batch": [{"type": CANARY, "id": CANARY, "body": {"comment": CANARY}}]},
        {"batch": [{"type": "score-create", "id": [CANARY], "body": {"name": {CANARY: 1}}}]},
    ],
}
BAD_SPANS = [
    json_span(traceId=CANARY),
    json_span(kind=CANARY),
    json_span(attributes=[attribute(CANARY, {"intValue": "zz"})]),
    json_span(attributes=[attribute("gen_ai.usage.input_tokens", {"intValue": CANARY})]),
    json_span(events=[{"name": {CANARY: 1}}]),
]
HEADERS: list[dict[str, str]] = [
    {"content-type": CANARY},
    {"content-type": JSON, "content-encoding": CANARY},
    {"content-type": JSON, "content-encoding": f"gzip, {CANARY}"},
    {"content-type": PROTOBUF, "x-api-key": CANARY},
    {"content-type": PROTOBUF, "authorization": f"Basic {CANARY}"},
    {"content-type": JSON},  # a body that is none
    {"content-type": PROTOBUF, "content-encoding": "gzip"},
]
NO_HTTP = (
    f"{CANARY}\r\n\r\n",
    f"POST /v1/traces HTTP/1.1\r\n{CANARY}\r\n\r\n",
    f"POST /{CANARY} HTTP/{CANARY}\r\n\r\n",
)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker that was sent all of it."""
    home = tmp_path_factory.mktemp("home")
    _, secret = Keys(home / "keys.db").create("support", now=datetime(2026, 10, 1, tzinfo=UTC))
    with reserved() as address, Worker(home, grpc=address) as started:
        for path, bodies in BODIES.items():
            for body in bodies:
                told = {"content-type": JSON, "x-api-key": secret}
                started.client.post(path, content=json.dumps(body).encode(), headers=told)
        for bad in BAD_SPANS:
            started.client.post("/v1/traces", content=json_request(bad), headers={"content-type": JSON})
        for headers in HEADERS:
            started.client.post("/v1/traces", content=CANARY.encode(), headers=headers)
        started.client.post(f"/{CANARY}")
        started.client.request(CANARY.upper(), "/v1/traces")
        for wrong in NO_HTTP:
            started.hears(wrong.encode())
        _called(address, CANARY.encode(), ())
        _called(address, GOOD, (("x-api-key", CANARY), ("grpc-status-details-bin", CANARY.encode())))
        _called(address, gzip.compress(CANARY.encode()), (("content-encoding", CANARY),))
        yield started


def _called(address: str, body: bytes, metadata: tuple[tuple[str, str | bytes], ...]) -> None:
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(f"/{TRACES.service}/Export").future(body, metadata=metadata, timeout=PATIENCE_S)
        call.exception(PATIENCE_S)


def test_no_word_of_a_sender_reaches_the_log(worker: Worker) -> None:
    lines = worker.log().splitlines()
    assert [line for line in lines if CANARY in line.lower()] == []


def test_a_refusal_says_in_the_log_why_and_of_which_part(worker: Worker) -> None:
    lines = [json.loads(line) for line in worker.log().splitlines()]
    refused = {(line["status"], line["reason"], line["place"]) for line in lines if line["event"] == "request refused"}
    assert refused == {
        (400, "malformed", "body"),
        (415, "unknown encoding", "Content-Type"),
        (415, "unknown encoding", "Content-Encoding"),
    }


def test_every_line_is_json_those_of_libraries_and_of_mistakes_too() -> None:
    """In a process of its own, because a log is set up once."""
    said = """
import logging, structlog
from ingest.log import WITHOUT_ITS_WORDS, log_to_stderr
log_to_stderr(error=WITHOUT_ITS_WORDS)
try:
    int("canarysings")
except ValueError:
    structlog.get_logger("ingest").exception("request failed")
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application\\n")
logging.getLogger("a.library").info("not worth a line")
"""
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"].strip(), line["exception"].split(" ")[-1]) for line in lines] == [
        ("request failed", "ValueError"),
        ("Exception in ASGI application", "ValueError"),
    ]
    assert CANARY not in done.stderr
