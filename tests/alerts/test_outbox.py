"""The outbox against a real receiver: nothing is lost, nothing overtakes, and a repeat carries the same names."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from receiver import Answer, Receiver, receiving

from alerts import deliver
from alerts.channels import Posted, Webhook
from alerts.channels.webhook import signature
from alerts.delivery.outbox import post, try_again, undelivered
from alerts.delivery.sending import MOST_ATTEMPTS
from alerts.incidents.message import NOTICE, RESOLVE, TRIGGER, Message
from warehouse import Warehouse

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
SECRET = "s3cret"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def webhook(receiver: Receiver, timeout_s: float = 60.0) -> Webhook:
    return Webhook(receiver.url, SECRET, ("127.0.0.1",), timeout_s=timeout_s)


def posted(warehouse: Warehouse, *messages: Message, at: datetime = NOW, channel: str = "webhook") -> None:
    with warehouse.transaction() as tx:
        for message in messages:
            post(tx, message, [channel], at)


def message(key: str = "spend_spike:1", event: str = TRIGGER) -> Message:
    return Message(event=event, dedup_key=key, subject=f"{event} {key}", lines=("one", "two"))


def row(warehouse: Warehouse) -> tuple[object, ...]:
    return warehouse.query("SELECT sent_at IS NOT NULL, attempts, next_try_at, last_error FROM outbox").row(0)


def test_a_message_is_sent_once_and_noted(warehouse: Warehouse, receiver: Receiver) -> None:
    posted(warehouse, message())
    rounds = [deliver(warehouse, [webhook(receiver)], NOW).sent for _ in range(3)]
    assert (rounds, len(receiver.received), row(warehouse)[:2]) == ([1, 0, 0], 1, (True, 1))


def test_the_receiver_can_check_who_sent_it_and_when(warehouse: Warehouse, receiver: Receiver) -> None:
    posted(warehouse, message())
    deliver(warehouse, [webhook(receiver)], NOW)
    got = receiver.received[0]
    signed = f"v1={signature(SECRET, got.headers['outlay-timestamp'], got.body)}"
    assert (got.path, got.headers["outlay-signature"], got.headers["outlay-timestamp"]) == (
        "/hook?token=abc",
        signed,
        str(int(NOW.timestamp())),
    )


def test_the_body_is_json_with_the_text_and_the_keys(warehouse: Warehouse, receiver: Receiver) -> None:
    posted(warehouse, message())
    deliver(warehouse, [webhook(receiver)], NOW)
    assert orjson.loads(receiver.bodies[0]) == {
        "event": "trigger",
        "dedup_key": "spend_spike:1",
        "incident_id": None,
        "subject": "trigger spend_spike:1",
        "lines": ["one", "two"],
        "facts": {},
        "severity": "info",
    }


def test_retry_after_is_honoured(warehouse: Warehouse, receiver: Receiver) -> None:
    receiver.answers = [Answer(429, (("Retry-After", "120"),))]
    posted(warehouse, message())
    deliver(warehouse, [webhook(receiver)], NOW)
    assert row(warehouse) == (False, 1, datetime(2026, 10, 3, 3, 2), "127.0.0.1 answered 429")


def test_a_date_is_a_retry_after_too(warehouse: Warehouse, receiver: Receiver) -> None:
    receiver.answers = [Answer(503, (("Retry-After", "Sat, 03 Oct 2026 03:07:00 GMT"),))]
    posted(warehouse, message())
    deliver(warehouse, [webhook(receiver)], NOW)
    assert row(warehouse)[2] == datetime(2026, 10, 3, 3, 7)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(500), "127.0.0.1 answered 500"),
        (Answer(302, (("Location", "http://127.0.0.1:1/"),)), "127.0.0.1 answered 302"),
        (Answer(hang_up=True), "127.0.0.1 could not be reached: RemoteProtocolError"),
        (Answer(200, (("Retry-After", "x" * 70_000),)), None),
    ],
    ids=["error", "redirect", "hang-up", "long header"],
)
def test_what_was_not_taken_is_kept_with_its_error(
    warehouse: Warehouse, receiver: Receiver, answer: Answer, error: str | None
) -> None:
    receiver.answers = [answer]
    posted(warehouse, message())
    deliver(warehouse, [webhook(receiver)], NOW)
    assert row(warehouse)[3] == error


@pytest.mark.parametrize("answer", [Answer(wait_s=600.0), Answer(drip=True)], ids=["silent", "dripped headers"])
def test_nobody_is_waited_for_longer_than_was_said(warehouse: Warehouse, receiver: Receiver, answer: Answer) -> None:
    receiver.answers = [answer]
    posted(warehouse, message())
    deliver(warehouse, [webhook(receiver, timeout_s=0.3)], NOW)
    assert row(warehouse)[3] == "127.0.0.1 did not answer within 0.3 s"


def test_tries_are_twice_as_far_apart_each_time_and_end(warehouse: Warehouse, receiver: Receiver) -> None:
    receiver.answers = [Answer(500)] * 99
    posted(warehouse, message())
    at, delays = NOW, list[int]()
    while (due := row(warehouse)[2]) < datetime(9999, 1, 1):
        delays.append(int((due.replace(tzinfo=UTC) - at).total_seconds()))
        at = due.replace(tzinfo=UTC)
        deliver(warehouse, [webhook(receiver)], at)
    doubled = [0, 30, 60, 120, 240, 480, 960, 1920, 3600]
    spread = [delay - least for delay, least in zip(delays, doubled, strict=False)]
    assert (all(0 <= more <= least / 4 for more, least in zip(spread, doubled, strict=True)), any(spread)) == (
        True,
        True,
    )


def test_after_a_day_of_tries_a_message_is_given_up_shown_and_can_be_taken_up_again(
    warehouse: Warehouse, receiver: Receiver
) -> None:
    receiver.answers = [Answer(500)] * MOST_ATTEMPTS
    posted(warehouse, message())
    for hour in range(MOST_ATTEMPTS):
        deliver(warehouse, [webhook(receiver)], NOW + timedelta(hours=2 * hour))
    reasons = undelivered(warehouse)["last_error"].to_list()
    again = try_again(warehouse, NOW), deliver(warehouse, [webhook(receiver)], NOW).sent
    assert (reasons, again, undelivered(warehouse).height) == (
        [f"given up after {MOST_ATTEMPTS} tries: 127.0.0.1 answered 500"],
        (1, 1),
        0,
    )


def test_a_resolve_waits_for_its_trigger(warehouse: Warehouse, receiver: Receiver) -> None:
    receiver.answers = [Answer(500)]
    posted(warehouse, message(event=TRIGGER), message(event=RESOLVE))
    for minute in range(3):
        deliver(warehouse, [webhook(receiver)], NOW + timedelta(minutes=minute))
    assert [orjson.loads(body)["event"] for body in receiver.bodies] == ["trigger", "trigger", "resolve"]


def test_a_failing_condition_holds_up_no_other(warehouse: Warehouse, receiver: Receiver) -> None:
    receiver.answers = [Answer(500)]
    posted(warehouse, message("spend_spike:1"), message("spend_spike:2"))
    assert deliver(warehouse, [webhook(receiver)], NOW).sent == 1


def test_a_dead_receiver_costs_a_round_three_tries(warehouse: Warehouse, receiver: Receiver) -> None:
    receiver.answers = [Answer(500)] * 50
    posted(warehouse, *(message(f"spend_spike:{number}") for number in range(20)))
    assert deliver(warehouse, [webhook(receiver)], NOW).failed == 3


def test_a_message_for_a_channel_that_is_gone_is_kept_with_the_reason(warehouse: Warehouse) -> None:
    posted(warehouse, message(), channel="pager")
    deliver(warehouse, [], NOW)
    assert row(warehouse)[3] == "no channel called pager is set up"


def test_the_same_message_written_twice_is_one(warehouse: Warehouse) -> None:
    posted(warehouse, message(event=NOTICE), message(event=NOTICE))
    assert warehouse.query("SELECT message_id FROM outbox").height == 1


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from alerts import deliver
from alerts.channels import Webhook
from warehouse import Warehouse

class Killed(Webhook):
    def send(self, message, now):
        Webhook.send(self, message, now)
        os._exit(9)

channel = Killed(sys.argv[2], "s3cret", ("127.0.0.1",))
deliver(Warehouse.open(Path(sys.argv[1])), [channel], datetime(2026, 10, 3, 3, tzinfo=UTC))
"""


