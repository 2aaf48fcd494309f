"""Too much at once, and too slowly: senders are put off in time, the others do not notice, memory stays where it is."""

from __future__ import annotations

import random
import socket
import time
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fault_ledger import said
from fault_processes import PATIENCE_S, Worker
from fault_seen import Seen
from known_traffic import Request, Senders, home_with_prices, percentile, request

from ingest import Limits

MOST_MIB = 300
SLOW = 200


def overloaded(folder: Path, seed: int, seconds: float, connections: int = 64, calls: int = 1_000) -> Seen:
    """Large requests over many connections into one process that may hold a tenth of them."""
    home = home_with_prices(folder / "overload")
    large = [request(random.Random(f"{seed}/{number}"), calls=calls) for number in range(64)]
    limits = asdict(Limits(in_flight_bytes=2_000 * calls))

    def again(chance: random.Random) -> Request:
        return chance.choice(large)

    with Worker(home, limits=limits) as worker:
        with Senders(worker.url, again, seed=seed, threads=connections, within_s=600) as senders:
            time.sleep(seconds)
        memory = worker.most_memory_mib()
    sent, books = senders.sent, said(home)
    # The same requests are sent over and over: each counts once.
    p99 = percentile(sent.seconds, 0.99)
    lost = books.broken or books.calls > 64 * calls
    told = (
        f"answers {dict(sorted(sent.statuses.items()))}, Retry-After ≤ {sent.longest_retry_after_s} s, "
        f"accepted p99 {p99:.2f} s, {memory} MiB"
    )
    holds = set(sent.statuses) <= {200, 503} and sent.longest_retry_after_s <= 2 and memory <= MOST_MIB and not lost
    return Seen(
        f"overload from {connections} connections for {seconds:.0f} s",
        f"only 200 and 503, Retry-After ≤ 2 s, ≤ {MOST_MIB} MiB (p99 ≤ 1 s on a quiet machine)",
        told,
        holds,
    )


def slow_senders(folder: Path, seed: int, seconds: float) -> Seen:
    """Two hundred senders that say a byte a second, some in the head and some in the body, beside ordinary ones."""
    home = home_with_prices(folder / "slow")
    with Worker(home, limits=asdict(Limits(head_seconds=10, body_seconds=10))) as worker:
        with Senders(worker.url, request, seed=seed, threads=2, pause_s=0.02) as alone:
            time.sleep(seconds)
        with ExitStack() as slow, Senders(worker.url, request, seed=seed + 1, threads=2, pause_s=0.02) as beside:
            trickling = [slow.enter_context(_connected(worker)) for _ in range(SLOW)]
            for number, sender in enumerate(trickling):
                head = b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\n"
                sender.sendall(head + (b"content-length: 20000000\r\n\r\n" if number % 2 else b""))
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                for sender in trickling:
                    _trickle(sender)
                time.sleep(1)
    before, during = percentile(alone.sent.seconds, 0.99), percentile(beside.sent.seconds, 0.99)
    unhurt = set(beside.sent.statuses) == {200} and not beside.failures
    told = f"the others: {dict(beside.sent.statuses)}, p99 {during:.3f} s, {before:.3f} s without them"
    return Seen(f"{SLOW} slow senders", "the others unhurt", told, unhurt, in_time=during < max(1.0, 4 * before))


def _connected(worker: Worker) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(worker.url.rpartition(":")[2])), timeout=PATIENCE_S)


def _trickle(sender: socket.socket) -> None:
    try:
        sender.send(b"x")
    except OSError:
        return  # it has been let go


def unreliable_answers(folder: Path, seed: int, seconds: float) -> Seen:
    """A tenth of the answers are not heard, requests come twice, out of order, and a day late."""
    home = home_with_prices(folder / "answers")

    def early_or_late(chance: random.Random) -> Request:
        late = timedelta(hours=24) if chance.random() < 0.2 else timedelta(minutes=chance.randrange(60))
        return request(chance, at=datetime.now(UTC) - late)

    with (
        Worker(home) as worker,
        Senders(worker.url, early_or_late, seed=seed, drop=0.1, repeat=0.2, pause_s=0.01) as senders,
    ):
        time.sleep(seconds)
    sent, books = senders.sent, said(home)
    exact = books.equals(sent.calls, sent.cost_usd) and not senders.failures
    told = f"{sent.calls:,} calls in {sum(sent.statuses.values()):,} requests: {'exact' if exact else f'say {books}'}"
    return Seen("answers dropped (10 %), requests repeated, reordered, 24 h late", "totals exact", told, exact)
