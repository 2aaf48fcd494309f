"""What may happen to an ingest process: full disks, kills, an end in the middle of a request, nonsense at its start."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from ingest_worker import PATIENCE_S, Worker
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from otlp_bodies import PROTOBUF
from otlp_requests import CHAT, request, span

from ingest import Entry, Journal

GOOD = request(span(CHAT)).SerializeToString()
AS_PROTOBUF = {"content-type": PROTOBUF}


def journaled(home: Path) -> list[Entry]:
    return Journal(home / "journal").read({}, max_entries=10_000, max_bytes=1 << 30)


def test_a_full_disk_puts_senders_off_and_what_was_accepted_stays(tmp_path: Path) -> None:
    body = request(span(CHAT | {"app.note": "x" * 50_000})).SerializeToString()
    with Worker(tmp_path, largest_file=1 << 20) as cramped:
        answers = [cramped.client.post("/v1/traces", content=body, headers=AS_PROTOBUF) for _ in range(40)]
        accepted = [answer for answer in answers if answer.status_code == 200]
        put_off = [answer for answer in answers if answer.status_code == 503]
        alive = cramped.client.get("/healthz").status_code
    assert (len(journaled(tmp_path)), len(put_off) > 0, {a.headers["retry-after"] for a in put_off}, alive) == (
        len(accepted),
        True,
        {"1"},
        200,
    )


def test_what_was_acknowledged_survives_a_kill_and_the_socket_refuses_nobody(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    stop = threading.Event()

    def send(first: int) -> None:
        number = first
        while not stop.is_set():
            body = request(span(CHAT, number=number)).SerializeToString()
            try:
                answer = httpx2.post(
                    f"{worker.url}/v1/traces", content=body, headers=AS_PROTOBUF, trust_env=False, timeout=PATIENCE_S
                )
            except httpx2.HTTPError:
                continue  # no answer: the sender sends the same again
            if answer.status_code == 503:
                continue  # put off, by a disk that is slow: the same
            assert answer.status_code == 200
            acknowledged.append(number)
            number += 2

    with Worker(tmp_path) as worker:
        senders = [threading.Thread(target=send, args=(first,)) for first in (1, 2)]
        for sender in senders:
            sender.start()
        for enough in (8, 16, 24):
            deadline = time.monotonic() + PATIENCE_S
            while len(acknowledged) < enough and time.monotonic() < deadline:
                time.sleep(0.01)
            if enough < 24:
                worker.kill()
                worker.start()
        stop.set()
        for sender in senders:
            sender.join()
    stored = {int.from_bytes(spans_of(entry)[0].span_id, "big") for entry in journaled(tmp_path)}
    assert (len(acknowledged) >= 24, set(acknowledged) - stored) == (True, set())


def spans_of(entry: Entry) -> list[Any]:
    return list(ExportTraceServiceRequest.FromString(entry.body).resource_spans[0].scope_spans[0].spans)


def test_asked_to_stop_it_finishes_what_it_began(tmp_path: Path) -> None:
    with Worker(tmp_path) as worker:
        port = int(worker.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as sender:
            head = f"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: {PROTOBUF}\r\nexpect: 100-continue\r\n"
            sender.sendall(f"{head}content-length: {len(GOOD)}\r\n\r\n".encode() + GOOD[:10])
            begun = sender.recv(4096)
            worker.process.terminate()
            time.sleep(0.2)  # most often it is stopping by then; whenever it begins to, the answer is the same
            sender.sendall(GOOD[10:])
            answer = sender.recv(4096)
    assert (begun[:12], answer[:12], len(journaled(tmp_path))) == (b"HTTP/1.1 100", b"HTTP/1.1 200", 1)


@pytest.mark.parametrize(
    "told", ["", "[]", '{"home":"x"}', '{"home":"x","fd":0,"colour":"red"}', '{"home":"x","fd":999}']
)
def test_a_process_that_is_told_nonsense_says_so_and_leaves(told: str) -> None:
    left = subprocess.run(
        [sys.executable, "-m", "ingest"],
        env={"OUTLAY_INGEST": told},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (left.returncode, left.stderr.count(b"\n"), left.stderr.startswith(b"ingest cannot start")) == (3, 1, True)
