"""Calls whose every cost is known, and senders that send again what was not acknowledged, as exporters do."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

import httpx2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

USD_IN, USD_OUT = Decimal("1.25") / 10**6, Decimal("7.375") / 10**6
SETTINGS = """\
[limits]
batch_entries = 64

[[prices]]
provider = "openai"
model = "faults-1"
token_class = "input_uncached"
valid_from = 2026-01-01
usd_per_million = 1.25

[[prices]]
provider = "openai"
model = "faults-1"
token_class = "output_text"
valid_from = 2026-01-01
usd_per_million = 7.375
"""
PROTOBUF = {"content-type": "application/x-protobuf"}
RESEND = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Request:
    """One request: its body, how many calls it tells of, and what they cost."""

    body: bytes
    calls: int
    cost_usd: Decimal


@dataclass
class Sent:
    """The generator's own books, and what senders went through."""

    requests: int = 0
    calls: int = 0
    cost_usd: Decimal = Decimal(0)
    retries: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    longest_retry_after_s: int = 0
    seconds: list[float] = field(default_factory=list)  # of each request that was acknowledged
    at: list[float] = field(default_factory=list)  # when it was, by the monotonic clock


def home_with_prices(folder: Path) -> Path:
    """A new home in which calls of `faults-1` have a price."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "outlay.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def request(chance: random.Random, *, calls: int = 8, at: datetime | None = None) -> Request:
    """Calls of a few teams that started within a minute before `at` (now)."""
    began = (at or datetime.now(UTC)) - timedelta(minutes=1)
    spans, cost = [], Decimal(0)
    for _ in range(calls):
        tokens = (chance.randrange(1, 200_000), chance.randrange(1, 30_000))
        cost += tokens[0] * USD_IN + tokens[1] * USD_OUT
        spans.append(_call(chance, began + timedelta(milliseconds=chance.randrange(60_000)), *tokens))
    told = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])])
    told.resource_spans[0].scope_spans[0].scope.name = "opentelemetry.instrumentation.openai_v2"
    told.resource_spans[0].resource.attributes.append(_pair("service.name", "faulty"))
    return Request(told.SerializeToString(), calls, cost)


def _call(chance: random.Random, at: datetime, tokens_in: int, tokens_out: int) -> Span:
    began = int(at.timestamp() * 1_000_000) * 1_000
    span = Span(
        trace_id=chance.randbytes(16),
        span_id=chance.randbytes(8),
        name="chat faults-1",
        kind=3,
        start_time_unix_nano=began,
        end_time_unix_nano=began + 10**9,
    )
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "faults-1",
        "gen_ai.response.model": "faults-1",
        "gen_ai.response.id": f"chatcmpl-{chance.randbytes(8).hex()}",
        "gen_ai.usage.input_tokens": tokens_in,
        "gen_ai.usage.output_tokens": tokens_out,
        "outlay.team": chance.choice(["search", "support", "sales"]),
    }
    span.attributes.extend(_pair(key, value) for key, value in told.items())
    return span


def _pair(key: str, value: str | int) -> KeyValue:
    kind = "int_value" if isinstance(value, int) else "string_value"
    return KeyValue(key=key, value=AnyValue(**{kind: value}))


class Senders:
    """Threads that send requests until each is acknowledged; `drop` is the share of answers that are not heard,
    `repeat` the share of requests that are sent once more although they were.
    """

    def __init__(
        self,
        url: str,
        make: Callable[[random.Random], Request],
        *,
        seed: int,
        threads: int = 4,
        drop: float = 0.0,
        repeat: float = 0.0,
        within_s: float = 120.0,
        pause_s: float = 0.0,
    ) -> None:
        self.sent = Sent()
        self.failures: list[str] = []
        self._url, self._make, self._drop, self._repeat = url, make, drop, repeat
        self._within_s, self._pause_s = within_s, pause_s
        self._over = threading.Event()
        self._books = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(f"{seed}/{number}"),)) for number in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, chance: random.Random) -> None:
        with httpx2.Client(trust_env=False, timeout=60) as client:
            told: deque[Request] = deque(maxlen=50)
            while not self._over.wait(self._pause_s):
                request = self._make(chance)
                if not self._until_acknowledged(client, request, chance):
                    return
                with self._books:
                    self.sent.requests += 1
                    self.sent.calls += request.calls
                    self.sent.cost_usd += request.cost_usd
                told.append(request)
                if chance.random() < self._repeat:
                    self._until_acknowledged(client, chance.choice(told), chance)

    def _until_acknowledged(self, client: httpx2.Client, request: Request, chance: random.Random) -> bool:
        deadline = time.monotonic() + self._within_s
        while time.monotonic() < deadline:
            began = time.monotonic()
            try:
                answer = client.post(f"{self._url}/v1/traces", content=request.body, headers=PROTOBUF)
            except httpx2.HTTPError:
                self._note(0)
                time.sleep(0.05)
                continue
            self._note(answer.status_code, answer.headers.get("retry-after"), time.monotonic() - began)
            if answer.status_code == 200 and chance.random() >= self._drop:
                return True
            if answer.status_code not in {200, *RESEND}:
                self.failures.append(f"{answer.status_code}: {answer.text[:200]}")
                return False
            time.sleep(0.02)
        self.failures.append(f"a request was not acknowledged within {self._within_s} s")
        return False

    def _note(self, status: int, retry_after: str | None = None, took_s: float = 0.0) -> None:
        with self._books:
            sent = self.sent
            sent.statuses[status] = sent.statuses.get(status, 0) + 1
            sent.longest_retry_after_s = max(sent.longest_retry_after_s, int(retry_after or 0))
            if status == 200:
                sent.seconds.append(took_s)
                sent.at.append(time.monotonic())
            else:
                sent.retries += 1


def summed(requests: Iterable[Request]) -> tuple[int, Decimal]:
    """(calls, what they cost) of distinct requests."""
    told = list(requests)
    return sum(each.calls for each in told), sum((each.cost_usd for each in told), Decimal(0))


def percentile(seconds: list[float], share: float) -> float:
    """The value below which so many of them lie; 0 of none."""
    return sorted(seconds)[int(len(seconds) * share)] if seconds else 0.0
