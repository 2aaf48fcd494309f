"""Mutated requests: whatever is sent, the answer is no 5xx but 503, comes in time, and costs no memory."""

from __future__ import annotations

import gzip
import json
import random
import resource
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx2
from fault_processes import PATIENCE_S, Worker
from fault_seen import Seen
from known_traffic import home_with_prices, request
from samples import EMITTERS, SAMPLES

from ingest import Busy, Entry, Journal, Limits, Refused, receive
from ingest.loader import load
from warehouse import Warehouse, refresh

HANG_S = 1.0
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LONGEST = 20_000  # bytes of a recorded request: longer ones are mutated at the same places
LIMITS = Limits(body_bytes=2**20)
TYPES = ("application/x-protobuf", "application/json", "application/json; charset=utf-8", "text/plain", "", "\x00")
ENCODINGS = ("", "gzip", "deflate", "identity", "br", "gzip, gzip", "x-gzip")
SIGNALS = ("traces", "logs", "metrics")
PATHS = ("/", "//v1/traces", *(f"/v1/{word}" for word in (*SIGNALS, "tracess", "traces/", "%74races", "")))
READ_OF_KEPT = 20_000  # at most: a reading of them costs what a hundred times as many judgements do


class Sent(NamedTuple):
    """A request on its way."""

    signal: str
    content_type: str
    content_encoding: str
    body: bytes


def sound_requests(chance: random.Random) -> list[Sent]:
    """What is mutated: some recorded requests of every emitter, one as JSON, and nothing."""
    span = {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "chat", "kind": 3}
    told = [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "5"}}, {"key": "x", "value": {"arrayValue": {}}}]
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [span | {"attributes": told}]}]}]}
    recorded = [
        Sent(entry.signal, entry.content_type, entry.content_encoding, entry.body)
        for emitter in EMITTERS
        for entry in chance.choice([sample for sample in SAMPLES if sample.emitter == emitter]).as_sent()[:2]
    ]
    plain = [sent for sent in recorded if not sent.content_encoding and len(sent.body) < LONGEST]
    as_json = [Sent("traces", TYPES[1], "", body) for body in (json.dumps(spans).encode(), b"", b"{}")]
    return [*plain, *as_json * 8, Sent("traces", TYPES[0], "", request(chance, calls=3).body)]


def mutated(sent: Sent, chance: random.Random) -> Sent:
    """The request with a few bytes changed, cut out, doubled or put in; sometimes compressed, sometimes mislabelled."""
    found = bytearray(sent.body)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(9):
            case 0 | 1 | 2 if found:
                found[at % len(found)] ^= 1 << chance.randrange(8)
            case 3 | 4 if found:
                found[at % len(found)] = chance.choice(b'\x00\x01\x7f\x80\xff09-"')
            case 5:
                del found[at : at + chance.randrange(1, 30)]
            case 6:
                found[at:at] = found[at : at + chance.randrange(1, 60)]
            case 7:
                found[at:at] = chance.choice([b"\xff" * 10, b"\x80" * 9 + b"\x01", b"NaN", b"1e400", b"[" * 200, b'"'])
            case _:
                found = found[:at]
    body = bytes(found)
    squeeze = chance.randrange(8)
    if squeeze == 0:
        told = sent._replace(content_encoding="gzip", body=gzip.compress(body, 1)[: chance.choice([None, -3])])
    elif squeeze == 1:
        told = sent._replace(content_encoding="deflate", body=zlib.compress(body, 1))
    else:
        told = sent._replace(body=body)
    if chance.randrange(8) == 0:
        return Sent(chance.choice(SIGNALS), chance.choice(TYPES[:3]), chance.choice(ENCODINGS[:4]), told.body)
    return told


