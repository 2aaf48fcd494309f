"""The socket in process: exact answers, closed doors, and nothing acknowledged that is not on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from otlp_bodies import COMPRESSIONS, JSON, PROTOBUF, written
from otlp_requests import CHAT, request, span
from starlette.routing import Route
from starlette.testclient import TestClient

from ingest import Entry, Journal, Keys, Limits
from ingest.answers import status_protobuf
from ingest.app import create
from ingest.config import IngestConfig

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
GOOD = request(span(CHAT))
PARTLY = request(span(CHAT), span({"gen_ai.usage.output_tokens": -3}, number=2))
SMALL = Limits(body_bytes=20_000)


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create(tmp_path, IngestConfig(keys_required=False, limits=SMALL))) as client:
        yield client


@pytest.fixture
def closed_door(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create(tmp_path, IngestConfig(keys_required=True))) as client:
        yield client


def journaled(home: Path) -> list[Entry]:
    return Journal(home / "journal").read({}, max_entries=1000, max_bytes=1 << 30)


def status_of(response: Any) -> tuple[int, str]:
    """(code, message) of the google.rpc.Status a response must be."""
    if response.headers["content-type"] == PROTOBUF:
        status = Status.FromString(response.content)
        return status.code, status.message
    told = json.loads(response.content)
    return told["code"], told["message"]


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON, f"{JSON}; charset=utf-8"])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_full_success_is_an_empty_message_in_the_requests_encoding(
    open_door: TestClient, tmp_path: Path, content_type: str, compression: str
) -> None:
    encoding, compress = COMPRESSIONS[compression]
    kind = content_type.partition(";")[0]
    headers = {"content-type": content_type} | ({"content-encoding": encoding} if encoding else {})
    answer = open_door.post("/v1/traces", content=compress(written(GOOD, kind)), headers=headers)
    empty = b"{}" if kind == JSON else b""
    assert (answer.status_code, answer.headers["content-type"], answer.content, len(journaled(tmp_path))) == (
        200,
        kind,
        empty,
        1,
    )


SENTENCE = "span 0000000000000002 has gen_ai.usage.output_tokens = -3; token counts cannot be negative"


def test_partial_success_counts_the_rejected_and_says_why_in_protobuf(open_door: TestClient, tmp_path: Path) -> None:
    answer = open_door.post("/v1/traces", content=written(PARTLY, PROTOBUF), headers={"content-type": PROTOBUF})
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    [entry] = journaled(tmp_path)
    assert (answer.status_code, partial.rejected_spans, partial.error_message, entry.faults[0].sentence) == (
        200,
        1,
        SENTENCE,
        SENTENCE,
    )


def test_partial_success_counts_the_rejected_and_says_why_in_json(open_door: TestClient) -> None:
    answer = open_door.post("/v1/traces", content=written(PARTLY, JSON), headers={"content-type": JSON})
    assert answer.json() == {"partialSuccess": {"rejectedSpans": "1", "errorMessage": SENTENCE}}


def test_a_warning_rejects_nothing(open_door: TestClient) -> None:
    answer = open_door.post("/v1/traces", content=b'{"resource_spans":[]}', headers={"content-type": JSON})
    assert (answer.status_code, answer.json()["partialSuccess"]["rejectedSpans"]) == (200, "0")


def test_many_faults_make_a_short_answer(open_door: TestClient) -> None:
    bad = request(*(span({"a_tokens": -1}, number=n) for n in range(1, 120)))
    answer = open_door.post("/v1/traces", content=bad.SerializeToString(), headers={"content-type": PROTOBUF})
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (partial.rejected_spans, partial.error_message.count(";"), len(answer.content) < 1100) == (119, 6, True)


def test_an_empty_request_is_not_journaled(open_door: TestClient, tmp_path: Path) -> None:
    answer = open_door.post("/v1/traces", content=b"", headers={"content-type": PROTOBUF})
    assert (answer.status_code, answer.content, journaled(tmp_path)) == (200, b"", [])


REFUSED: list[tuple[str, str, dict[str, str], bytes, int, int]] = [
    ("POST", "/v1/traces", {}, b"\x0a\xff", 400, 3),
    ("POST", "/v1/traces", {}, bytes(20_001), 413, 8),
    ("POST", "/v1/traces", {"content-encoding": "br"}, b"", 415, 3),
    ("GET", "/v1/traces", {}, b"", 405, 12),
    ("PUT", "/v1/traces", {}, b"", 405, 12),
    ("POST", "/v1/profiles", {}, b"", 404, 5),
    ("POST", "/v1/logs", {}, b"\xff", 400, 3),
    ("GET", "/v1/metrics", {}, b"", 405, 12),
    ("POST", "/v1/traces/", {}, b"", 404, 5),
    ("POST", "/v1%2Ftraces/x", {}, b"", 404, 5),
    ("POST", "//v1/traces", {}, b"", 404, 5),
    ("POST", "/", {}, b"", 404, 5),
    ("POST", "/docs", {}, b"", 404, 5),
]


@pytest.mark.parametrize("asked", [PROTOBUF, JSON])
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_every_refusal_is_a_status_in_the_requests_encoding(
    open_door: TestClient, asked: str, case: tuple[str, str, dict[str, str], bytes, int, int]
) -> None:
    method, path, more, body, status, code = case
    answer = open_door.request(method, path, content=body, headers={"content-type": asked} | more)
    assert (answer.status_code, answer.headers["content-type"], status_of(answer)[0]) == (status, asked, code)


def test_a_content_type_nobody_reads_is_refused_in_json(open_door: TestClient) -> None:
    answer = open_door.post("/v1/traces", content=b"", headers={"content-type": "text/plain"})
    assert (answer.status_code, status_of(answer)[1]) == (
        415,
        "Content-Type is 'text/plain'; application/x-protobuf and application/json are read",
    )


def test_a_body_without_a_length_is_refused_as_it_grows(open_door: TestClient) -> None:
    answer = open_door.post("/v1/traces", content=(bytes(1000) for _ in range(30)), headers={"content-type": PROTOBUF})
    assert answer.status_code == 413


@given(st.integers(0, 20), st.text(max_size=300))
def test_a_status_is_written_as_google_writes_it(code: int, message: str) -> None:
    status = Status.FromString(status_protobuf(code, message))
    assert (status.code, status.message) == (code, message)


@pytest.mark.parametrize("asked", [PROTOBUF, JSON])
def test_a_journal_that_cannot_be_written_puts_the_sender_off(tmp_path: Path, asked: str) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")
    with TestClient(create(tmp_path, IngestConfig(keys_required=False))) as client:
        answer = client.post("/v1/traces", content=written(GOOD, asked), headers={"content-type": asked})
        ready, alive = client.get("/readyz"), client.get("/healthz")
    assert (
        answer.status_code,
        answer.headers["retry-after"],
        status_of(answer)[0],
        ready.status_code,
        alive.status_code,
    ) == (
        503,
        "1",
        14,
        503,
        200,
    )


def test_a_home_that_can_be_written_is_ready(open_door: TestClient) -> None:
    assert (open_door.get("/readyz").json(), open_door.get("/healthz").json()) == (
        {"status": "ready"},
        {"status": "alive"},
    )


def test_every_route_but_two_is_closed_without_a_key(closed_door: TestClient) -> None:
    routes = [route for route in closed_door.app.routes if isinstance(route, Route)]
    answers = {
        route.path: closed_door.request(method, route.path).status_code
        for route in routes
        for method in route.methods or ()
    }
    assert {path for path, status in answers.items() if status == 200} == {"/healthz", "/readyz"}
    assert {status for path, status in answers.items() if path not in {"/healthz", "/readyz"}} == {401}


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/docs", "/openapi.json", "/healthz/", "/healthz/../v1/traces", "//healthz", "/%68ealthz/x"]
)
def test_paths_that_do_not_exist_are_closed_too(closed_door: TestClient, path: str) -> None:
    answer = closed_door.post(path, content=b"", headers={"content-type": PROTOBUF})
    assert (answer.status_code, status_of(answer)[0]) == (401, 16)


@pytest.mark.parametrize("asked", [PROTOBUF, JSON])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer outlay_00000000_" + "0" * 43},
        {"authorization": "Bearer ' OR 1=1 --"},
        {"authorization": "Basic YWRtaW46YWRtaW4="},
        {"x-api-key": "outlay"},
        {"authorization": "Bearer \xe9"},
    ],
)
def test_a_wrong_key_is_refused_and_nothing_is_kept(
    closed_door: TestClient, tmp_path: Path, asked: str, headers: dict[str, str]
) -> None:
    sent = {name: value.encode("latin-1") for name, value in ({"content-type": asked} | headers).items()}
    answer = closed_door.post("/v1/traces", content=written(GOOD, asked), headers=sent)
    said = (answer.status_code, status_of(answer)[0], answer.headers["www-authenticate"])
    assert (said, journaled(tmp_path)) == ((401, 16, "Bearer"), [])


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_the_team_of_an_entry_is_the_keys(closed_door: TestClient, tmp_path: Path, header: str) -> None:
    key, secret = Keys(tmp_path / "keys.db").create("support", now=NOW)
    body = request(span(CHAT | {"outlay.team": "sales"}), resource={"team": "sales"}).SerializeToString()
    value = f"Bearer {secret}" if header == "authorization" else secret
    closed_door.post("/v1/traces", content=body, headers={"content-type": PROTOBUF, header: value, "x-team": "sales"})
    assert [(entry.key_id, entry.team) for entry in journaled(tmp_path)] == [(key.key_id, "support")]


def test_a_key_that_may_only_read_may_not_send(closed_door: TestClient, tmp_path: Path) -> None:
    key, secret = Keys(tmp_path / "keys.db").create("support", now=NOW, scopes=["read"])
    answer = closed_door.post("/v1/traces", content=b"", headers={"content-type": JSON, "x-api-key": secret})
    assert (answer.status_code, answer.json()) == (
        403,
        {"code": 7, "message": f"the key {key.key_id} may read, not send spans"},
    )


def test_while_keys_are_off_a_stale_key_does_no_harm(open_door: TestClient, tmp_path: Path) -> None:
    headers = {"content-type": PROTOBUF, "x-api-key": "outlay_00000000_" + "0" * 43}
    answer = open_door.post("/v1/traces", content=written(GOOD, PROTOBUF), headers=headers)
    assert (answer.status_code, [entry.team for entry in journaled(tmp_path)]) == (200, [None])


def test_a_mistake_of_ours_makes_the_sender_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistake(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ingest.intake.receive", mistake)
    with TestClient(create(tmp_path, IngestConfig(keys_required=False))) as client:
        answer = client.post("/v1/traces", content=b"", headers={"content-type": PROTOBUF})
    assert (answer.status_code, status_of(answer)[0]) == (503, 14)
