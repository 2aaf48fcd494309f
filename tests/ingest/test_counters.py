"""What ingest processes count: all of them together, whatever becomes of one."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path

import grpc
from ingest_worker import PATIENCE_S, Worker, reserved
from otlp_bodies import PROTOBUF
from otlp_requests import CHAT, request, span
from starlette.testclient import TestClient

from ingest import Limits, exposition, forget
from ingest.app import create
from ingest.config import IngestConfig
from ingest.counters import RECORDS, Counters
from ingest.signals import TRACES

GOOD = request(span(CHAT), span(CHAT, number=2)).SerializeToString()
AS_PROTOBUF = {"content-type": PROTOBUF}


def numbers(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def results(worker: Worker) -> dict[str, float]:
    """The requests by what was answered, without the answers that nobody was given."""
    told = numbers(worker.client.get("/metrics").text)
    named = ((name.split('"')[1], count) for name, count in told.items() if name.startswith("outlay_requests_total"))
    return {result: count for result, count in named if count}


def test_answers_and_records_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    with Worker(tmp_path) as worker:
        worker.client.post("/v1/traces", content=GOOD, headers=AS_PROTOBUF)
        worker.client.post("/v1/traces", content=b"\xff", headers=AS_PROTOBUF)
        worker.client.post("/nowhere")
        told = numbers(worker.client.get("/metrics").text)
    wanted = ("accepted", "malformed", "no such path")
    results = {name: told[f'outlay_requests_total{{result="{name}"}}'] for name in wanted}
    assert results == {"accepted": 1, "malformed": 1, "no such path": 1}
    assert (told['outlay_records_total{signal="traces"}'], told["outlay_journal_bytes_total"]) == (2, len(GOOD))


def test_answers_that_are_given_before_there_is_a_request_are_counted_too(tmp_path: Path) -> None:
    """By the protocol of HTTP, and by gRPC."""
    limits = asdict(Limits(body_bytes=100_000))
    with reserved() as address, Worker(tmp_path, grpc=address, limits=limits) as worker:
        for wrong in (
            b"no HTTP\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
            b"GET /%b HTTP/1.1" % bytes(40_000),
        ):
            worker.hears(wrong)
        with grpc.insecure_channel(address) as channel:
            for method, body in ((TRACES.service, bytes(200_000)), ("another.Service", b"")):
                channel.unary_unary(f"/{method}/Export").future(body, timeout=PATIENCE_S).exception(PATIENCE_S)
        # gRPC tells the sender of a message that is too large before it tells us.
        counted = {"malformed": 3, "no such path": 1, "cut off": 1}
        deadline = time.monotonic() + PATIENCE_S
        while (found := results(worker)) != counted and time.monotonic() < deadline:
            time.sleep(0.02)
    assert found == counted


def test_langfuses_ways_of_saying_that_scores_are_accepted_are_no_other_answers(tmp_path: Path) -> None:
    score = b'{"name": "a", "value": 1}'
    with TestClient(create(tmp_path, IngestConfig(keys_required=False))) as client:
        answers = [
            client.post("/api/public/scores", content=b"[%b]" % score).status_code,
            client.post("/api/public/ingestion", content=b'{"batch": []}').status_code,
        ]
        told = numbers(client.get("/metrics").text)
    assert (answers, told['outlay_requests_total{result="accepted"}']) == ([202, 207], 2)


def test_a_kill_loses_no_count(tmp_path: Path) -> None:
    with Worker(tmp_path) as worker:
        for _ in range(2):
            worker.client.post("/v1/traces", content=GOOD, headers=AS_PROTOBUF)
            worker.kill()
            worker.start()
        told = numbers(worker.client.get("/metrics").text)
    assert told['outlay_records_total{signal="traces"}'] == 4


def test_processes_are_added_up_and_forgotten_together(tmp_path: Path) -> None:
    counters = Counters(tmp_path)
    counters.add(RECORDS, "logs", 3)
    (tmp_path / "counters" / "1.counts").write_bytes((tmp_path / "counters" / f"{os.getpid()}.counts").read_bytes())
    assert numbers(exposition(counters.samples()))['outlay_records_total{signal="logs"}'] == 6
    forget(tmp_path)
    assert numbers(exposition(counters.samples()))['outlay_records_total{signal="logs"}'] == 0


def test_where_there_is_no_room_to_count_nobody_is_refused(tmp_path: Path) -> None:
    (tmp_path / "counters").write_text("in the way")
    Counters(tmp_path).answered(200)
    assert (tmp_path / "counters").read_text() == "in the way"


def test_numbers_are_kept_from_those_without_a_key(tmp_path: Path) -> None:
    with Worker(tmp_path, keys_required=True) as worker:
        assert worker.client.get("/metrics").status_code == 401
