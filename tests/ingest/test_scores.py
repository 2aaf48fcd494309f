"""Langfuse's scores: what its SDKs post beside their spans becomes a check of the span it scores."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from otlp_bodies import PROTOBUF, written
from otlp_requests import CHAT, request, span
from samples import FOLDER
from starlette.testclient import TestClient

from ingest import Journal, Refused
from ingest.app import create
from ingest.config import IngestConfig
from ingest.loader import load
from ingest.scores import INGESTION_PATH, SCORES_PATH, receive_scores, scores_in
from warehouse import Warehouse

NOW = datetime(2026, 10, 3, 14, tzinfo=UTC)
TRACE, SPAN = "07" * 16, "0000000000000001"
SCORE = {"id": "s1", "traceId": TRACE, "observationId": SPAN, "name": "helpfulness", "value": 0.9}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create(tmp_path, IngestConfig(keys_required=False))) as client:
        yield client


def checks(home: Path) -> list[tuple[Any, ...]]:
    """What a warehouse over the home's journal says was checked, and in which trace."""
    with Warehouse.in_memory() as warehouse, closing(Journal(home / "journal")) as journal:
        while load(journal, warehouse).entries:
            pass
        return warehouse.query(
            "SELECT checks.name, result, score, label, trace_id FROM checks JOIN spans USING (span_no) ORDER BY ALL"
        ).rows()


def events(body: Any, path: str = SCORES_PATH) -> list[dict[str, Any]]:
    """The attributes of the log records made of a body."""
    told = ExportLogsServiceRequest.FromString(scores_in(path, json.dumps(body).encode(), NOW).request)
    records = told.resource_logs[0].scope_logs[0].log_records
    return [
        {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in record.attributes}
        for record in records
    ]


def test_the_recorded_score_is_a_check_in_the_trace_it_scores(door: TestClient, tmp_path: Path) -> None:
    recorded = (FOLDER / "langfuse/types_session_score/payload-002-other.bin").read_bytes()
    answer = door.post(SCORES_PATH, content=recorded, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()) == (202, {"message": "Accepted"})
    assert checks(tmp_path) == [("helpfulness", "unknown", 0.9, None, "895fa9cbca26231eda1df871e3c519e3")]


def test_many_scores_are_read_beside_the_loop(
    door: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[str] = []

    def read(**told: Any) -> Any:
        readers.append(threading.current_thread().name)
        return receive_scores(**told)

    monkeypatch.setattr("ingest.app.receive_scores", read)
    answer = door.post(SCORES_PATH, content=json.dumps([SCORE] * 1_000).encode())
    assert (answer.status_code, [name.split("_")[0] for name in readers]) == (202, ["decode"])
    assert len(Journal(tmp_path / "journal").read({}, max_entries=9, max_bytes=1 << 30)) == 1


def test_spans_are_taken_where_langfuse_and_langsmith_send_them(door: TestClient, tmp_path: Path) -> None:
    body, headers = written(request(span(CHAT)), PROTOBUF), {"content-type": PROTOBUF}
    answers = [
        door.post(path, content=body, headers=headers) for path in ("/api/public/otel/v1/traces", "/otel/v1/traces")
    ]
    kept = Journal(tmp_path / "journal").read({}, max_entries=9, max_bytes=1 << 20)
    assert ([answer.status_code for answer in answers], [entry.signal for entry in kept]) == (
        [200, 200],
        ["traces"] * 2,
    )


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"value": 1, "dataType": "BOOLEAN"}, {"value": 1.0, "label": "true"}),
        ({"value": 0, "dataType": "BOOLEAN"}, {"value": 0.0, "label": "false"}),
        ({"value": True}, {"value": 1.0, "label": "true"}),
        ({"value": "good", "dataType": "CATEGORICAL"}, {"label": "good"}),
        ({"value": "the canary sings", "dataType": "TEXT"}, {}),
        ({"value": 0.5, "comment": "the canary sings"}, {"value": 0.5}),
        ({"value": None}, {}),
        ({"value": [1], "dataType": "BOOLEAN", "timestamp": "0001-01-01T00:00:00Z"}, {"label": "false"}),
    ],
)
def test_a_score_keeps_its_number_or_its_category_and_no_text(sent: dict[str, Any], told: dict[str, Any]) -> None:
    (event,) = events([{**SCORE, **sent}])
    found = {key.rpartition(".")[2]: value for key, value in event.items() if ".score.v" in key or ".score.l" in key}
    assert found == told
    assert "canary" not in str(event)


def test_an_older_sdk_hears_which_of_its_events_were_scores() -> None:
    batch = [
        {"id": "e1", "type": "score-create", "body": SCORE},
        {"id": "e2", "type": "trace-create", "body": {"id": "t"}},
        {"id": "e3", "type": "score-create", "body": {"value": 1}},
        "nothing",
    ]
    found = scores_in(INGESTION_PATH, json.dumps({"batch": batch}).encode(), NOW)
    answer = json.loads(found.answer)
    assert (found.status, found.accepted, answer["successes"]) == (207, 1, [{"id": "e1", "status": 201}])
    assert [error["id"] for error in answer["errors"]] == ["e2", "e3", ""]


def test_a_list_with_a_bad_score_keeps_the_good_one_and_says_so() -> None:
    found = scores_in(SCORES_PATH, json.dumps([SCORE, {"value": 1}]).encode(), NOW)
    told = json.loads(found.answer)
    assert (found.status, told["accepted"], told["rejected"]) == (207, 1, 1)
    assert "score 1 has no name" in told["errors"][0]["message"]


def test_one_score_alone_is_answered_with_its_id() -> None:
    found = scores_in(SCORES_PATH, json.dumps(SCORE).encode(), NOW)
    assert (found.status, json.loads(found.answer)) == (200, {"id": "s1"})


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (SCORES_PATH, b"{", "not JSON"),
        (SCORES_PATH, b"7", "a list of scores is expected"),
        (SCORES_PATH, b"{}", "score 0 has no name"),
        (SCORES_PATH, b"[" + b"{}," * 10_000 + b"{}]", "10001 scores"),
        (INGESTION_PATH, b"[]", 'an object with a list, "batch"'),
    ],
)
def test_a_body_without_scores_is_refused_with_a_sentence(path: str, body: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        scores_in(path, body, NOW)


words = st.one_of(
    st.text(st.characters(codec="utf-8")), st.sampled_from(["BOOLEAN", "TEXT", "9999-12-31", "1969-01-01", TRACE])
)
KEYS = st.sampled_from([*SCORE, "dataType", "timestamp", "sessionId", "environment"])
wild = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False), words
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(sorted(SCORE)), inner)),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, wild))
def test_any_score_is_kept_or_refused(score: dict[str, Any]) -> None:
    body = json.dumps([SCORE, score]).encode()
    assert scores_in(SCORES_PATH, body, NOW).accepted == 1 + (
        isinstance(score.get("name"), str) and score["name"] != ""
    )
