"""What ingest processes count: all of them together, whatever becomes of one."""

from __future__ import annotations

import os
from pathlib import Path

from ingest_worker import Worker
from otlp_bodies import PROTOBUF
from otlp_requests import CHAT, request, span

from ingest import exposition, forget
from ingest.counters import RECORDS, Counters

GOOD = request(span(CHAT), span(CHAT, number=2)).SerializeToString()
AS_PROTOBUF = {"content-type": PROTOBUF}


def numbers(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


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
