"""The rows of the table: each measures one promise of speed and says it beside what must be and what we aim at."""

from __future__ import annotations

import gzip
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from homes import SINCE, opened
from made_requests import SPANS, SPANS_OF_A_TRACE, bodies
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from senders import send
from served import Server, serving, spent_since, wait_until_ready, wait_until_visible

from warehouse import Question, answer, metric_names

RUNS: Final = 5
REQUESTS: Final = 256  # 131,000 spans: two refreshes, so that how a burst begins and ends weighs little
EVERY: Final = timedelta(seconds=0.05)  # 10,000 spans of each second of the senders' clocks
CONNECTIONS: Final = 8
SECOND: Final = timedelta(seconds=1)
TEXT_CHARS: Final = 3_000
# Requests in the journal that the core has still to read: two gigabytes. Ten minutes of all that is accepted would be
# sixty, and fill the disk, while the core has never more to do than it can.
MOST_WAITING: Final = 4_000
# Of a request's spans, the share that are calls.
CALLS_OF_A_TRACE: Final = SPANS_OF_A_TRACE - 2


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, the figure in words, what must be, what is aimed at."""

    what: str
    found: str
    must: str = ""
    aim: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """Spans a CPU-second, acknowledged (ingest alone) and queryable (all processes); spans a second of the clock."""

    acknowledged: float
    queryable: float
    spans_a_second: float


def yardstick() -> float:
    """Spans a CPU-second that protobuf's own decoder reads, of the same bytes, and throws away."""
    sent = list(bodies(REQUESTS, first_at=SINCE, every=SECOND))
    rates = []
    for _ in range(RUNS + 1):
        before = time.process_time()
        for body in sent:
            ExportTraceServiceRequest.FromString(body)
        rates.append(len(sent) * SPANS / (time.process_time() - before))
    return statistics.median(rates[1:])


