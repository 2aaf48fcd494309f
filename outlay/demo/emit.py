"""Post a script's requests over OTLP/HTTP, as exporters do: in parallel, and patient with a busy server."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

import httpx2
import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from outlay.demo.script import TRACES, CloseMonth, Refresh, Send, Step

ATTEMPTS = 10  # of one request; with the waits below about a minute
LONGEST_WAIT_S = 10.0  # whatever Retry-After asks for
TIMEOUT_S = 30.0  # of one attempt
RESEND_LATER = frozenset({429, 502, 503, 504})  # OTLP/HTTP: retryable


class Unsendable(RuntimeError):
    """A request that the server refused, or could not be brought to take."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run of requests came to; `rejected` spans were named in partial successes, `retries` were asked for."""

    requests: int = 0
    spans: int = 0
    bytes: int = 0
    retries: int = 0
    rejected: int = 0

    def __add__(self, other: Sent) -> Sent:
        return Sent(
            requests=self.requests + other.requests,
            spans=self.spans + other.spans,
            bytes=self.bytes + other.bytes,
            retries=self.retries + other.retries,
            rejected=self.rejected + other.rejected,
        )


NOTHING = Sent()
Progress = Callable[[float, Sent], None]


def play(
    steps: Iterable[Step],
    url: str,
    *,
    close: Callable[[CloseMonth], None],
    refresh: Callable[[Refresh], None],
    key: str | None = None,
    concurrency: int = 4,
    progress: Progress = lambda _done, _sent: None,
) -> Sent:
    """Play a script: send its requests, and call `refresh` and `close` where it says so, between requests.

    `url` is that of the spans (…/v1/traces); what else is sent goes to its neighbours.
    """
    sent = NOTHING
    for kind, run in groupby(steps, type):
        if kind is Send:
            bodies = (step for step in run if isinstance(step, Send))
            sent = send(bodies, url, key=key, concurrency=concurrency, progress=progress, before=sent)
            continue
        for step in run:
            if isinstance(step, CloseMonth):
                close(step)
            elif isinstance(step, Refresh):
                refresh(step)
    return sent


def send(
    bodies: Iterable[Send],
    url: str,
    *,
    key: str | None = None,
    concurrency: int = 4,
    progress: Progress = lambda _done, _sent: None,
    before: Sent = NOTHING,
    attempts: int = ATTEMPTS,
) -> Sent:
    """Post each request to `url` (…/v1/traces) and wait until the last was answered.

    Returns what was sent, counted on from `before`. At most `concurrency` are under way, and as many again drawn
    ahead. Raises Unsendable for the first request that is refused for good, or not taken in `attempts` attempts.
    """
    headers = {"user-agent": "OTel-OTLP-Exporter-Python/1.45.2"} | ({"authorization": f"Bearer {key}"} if key else {})
    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    total = before
    under_way: deque[tuple[float, Future[Sent]]] = deque()
    with (
        # Proxies of the environment are for the internet; the demo's server is this machine.
        httpx2.Client(headers=headers, limits=limits, timeout=TIMEOUT_S, trust_env=False) as client,
        ThreadPoolExecutor(concurrency, thread_name_prefix="demo-send") as senders,
    ):
        for body in bodies:
            under_way.append((body.progress, senders.submit(_post, client, url, body, attempts)))
            if len(under_way) > 2 * concurrency:
                total = _heard(under_way, total, progress)
        while under_way:
            total = _heard(under_way, total, progress)
    return total


def _heard(under_way: deque[tuple[float, Future[Sent]]], total: Sent, progress: Progress) -> Sent:
    done, answer = under_way.popleft()
    try:
        total += answer.result()
    except Unsendable:
        # What is queued behind it would meet the same wall.
        for _, later in under_way:
            later.cancel()
        raise
    progress(done, total)
    return total


def _post(client: httpx2.Client, url: str, body: Send, attempts: int) -> Sent:
    headers = {"content-type": body.content_type}
    if body.content_encoding:
        headers["content-encoding"] = body.content_encoding
    reason = ""
    for attempt in range(attempts):
        wait = min(0.1 * 2**attempt, LONGEST_WAIT_S)
        try:
            answer = client.post(url.removesuffix(TRACES) + body.path, content=body.body, headers=headers)
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
        else:
            if answer.status_code == 200:
                return Sent(1, body.spans, len(body.body), attempt, _rejected(answer))
            reason = f"{answer.status_code}: {answer.text[:300]}"
            if answer.status_code not in RESEND_LATER:
                raise Unsendable(f"{url} refused a request of {body.spans} spans: {reason}")
            asked = answer.headers.get("retry-after", "")
            wait = min(float(asked), LONGEST_WAIT_S) if asked.isdigit() else wait
        time.sleep(wait)
    raise Unsendable(
        f"{url} did not take a request of {body.spans} spans in {attempts} attempts (last: {reason}); is the server up?"
    )


def _rejected(answer: httpx2.Response) -> int:
    if not answer.content:
        return 0
    if answer.headers.get("content-type", "").startswith("application/json"):
        return int(orjson.loads(answer.content).get("partialSuccess", {}).get("rejectedSpans", 0))
    return int(ExportTraceServiceResponse.FromString(answer.content).partial_success.rejected_spans)
