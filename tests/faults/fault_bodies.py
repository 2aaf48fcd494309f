"""Mutated requests: whatever is sent, the answer is no 5xx but 503, comes in time, and costs no memory."""

from __future__ import annotations

import gzip
import json
import random
import resource
import time
import zlib
from collections import Counter
from pathlib import Path

import httpx2
from fault_processes import Worker
from fault_seen import Seen
from known_traffic import home_with_prices, request

from ingest import Busy, Limits, Refused, receive

HANG_S = 1.0
TYPES = ("application/x-protobuf", "application/json", "application/json; charset=utf-8", "text/plain", "", "\x00")
ENCODINGS = ("", "gzip", "deflate", "identity", "br", "gzip, gzip", "x-gzip")
PATHS = ("/v1/traces", "/v1/logs", "/v1/metrics", "/v1/tracess", "/v1/traces/", "//v1/traces", "/v1/%74races", "/")
SIGNALS = ("traces", "logs", "metrics")


def sound_bodies(chance: random.Random) -> list[bytes]:
    """What is mutated: a protobuf request, the like as JSON, and nothing."""
    span = {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "chat", "kind": 3}
    told = [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "5"}}, {"key": "x", "value": {"arrayValue": {}}}]
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [span | {"attributes": told}]}]}]}
    return [request(chance, calls=3).body, json.dumps(spans).encode(), b"", b"{}"]


def mutated(body: bytes, chance: random.Random) -> bytes:
    """The body with a few bytes changed, cut out, doubled or put in; sometimes compressed."""
    found = bytearray(body)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(6):
            case 0 if found:
                found[at % len(found)] ^= 1 << chance.randrange(8)
            case 1:
                del found[at : at + chance.randrange(1, 30)]
            case 2:
                found[at:at] = found[at : at + chance.randrange(1, 60)]
            case 3:
                found[at:at] = chance.randbytes(chance.randrange(1, 12))
            case 4:
                found[at:at] = chance.choice([b"\xff" * 10, b"\x80" * 9 + b"\x01", b"NaN", b"1e400", b"[" * 200, b'"'])
            case _:
                found = found[:at]
    squeeze = chance.randrange(5)
    if squeeze == 0:
        return gzip.compress(bytes(found), 1)[: chance.choice([None, -3])]
    return zlib.compress(bytes(found), 1) if squeeze == 1 else bytes(found)


def judged(seed: int, bodies: int) -> Seen:
    """The judging itself, without a socket: every body is kept or refused, in time."""
    chance = random.Random(seed)
    sound, limits = sound_bodies(chance), Limits(body_bytes=2**20)
    came_to: Counter[str] = Counter()
    slowest = 0.0
    for _ in range(200):  # what is imported and cached on the way is no growth
        _judge(mutated(chance.choice(sound), chance), chance, limits)
    before = _memory_mib()
    for _ in range(bodies):
        body = mutated(chance.choice(sound), chance)
        began = time.monotonic()
        came_to[_judge(body, chance, limits)] += 1
        slowest = max(slowest, time.monotonic() - began)
    grown = _memory_mib() - before
    told = f"{dict(came_to)}, slowest {slowest:.2f} s, +{grown:.0f} MiB"
    holds = not any(what.startswith("WRONG") for what in came_to) and slowest <= HANG_S and grown <= 50
    return Seen(f"{bodies:,} mutated bodies judged", "kept or refused, ≤ 1 s, ≤ +50 MiB", told, holds)


def _judge(body: bytes, chance: random.Random, limits: Limits) -> str:
    try:
        receive(
            signal=chance.choice(SIGNALS),
            content_type=chance.choice(TYPES[:3]),
            content_encoding=chance.choice(ENCODINGS[:4]),
            body=body,
            limits=limits,
        )
    except Refused as refused:
        return f"refused {refused.status}"
    except Busy:
        return "put off"
    except Exception as error:  # noqa: BLE001 - the row of the table says what it was
        return f"WRONG: {type(error).__name__}: {error}"
    return "kept"


def answered(folder: Path, seed: int, requests: int) -> Seen:
    """Through a real socket, with headers, paths and methods mutated too."""
    chance = random.Random(seed)
    sound = sound_bodies(chance)
    statuses: Counter[int] = Counter()
    slowest = 0.0
    with Worker(home_with_prices(folder / "bodies")) as worker:
        with httpx2.Client(base_url=worker.url, trust_env=False, timeout=20) as client:
            client.post("/v1/traces", content=sound[0])
            before = worker.most_memory_mib()
            for _ in range(requests):
                headers = {"content-type": chance.choice(TYPES[:5]), "content-encoding": chance.choice(ENCODINGS)}
                headers |= {"authorization": chance.choice(["", "Bearer x", "Basic eA==", "Bearer outlay_12345678_x"])}
                method, path = chance.choice(["POST"] * 9 + ["GET", "PUT"]), chance.choice(PATHS[:1] * 6 + PATHS)
                began = time.monotonic()
                answer = client.request(method, path, content=mutated(chance.choice(sound), chance), headers=headers)
                slowest = max(slowest, time.monotonic() - began)
                statuses[answer.status_code] += 1
        grown = worker.most_memory_mib() - before
    wrong = [status for status in statuses if status >= 500 and status != 503]
    told = f"{dict(sorted(statuses.items()))}, slowest {slowest:.2f} s, +{grown} MiB"
    holds = not wrong and 503 not in statuses and slowest <= 5 * HANG_S and grown <= 50
    return Seen(f"{requests:,} mutated requests answered", "no 5xx, no hang, ≤ +50 MiB", told, holds)


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
