"""Judge the records of a request: which of them nobody could ever count or find again."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.byte_search import search
from ingest.decoded import Decoded
from ingest.faults import Fault
from ingest.refused_record import record_of
from ingest.signals import METRICS, TRACES

NO_TRACE: Final = bytes(16)
NO_SPAN: Final = bytes(8)
# Beyond this a JSON number or a double no longer tells neighbours apart; no request of any model comes near.
MOST_TOKENS: Final = 2**53
# An attribute's integer of 8 bytes or more (negative, or at least 2^49), or a double that is negative, not a number
# or as large, as protobuf writes them: the value's tag, its length, then the number.
_odd_number: Final = search(r"\x12[\x09-\x0b](?:\x18[\x80-\xff]{7}|\x21.{7}[\x43-\xff])")
_COUNT: Final = re.compile(r"(?:_tokens|\.tokens|Tokens)$|token_count|usage\.")
_TOKENS: Final = re.compile(r"token|\.usage\.")
# max_tokens = -1 asks for no limit; a cost may be a credit.
_NO_COUNT: Final = re.compile(r"max_|max[A-Z]|\.request\.|cost|price|_usd")


def judge(decoded: Decoded) -> int:
    """Leave out the records that are malformed, each with a fault; gives how many are kept.

    Malformed are ids of a wrong length or of zeros only, and token counts that are negative, 2^53 or more, or not a
    number. Odd times are not: such records are kept, and their oddity is told where their times are read.
    Raises `Refused` 413 when there are more records than a request may hold.
    """
    if decoded.signal is METRICS:
        return sum(
            _judge_metric(metric, f"{place}[{n}]", decoded)
            for place, items in decoded.scopes()
            for n, metric in enumerate(items)
        )
    has_odd_number = _odd_number(decoded.wire) is not None
    wrong_id = _wrong_id if decoded.signal is TRACES else _wrong_context
    kept = 0
    for place, items in decoded.scopes():
        bad: list[int] = []
        for n, item in enumerate(items):
            problem = wrong_id(item) or (_wrong_count(item) if has_odd_number else None)
            if problem:
                bad.append(n)
                culprit = f"{place}[{n}]"
                if decoded.signal is TRACES and len(item.span_id) == len(NO_SPAN):
                    culprit = f"span {item.span_id.hex()}"
                decoded.reject(Fault(culprit, f"{culprit} has {problem}", record_of(item, decoded.limits)))
        for n in reversed(bad):
            del items[n]
        kept += len(items)
    return kept


def _judge_metric(metric: Metric, place: str, decoded: Decoded) -> int:
    """Leave out the data points of one metric that count tokens and are no counts; gives how many are kept."""
    which = metric.WhichOneof("data")
    if which is None:
        return 0
    points = getattr(metric, which).data_points
    decoded.meet(len(points))
    if which in {"gauge", "summary"} or not counts_tokens(metric.name):
        return len(points)
    bad = [(n, problem) for n, point in enumerate(points) if (problem := _wrong_total(point, metric.name))]
    for n, problem in bad:
        culprit = f"{place}.{which}.dataPoints[{n}]"
        decoded.reject(Fault(culprit, f"{culprit} has {problem}", record_of(metric, decoded.limits)))
    for n, _ in reversed(bad):
        del points[n]
    return len(points)


def _wrong_total(point: Any, name: str) -> str | None:
    if isinstance(point, NumberDataPoint):
        value = point.as_double if point.WhichOneof("value") == "as_double" else point.as_int
    else:
        value = point.sum
    return _wrong_number(name, value)


def _wrong_context(record: LogRecord) -> str | None:
    """A record need not stand in a span, but if it says so, the ids are to be ids."""
    if len(record.trace_id) not in {0, 16}:
        return f"a trace id of {len(record.trace_id)} bytes; 16 are expected, or none"
    if len(record.span_id) not in {0, 8}:
        return f"a span id of {len(record.span_id)} bytes; 8 are expected, or none"
    return None


def _wrong_id(span: Span) -> str | None:
    trace_id, span_id = span.trace_id, span.span_id
    if len(trace_id) == 16 and len(span_id) == 8 and trace_id != NO_TRACE and span_id != NO_SPAN:
        if len(span.parent_span_id) in {0, 8}:
            return None
        return f"a parent span id of {len(span.parent_span_id)} bytes; 8 are expected, or none"
    if len(trace_id) != 16:
        return f"a trace id of {len(trace_id)} bytes; 16 are expected"
    if len(span_id) != 8:
        return f"a span id of {len(span_id)} bytes; 8 are expected"
    return "an id of zeros only, which names nothing"


def _wrong_count(item: Span | LogRecord) -> str | None:
    # Vercel's AI SDK writes NaN where the provider reported no usage; the call was billed, and is kept as incomplete.
    says_nothing = isinstance(item, Span) and any(attribute.key == "ai.operationId" for attribute in item.attributes)
    for key, value in _numbers(item):
        if says_nothing and math.isnan(value):
            continue
        if problem := _wrong_number(key, value):
            return problem
    return None


def _wrong_number(name: str, value: float) -> str | None:
    if not math.isfinite(value):
        return f"{name[:80]} = {value}; a token count is a number"
    if value < 0:
        return f"{name[:80]} = {value}; token counts cannot be negative"
    if value >= MOST_TOKENS:
        return f"{name[:80]} = {value}; a token count is less than 2^53"
    return None


def _numbers(item: Span | LogRecord) -> Iterator[tuple[str, int | float]]:
    """The values of the attributes that count tokens."""
    yield from _counts(item.attributes)
    if isinstance(item, Span):
        for event in item.events:
            yield from _counts(event.attributes)


def _counts(attributes: Iterable[KeyValue]) -> Iterator[tuple[str, int | float]]:
    for attribute in attributes:
        kind = attribute.value.WhichOneof("value")
        if kind == "kvlist_value":
            yield from _counts(attribute.value.kvlist_value.values)
        elif is_count(attribute.key):
            if kind == "int_value":
                yield attribute.key, attribute.value.int_value
            elif kind == "double_value":
                yield attribute.key, attribute.value.double_value


@lru_cache(maxsize=4_096)
def is_count(key: str) -> bool:
    """Whether an attribute of this key counts tokens that were used."""
    return _COUNT.search(key) is not None and _NO_COUNT.search(key) is None


@lru_cache(maxsize=4_096)
def counts_tokens(metric: str) -> bool:
    """Whether a metric of this name counts tokens that were used."""
    return _TOKENS.search(metric) is not None and _NO_COUNT.search(metric) is None
