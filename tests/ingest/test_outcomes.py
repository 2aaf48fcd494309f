"""Outcomes told beside the spans: judged field by field, kept before they are acknowledged, scoped by the key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from ingest import Entry, Journal, Keys, Limits, Refused
from ingest.app import create
from ingest.config import IngestConfig
from ingest.loader import load
from ingest.outcome_requests import MOST_OUTCOMES, PATH, judge_all, told_in
from ingest.outcomes import SOURCES, STATUSES, judged, read_back
from warehouse import Warehouse

NOW = datetime(2026, 10, 3, 14, tzinfo=UTC)
GOOD = {"task_id": "t-1", "status": "resolved", "decided_at": "2026-10-03T13:00:00Z"}
JSON = {"content-type": "application/json"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create(tmp_path, IngestConfig(keys_required=False))) as client:
        yield client


def kept(home: Path) -> list[dict[str, str]]:
    entries = Journal(home / "journal").read({}, max_entries=100, max_bytes=1 << 26)
    return [outcome for entry in entries for outcome in json.loads(entry.body)["outcomes"]]


def test_one_outcome_is_on_disk_when_its_sender_hears_so(door: TestClient, tmp_path: Path) -> None:
    answer = door.post(PATH, json={**GOOD, "kind": "Lead", "value_usd": 1250, "csat": "4.5", "human_minutes": 3})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "rejected": 0})
    [outcome] = kept(tmp_path)
    del outcome["digest"], outcome["outcome_id"]
    assert outcome == {
        "task_id": "t-1",
        "kind": "lead",
        "status": "resolved",
        "decided_at": "2026-10-03T13:00:00+00:00",
        "source": "confirmed",
        "value_usd": "1250.000000",
        "csat": "4.50",
        "human_minutes": "3.00",
    }


@pytest.mark.parametrize("wrap", [lambda many: many, lambda many: {"outcomes": many}])
def test_bad_ones_are_faults_beside_the_good_ones(door: TestClient, tmp_path: Path, wrap: Any) -> None:
    answer = door.post(PATH, json=wrap([GOOD, {**GOOD, "status": "won"}, {**GOOD, "task_id": "t-2"}]))
    sentence = "outcome 2: status 'won' is none of resolved, failed, escalated, abandoned, refused, reopened"
    assert answer.json() == {"accepted": 2, "rejected": 1, "faults": [sentence]}
    assert [outcome["task_id"] for outcome in kept(tmp_path)] == ["t-1", "t-2"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({**GOOD, "status": "won"}, "status 'won' is none of"),
        ({"task_id": "t-1"}, "the outcome has no status"),
        ({"status": "resolved"}, "neither a task_id nor a trace_id"),
        ({**GOOD, "trace_id": "07" * 16}, "both a task_id and a trace_id"),
        ({"status": "resolved", "trace_id": "0" * 32}, "is not 32 hexadecimal digits"),
        ({**GOOD, "decided_at": "2126-01-01"}, "lies in the future"),
        ({**GOOD, "decided_at": "yesterday"}, "is no instant; write 2026-10-03T14:00:00Z"),
        ({**GOOD, "decided_at": True}, "is no instant"),
        ({**GOOD, "decided_at": 1e300}, "is no instant"),
        ({**GOOD, "decided_at": "1970-01-01"}, "lies before the year 2000"),
        ({**GOOD, "source": "hearsay"}, "source 'hearsay' is none of confirmed, assumed, eval, human"),
        ({**GOOD, "value_usd": -1}, "value_usd is '-1'; it is a number from 0"),
        ({**GOOD, "value_usd": "NaN"}, "value_usd is 'NaN'"),
        ({**GOOD, "value_usd": "0.0000001"}, "with at most 6 decimals"),
        ({**GOOD, "csat": 6}, "csat is '6'; it is a number from 1 to 5"),
        ({**GOOD, "human_minutes": True}, "human_minutes is 'True'"),
        ({**GOOD, "task_id": "x" * 201}, "task_id has 201 characters"),
        ({**GOOD, "task_id": "a\x00b"}, "holds a control character"),
        ({**GOOD, "kind": {"a": 1}}, "it is a text of at most 200 characters"),
        ({**GOOD, "statuss": "resolved"}, "has no field 'statuss' (did you mean status?)"),
        ("resolved", "an outcome is an object such as"),
        ([], "the body holds no outcome"),
    ],
)
def test_what_is_wrong_with_the_only_outcome_is_a_400_with_a_sentence(
    door: TestClient, tmp_path: Path, sent: Any, sentence: str
) -> None:
    answer = door.post(PATH, content=json.dumps(sent), headers=JSON)
    assert (answer.status_code, sentence in answer.json()["message"], kept(tmp_path)) == (400, True, [])


def test_a_note_of_ten_megabytes_is_refused_and_not_kept(door: TestClient, tmp_path: Path) -> None:
    answer = door.post(PATH, json=[GOOD, {**GOOD, "task_id": "t-2", "note": "x" * 10_000_000}])
    assert answer.json()["faults"] == [
        (
            "outcome 2: an outcome has no field 'note' (there are: outcome_id, task_id, trace_id, team, kind, status, "
            "decided_at, source, value_usd, csat, human_minutes); nothing else is kept"
        )
    ]
    [entry] = Journal(tmp_path / "journal").read({}, max_entries=9, max_bytes=1 << 26)
    assert len(str(entry)) < 2_000


def test_other_types_broken_json_and_too_many_are_refused(door: TestClient) -> None:
    statuses = [
        door.post(PATH, content=b"a,b", headers={"content-type": "text/csv"}).status_code,
        door.post(PATH, content=b"{", headers=JSON).status_code,
        door.post(PATH, json=[GOOD] * (MOST_OUTCOMES + 1)).status_code,
        door.get(PATH).status_code,
    ]
    assert statuses == [415, 400, 413, 405]


def test_an_id_that_says_two_things_in_one_request_is_a_fault_and_one_said_twice_is_one() -> None:
    again = {**GOOD, "outcome_id": "o-1"}
    other = {**again, "status": "failed"}
    told = judge_all([("1", again), ("2", again), ("3", other)], None, Limits(), NOW)
    assert (len(told.outcomes), told.repeated, [fault.culprit for fault in told.faults]) == (1, 1, ["3"])


def test_a_team_s_key_tells_of_its_own_tasks_only(tmp_path: Path) -> None:
    _, secret = Keys(tmp_path / "keys.db").create("support", now=NOW)
    with TestClient(create(tmp_path, IngestConfig(keys_required=True))) as client:
        headers = {"authorization": f"Bearer {secret}"}
        own = client.post(PATH, json={**GOOD, "team": "Support"}, headers=headers)
        foreign = client.post(PATH, json={**GOOD, "team": "sales"}, headers=headers)
        unknown = client.post(PATH, json=GOOD)
    assert (own.status_code, foreign.status_code, unknown.status_code) == (200, 400, 401)
    assert foreign.json()["message"].startswith("outcome 1: it is told of team 'sales'; the key ")


def test_sent_again_without_a_time_it_is_the_same_outcome() -> None:
    first, later = (judged({"task_id": "t", "status": "failed"}, at) for at in (NOW, NOW.replace(hour=20)))
    assert (first.outcome_id, first.decided_at) == (later.outcome_id, NOW)


@given(
    st.fixed_dictionaries(
        {"task_id": st.text("abc-123", min_size=1, max_size=9), "status": st.sampled_from(STATUSES)},
        optional={
            "outcome_id": st.text("xyz", min_size=1),
            "kind": st.sampled_from(["pr", "Lead", "ticket"]),
            "source": st.sampled_from(SOURCES),
            "decided_at": st.integers(946_684_800, int(NOW.timestamp())),
            "value_usd": st.decimals(0, 10**6, places=6).map(str),
            "csat": st.integers(1, 5),
            "human_minutes": st.floats(0, 10**5).map(lambda minutes: round(minutes, 2)),
        },
    )
)
def test_what_the_journal_keeps_is_the_outcome(sent: dict[str, Any]) -> None:
    outcome = judged(sent, NOW)
    assert read_back(outcome.written()) == outcome


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(ANYTHING)
def test_whatever_a_body_holds_that_is_no_outcome_is_refused_with_a_sentence(sent: Any) -> None:
    with pytest.raises(Refused, match=r"\w+ \w+"):
        told_in("application/json", json.dumps(sent).encode(), None, Limits(), NOW)


def test_an_entry_that_nobody_can_read_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    told = told_in("application/json", json.dumps(GOOD).encode(), None, Limits(), NOW).receipt()
    journal = Journal(tmp_path / "journal")
    for body in (b"no json", b'{"outcomes":[{"task_id":"t"}]}', told.body):
        journal.append([Entry(NOW, None, None, told.signal, told.content_type, told.content_encoding, body)])
    with Warehouse.in_memory() as warehouse:
        loaded = load(journal, warehouse)
        sentences = warehouse.query("SELECT sentence FROM faults")["sentence"].to_list()
    journal.close()
    assert (loaded.entries, loaded.outcomes, loaded.faults) == (3, 1, 2)
    assert [sentence.startswith("its outcomes cannot be read: ") for sentence in sentences] == [True, True]
