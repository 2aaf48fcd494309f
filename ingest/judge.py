"""Judge the spans of a request: which of them nobody could ever count or find again."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.decoded import Decoded
from ingest.faults import Fault
from ingest.refused_span import record_of

NO_TRACE: Final = bytes(16)
NO_SPAN: Final = bytes(8)
# Beyond this a JSON number or a double no longer tells neighbours apart; no request of any model comes near.
MOST_TOKENS: Final = 2**53
# An attribute's integer of 8 bytes or more (negative, or at least 2^49), or a double that is negative, not a number
# or as large, as protobuf writes them: the value's tag, its length, then the number.
ODD_NUMBER: Final = re.compile(rb"\x12[\x09-\x0b](?:\x18[\x80-\xff]{7}|\x21.{7}[\x43-\xff])", re.DOTALL)
_COUNT: Final = re.compile(r"(?:_tokens|\.tokens|Tokens)$|token_count|usage\.")
# max_tokens = -1 asks for no limit; a cost may be a credit.
_NO_COUNT: Final = re.compile(r"max_|max[A-Z]|\.request\.|cost|price|_usd")


def judge(decoded: Decoded) -> int:
    """Leave out the spans that are malformed, each with a fault; gives how many are kept.

    Malformed are ids of a wrong length or of zeros only, and token counts that are negative, 2^53 or more, or not a
    number. Odd times are not: such spans are kept, and their oddity is told where their times are read.
    Raises `Refused` 413 when there are more spans than a request may hold.
    """
    has_odd_number = ODD_NUMBER.search(decoded.wire) is not None
    kept = 0
    decoded.met = 0
    decoded.meet(len(decoded.request.resource_spans))
    for i, of_resource in enumerate(decoded.request.resource_spans):
        decoded.meet(len(of_resource.scope_spans))
        for j, of_scope in enumerate(of_resource.scope_spans):
            decoded.meet(len(of_scope.spans))
            bad: list[int] = []
            for n, span in enumerate(of_scope.spans):
                problem = _wrong_id(span) or (_wrong_count(span) if has_odd_number else None)
                if problem:
                    bad.append(n)
                    place = f"resourceSpans[{i}].scopeSpans[{j}].spans[{n}]"
                    culprit = f"span {span.span_id.hex()}" if len(span.span_id) == len(NO_SPAN) else place
                    decoded.reject(Fault(culprit, f"{culprit} has {problem}", record_of(span, decoded.limits)))
            for n in reversed(bad):
                del of_scope.spans[n]
            kept += len(of_scope.spans)
    return kept


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


def _wrong_count(span: Span) -> str | None:
    for key, value in _numbers(span):
        if not math.isfinite(value):
            return f"{key[:80]} = {value}; a token count is a number"
        if value < 0:
            return f"{key[:80]} = {value}; token counts cannot be negative"
        if value >= MOST_TOKENS:
            return f"{key[:80]} = {value}; a token count is less than 2^53"
    return None


def _numbers(span: Span) -> Iterator[tuple[str, int | float]]:
    """The values of the attributes that count tokens."""
    yield from _counts(span.attributes)
    for event in span.events:
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
