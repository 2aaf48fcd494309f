"""Deliver through faults: `make faults-delivery` counts a thousand; the suite runs a hundred of the same.

Killed between sending and noting it, hang-ups and answers that are not heard after acceptance, 429, 500, names that do
not resolve, TLS that fails, clocks that jump. What must hold: nothing is lost, no fault makes more than one duplicate,
every repeat carries the same key, and whoever heard a beginning hears the end.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from receiver import Answer, Receiver, receiving

from alerts import dispatch
from alerts.channels import NotSent, Posted, Webhook
from alerts.delivery.outbox import post
from alerts.delivery.routes import ROUTED, Route, Routes
from alerts.delivery.sending import deliver
from alerts.incidents.message import RESOLVE, TRIGGER, Message
from warehouse import Warehouse

START = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
ROUTES = Routes((Route(("hook",)),), ZoneInfo("UTC"))
KILLED, UNHEARD, DNS, TLS = "killed after sending", "not heard after it was taken", "no such name", "TLS fails"
ANSWERS = {
    "500": Answer(500),
    "503": Answer(503),
    "429": Answer(429, (("Retry-After", "7"),)),
    "hung up after taking it": Answer(hang_up=True),
    "redirected": Answer(302, (("Location", "http://127.0.0.1:1/"),)),
}
FAULTS = (*ANSWERS, KILLED, UNHEARD, DNS, TLS)


class Dead(BaseException):
    """The process was killed here."""


@dataclass
class Faulty:
    """A webhook to a real receiver, with a fault before, during or after so many of its sendings."""

    receiver: Receiver
    faults: list[str]
    name: str = "hook"
    met: Counter[str] = field(default_factory=Counter)
    after_acceptance: Counter[str] = field(default_factory=Counter)  # message → faults that may double it
    chance: random.Random = field(default_factory=random.Random)

    def send(self, message: Posted, now: datetime) -> str | None:
        fault = self.faults.pop() if self.faults and self.chance.random() < 0.6 else None
        if fault:
            self.met[fault] += 1
        if fault in ANSWERS:
            self.receiver.answers.append(ANSWERS[fault])
        if fault in {KILLED, UNHEARD, "hung up after taking it"}:
            self.after_acceptance[message.message_id] += 1
        self._hook(fault).send(message, now)
        if fault == KILLED:
            raise Dead
        if fault == UNHEARD:
            raise NotSent("127.0.0.1 did not answer in time")
        return None

    def _hook(self, fault: str | None) -> Webhook:
        # Who speaks TLS to a receiver that does not may wait for it in vain; any other answer comes.
        url, timeout_s = self.receiver.url, 60.0
        if fault == TLS:
            url, timeout_s = url.replace("http:", "https:"), 0.2
        return Webhook(url, "s3cret", ("127.0.0.1",), nowhere if fault == DNS else here, timeout_s=timeout_s)


def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def nowhere(_host: str, _port: int) -> list[str]:
    raise OSError("no such name")


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    faults: int
    letters: int
    lost: int
    most_duplicates_a_fault: float
    keys_per_letter: int
    beginnings_without_end: int
    out_of_order: int


def run(faults: int, seed: int) -> Outcome:
    """Meet so many faults, in an order that the seed decides."""
    chance = random.Random(seed)
    with Warehouse.in_memory() as warehouse, receiving() as receiver:
        drawn = [FAULTS[number % len(FAULTS)] for number in range(faults)]
        chance.shuffle(drawn)
        hook = Faulty(receiver, drawn, chance=chance)
        now, running, number = START, list[str](), 0
        while hook.faults or running or _unsettled(warehouse):
            if hook.faults:
                began = [f"spend_spike:{number + offset}" for offset in range(chance.choice([1, 1, 2, 8]))]
                number += len(began)
                over = [running.pop(0) for _ in range(min(len(running), chance.choice([0, 1, 3])))]
                running += began
            else:
                began, over, running = [], running, []
            with warehouse.transaction() as tx:
                for key, event in [*((key, TRIGGER) for key in began), *((key, RESOLVE) for key in over)]:
                    post(tx, Message(event, key, f"{event} {key}", ("one",), facts={"severity": "page"}), [ROUTED], now)
            for _ in range(3):
                _turn(warehouse, hook, now)
                now += timedelta(seconds=chance.choice([1, 40, 400, 4000]))
            now += timedelta(seconds=chance.choice([-86_400, -3600, 3600, 7200, 86_400, 3600]))
        return _outcome(warehouse, hook, faults)


def _turn(warehouse: Warehouse, hook: Faulty, now: datetime) -> None:
    dispatch(warehouse, ROUTES, now)
    try:
        deliver(warehouse, [hook], now)
    except Dead:
        return  # what the next process finds is what the warehouse holds


def _unsettled(warehouse: Warehouse) -> bool:
    return not warehouse.query("SELECT 1 FROM outbox WHERE sent_at IS NULL").is_empty()


def _outcome(warehouse: Warehouse, hook: Faulty, faults: int) -> Outcome:
    taken = [each for each in hook.receiver.received if each.answer.status == 200]
    ids = Counter(each.headers["outlay-message-id"] for each in taken)
    keys: dict[str, set[str]] = {}
    heard: dict[str, list[str]] = {}
    for each in taken:
        body = orjson.loads(each.body)
        keys.setdefault(each.headers["outlay-message-id"], set()).add(each.headers["outlay-dedup-key"])
        heard.setdefault(body["dedup_key"], []).append(body["event"])
    letters = warehouse.query("SELECT message_id FROM outbox WHERE channel = 'hook'")["message_id"].to_list()
    told = warehouse.query(f"SELECT count(*) FROM outbox WHERE channel = '{ROUTED}' AND sent_at IS NULL").item()
    doubled = [(ids[name] - 1) / max(hook.after_acceptance[name], 1) for name in ids if ids[name] > 1]
    met = sum(hook.met.values())
    assert met == faults, f"only {met} of {faults} faults were met"
    return Outcome(
        faults=met,
        letters=len(letters),
        lost=sum(name not in ids for name in letters) + int(told),
        most_duplicates_a_fault=max(doubled, default=0.0),
        keys_per_letter=max(len(each) for each in keys.values()),
        beginnings_without_end=sum(TRIGGER in events and RESOLVE not in events for events in heard.values()),
        out_of_order=sum(events != sorted(events, reverse=True) for events in heard.values()),
    )


if __name__ == "__main__":
    sys.stdout.write(f"{run(int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1)}\n")