def test_killed_between_sending_and_noting_sends_again_under_the_same_names(tmp_path: Path, receiver: Receiver) -> None:
    with Warehouse.open(tmp_path) as home:
        posted(home, message())
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), receiver.url], timeout=60, check=False)
    with Warehouse.open(tmp_path) as home:
        deliver(home, [webhook(receiver)], NOW)
    names = [(got.headers["outlay-message-id"], got.headers["outlay-dedup-key"]) for got in receiver.received]
    assert (killed.returncode, len(names), len(set(names))) == (9, 2, 1)


def test_faults_and_clock_jumps_lose_nothing_and_let_nothing_overtake(warehouse: Warehouse, receiver: Receiver) -> None:
    chance = random.Random(20261003)
    faults = [Answer(500), Answer(429, (("Retry-After", "5"),)), Answer(hang_up=True), Answer(503), Answer(302)]
    receiver.answers = [chance.choice([*faults, Answer(), Answer()]) for _ in range(150)]
    events = [(f"spend_spike:{number}", event) for number in range(30) for event in (TRIGGER, RESOLVE)]
    posted(warehouse, *(message(key, event) for key, event in events))
    at = NOW
    while not warehouse.query("SELECT 1 FROM outbox WHERE sent_at IS NULL").is_empty():
        deliver(warehouse, [webhook(receiver)], at)
        at += timedelta(seconds=chance.choice([-3600, 30, 300, 7200, 7200]))
    heard = [(body["dedup_key"], body["event"]) for body in map(orjson.loads, receiver.bodies)]
    in_order = {key: sorted([event for of, event in heard if of == key], reverse=True) for key, _ in events}
    assert {key: [event for of, event in heard if of == key] for key, _ in heard} == in_order


class Broken(Webhook):
    def send(self, message: Posted, now: datetime) -> None:
        raise ConnectionResetError(message.subject)


def test_a_defect_of_a_channel_is_kept_and_holds_up_nobody(warehouse: Warehouse, receiver: Receiver) -> None:
    posted(warehouse, message())
    deliver(warehouse, [Broken(receiver.url, SECRET)], NOW)
    assert row(warehouse)[3] == "the channel webhook failed: ConnectionResetError"