class Sending:
    """Sends ever new requests to one server and knows how many calls they held."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.begun = datetime.now(UTC) - timedelta(minutes=20)
        self.number = 0
        self.calls = 0

    def bodies(self, count: int, *, spans: int = SPANS, text_chars: int = 0) -> Iterator[bytes]:
        made = bodies(
            count,
            first_at=self.begun + self.number * EVERY,
            every=EVERY,
            first=self.number,
            spans=spans,
            text_chars=text_chars,
        )
        self.number += count
        self.calls += count * (spans // SPANS_OF_A_TRACE * CALLS_OF_A_TRACE if spans > 1 else 1)
        return made

    def held_back(self, count: int) -> Iterator[bytes]:
        """Requests made while they are sent, which pause while more wait than `MOST_WAITING`."""
        for number, body in enumerate(self.bodies(count)):
            while number % 64 == 0 and self.server.waiting() > MOST_WAITING:
                time.sleep(0.2)
            yield body

    def rates(self, runs: int, prepare: Callable[[], Sequence[bytes]], encoding: str | None = None) -> Rates:
        """Medians of sending what `prepare` gives; a first run, to warm up, is not counted."""
        found = []
        for _ in range(runs + 1):
            sent = prepare()
            before, begun = self.server.cpu_s(), time.monotonic()
            send(self.server.otlp, sent, connections=CONNECTIONS, encoding=encoding)
            wait_until_visible(self.server, self.calls)
            spent, spans = spent_since(self.server, before), len(sent) * SPANS
            found.append((spans / spent["ingest"], spans / sum(spent.values()), spans / (time.monotonic() - begun)))
        return Rates(*(statistics.median(each) for each in zip(*found[1:], strict=True)))


def throughput(folder: Path, runs: int, yard: float) -> Iterator[Row]:
    """Acknowledged and queryable: plain, compressed, and with prompts and completions in it; a new home for each."""
    plain = _rates(folder / "plain", runs, lambda sending: list(sending.bodies(REQUESTS)))
    zipped = _rates(
        folder / "zipped",
        runs,
        lambda sending: [gzip.compress(body, 6) for body in sending.bodies(REQUESTS)],
        encoding="gzip",
    )
    texts = _rates(folder / "texts", runs, lambda sending: list(sending.bodies(REQUESTS, text_chars=TEXT_CHARS)))
    yield Row("yardstick: FromString, spans/CPU-s", f"{yard:,.0f}")
    yield Row("request to acknowledged, spans/CPU-s", _share(plain.acknowledged, yard), "30 %", "50 %")
    yield Row("request to queryable, spans/CPU-s", _share(plain.queryable, yard), "7 %", "13 %")
    for name, rates, must, aim in (("gzip", zipped, "0.9 ×", "1.0 ×"), ("3 KB texts on half", texts, "0.6 ×", "0.8 ×")):
        times = f"{rates.queryable:,.0f} = {rates.queryable / plain.queryable:.2f} ×"
        yield Row(f"  the same with {name}", times, must, aim)
    yield Row("  spans a second of the clock, to queryable", f"{plain.spans_a_second:,.0f}")


def _rates(home: Path, runs: int, prepare: Callable[[Sending], Sequence[bytes]], encoding: str | None = None) -> Rates:
    with serving(home) as server:
        wait_until_ready(server)
        sending = Sending(server)
        return sending.rates(runs, lambda: prepare(sending), encoding)


def _share(rate: float, yard: float) -> str:
    return f"{rate:,.0f} = {rate / yard:.1%}"


def chatty(sending: Sending, runs: int) -> Row:
    """Requests of one span over 64 connections: acknowledged requests a CPU-second of the ingest processes."""
    found = []
    for _ in range(runs + 1):
        sent = list(sending.bodies(3_000, spans=1))
        before = sending.server.cpu_s()
        send(sending.server.otlp, sent, connections=64)
        found.append(len(sent) / spent_since(sending.server, before)["ingest"])
    wait_until_visible(sending.server, sending.calls)
    return Row("requests of 1 span, 64 connections, /CPU-s", f"{statistics.median(found[1:]):,.0f}", "1,200", "2,000")


def latency(sending: Sending, spans_a_second: float, seconds: float) -> Row:
    """From the acknowledgement to a metric that counts it, while half of what fits is sent."""
    before = sending.calls
    every_s = SPANS / (spans_a_second / 2)
    sent = list(sending.bodies(int(seconds / every_s)))
    seen: list[tuple[float, int]] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            seen.append((time.monotonic(), sending.server.calls_in_a_metric()))

    looking = threading.Thread(target=look)
    looking.start()
    acknowledged = sorted(send(sending.server.otlp, sent, connections=CONNECTIONS, every_s=every_s).acknowledged_at)
    wait_until_visible(sending.server, sending.calls)
    time.sleep(0.3)
    over.set()
    looking.join()
    of_one = (sending.calls - before) // len(sent)
    waits = []
    for number, at in enumerate(acknowledged, 1):
        counted = before + number * of_one
        waits.append(max(0.0, next(when for when, calls in seen if calls >= counted) - at))
    p50, p99 = statistics.median(waits), statistics.quantiles(waits, n=100)[98]
    return Row("acknowledged to visible in a metric, half load, s", f"p50 {p50:.2f}, p99 {p99:.2f}", "p99 3", "p99 1")


def memory(sending: Sending, seconds: float) -> Iterator[Row]:
    """Resident memory while 16 connections send as fast as they can: the most, and whether it still grows."""
    samples: list[dict[str, float]] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            samples.append(sending.server.resident_mb())

    looking = threading.Thread(target=look)
    looking.start()
    send(sending.server.otlp, sending.held_back(1_000_000), connections=16, until=time.monotonic() + seconds)
    over.set()
    looking.join()
    third = max(1, len(samples) // 3)
    for part, must in (("ingest", "300 a worker"), ("core", "900")):
        held = [sample[part] for sample in samples]
        grown = statistics.mean(held[-third:]) - statistics.mean(held[third : 2 * third] or held)
        what = f"memory of {part}, 16 connections, {seconds:,.0f} s, MB"
        yield Row(what, f"{max(held):,.0f} at most, {grown:+,.0f} in the last third", f"{must}, flat")
        tenth = -(-len(held) // 10)
        most = (f"{max(held[first : first + tenth]):,.0f}" for first in range(0, len(held), tenth))
        yield Row("  most in each tenth of it", " ".join(most))


def cold_start(home: Path, spans: int) -> Iterator[Row]:
    """CPU of all processes until the first span is accepted, and of the core until it answers."""
    begun = time.monotonic()
    with serving(home) as server:
        while True:
            try:
                send(
                    server.otlp, list(bodies(1, first_at=SINCE, every=SECOND, first=90_000_000, spans=1)), connections=1
                )
                break
            except OSError:
                time.sleep(0.01)
        accepted, first = server.cpu_s(), time.monotonic() - begun
        wait_until_ready(server)
        core, ready = server.cpu_s()["core"], time.monotonic() - begun
    door = accepted.get("ingest", 0.0) + accepted.get("server", 0.0)
    yield Row("cold start to the first accepted span, CPU-s", f"{door:.2f} (after {first:.1f} s)", "2")
    yield Row(f"core ready with {spans:,} spans, CPU-s", f"{core:.2f} (after {ready:.1f} s)", "6 at 10 M")


def queries(home: Path, spans: int, days: float, must: str, aim: str) -> Row:
    """CPU-seconds of every metric, five times each, over all there is."""
    until = SINCE + timedelta(days=days)
    question = Question(since=SINCE, until=until, teams=None, as_of=until)
    costs: list[tuple[float, str]] = []
    with opened(home) as book:
        for name in metric_names():
            for run in range(RUNS + 1):
                before = time.process_time()
                answer(book.warehouse, name, question)
                if run:
                    costs.append((time.process_time() - before, name))
    p95 = statistics.quantiles((cost for cost, _ in costs), n=20)[18]
    dearest, name = max(costs)
    what = f"metric queries at {spans:,} spans, CPU-s"
    return Row(what, f"p95 {p95:.3f}, most {dearest:.3f} ({name})", must, aim)


def filled(home: Path, spans: int, days: float) -> Iterator[Row]:
    """Fill a home and see what a span takes of its file."""
    before = time.process_time()
    with opened(home) as book:
        book.fill(spans, days)
    spent = time.process_time() - before
    size = (home / "warehouse.duckdb").stat().st_size
    yield Row(f"bytes a span in DuckDB, {spans:,} spans", f"{size / spans:,.0f}", "300", "200")
    yield Row("  filling that home with checkpoints, spans/CPU-s", f"{spans / spent:,.0f}")


def emptied(home: Path) -> Path:
    """The folder of a home without what is in it."""
    shutil.rmtree(home, ignore_errors=True)
    return home