def judged(folder: Path, seed: int, bodies: int) -> Iterator[Seen]:
    """The judging itself, without a socket: every body is kept or refused, in time; and what is kept can be read."""
    chance = random.Random(seed)
    sound = sound_requests(chance)
    came_to: Counter[str] = Counter()
    slowest = 0.0
    kept: list[Entry] = []
    for _ in range(200):  # what is imported and cached on the way is no growth
        _judge(mutated(chance.choice(sound), chance), kept)
    before = _memory_mib()
    for number in range(bodies):
        sent = mutated(chance.choice(sound), chance)
        began = time.thread_time()
        came_to[_judge(sent, kept if number * READ_OF_KEPT % bodies < READ_OF_KEPT else [])] += 1
        slowest = max(slowest, time.thread_time() - began)
    grown = _memory_mib() - before - sum(len(entry.body) for entry in kept) / 2**20
    told = f"{dict(came_to)}, slowest {slowest:.2f} CPU-s, +{grown:.0f} MiB"
    holds = not any(what.startswith("WRONG") for what in came_to) and slowest <= HANG_S and grown <= 50
    yield Seen(f"{bodies:,} mutated bodies judged", "kept or refused, ≤ 1 CPU-s, ≤ +50 MiB", told, holds)
    yield _read(folder / "kept", kept)


def _judge(sent: Sent, kept: list[Entry]) -> str:
    try:
        receipt = receive(**sent._asdict(), limits=LIMITS)
    except Refused as refused:
        return f"refused {refused.status}"
    except Busy:
        return "put off"
    except Exception as error:  # noqa: BLE001 - the row of the table says what it was
        return f"WRONG: {type(error).__name__}: {error}"
    kept.append(Entry(NOW, None, None, sent.signal, receipt.content_type, receipt.content_encoding, receipt.body))
    return "kept"


def _read(folder: Path, kept: list[Entry]) -> Seen:
    """Nothing that was accepted stops the reading, nor is left over."""
    with closing(Journal(folder)) as journal, Warehouse.in_memory() as warehouse:
        journal.append(kept)
        spans = entries = 0
        try:
            while (loaded := load(journal, warehouse)).entries:
                refresh(warehouse)
                spans, entries = spans + loaded.spans, entries + loaded.entries
        except Exception as error:  # noqa: BLE001 - the row of the table says what it was
            return Seen("what was kept of them read", "all", f"WRONG: {type(error).__name__}: {error}", holds=False)
        failed = warehouse.query("SELECT sentence FROM faults WHERE sentence LIKE 'reading it failed%'")["sentence"]
    told = f"{entries:,} of {len(kept):,} entries, {spans:,} spans{''.join(f'; {said}' for said in failed[:3])}"
    return Seen("what was kept of them read", "all", told, holds=entries == len(kept) and failed.is_empty())


def answered(folder: Path, seed: int, requests: int) -> Seen:
    """Through a real socket, with headers, paths and methods mutated too."""
    chance = random.Random(seed)
    sound = sound_requests(chance)
    statuses: Counter[int] = Counter()
    slowest = 0.0
    with Worker(home_with_prices(folder / "bodies")) as worker:
        with httpx2.Client(base_url=worker.url, trust_env=False, timeout=PATIENCE_S) as client:
            client.post("/v1/traces", content=sound[-1].body, headers={"content-type": sound[-1].content_type})
            before = worker.most_memory_mib()
            for _ in range(requests):
                sent = mutated(chance.choice(sound), chance)
                method, path, headers = "POST", f"/v1/{sent.signal}", dict(_labels(sent))
                if chance.randrange(3) == 0:
                    method, path = chance.choice(["POST"] * 9 + ["GET", "PUT"]), chance.choice(PATHS)
                    headers = {"content-type": chance.choice(TYPES[:5]), "content-encoding": chance.choice(ENCODINGS)}
                    headers["authorization"] = chance.choice(["", "Bearer x", "Basic eA==", "Bearer outlay_12345678_x"])
                began = time.monotonic()
                answer = client.request(method, path, content=sent.body, headers=headers)
                slowest = max(slowest, time.monotonic() - began)
                statuses[answer.status_code] += 1
        grown = worker.most_memory_mib() - before
    wrong = [status for status in statuses if status >= 500 and status != 503]
    told = f"{dict(sorted(statuses.items()))}, slowest {slowest:.2f} s, +{grown} MiB"
    holds = not wrong and 503 not in statuses and grown <= 50
    in_time = slowest <= 5 * HANG_S
    return Seen(f"{requests:,} mutated requests answered", "no 5xx, no hang, ≤ +50 MiB", told, holds, in_time)


def _labels(sent: Sent) -> Iterator[tuple[str, str]]:
    yield "content-type", sent.content_type
    if sent.content_encoding:
        yield "content-encoding", sent.content_encoding


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
