"""The bodies of one signal's entries, plain protobuf each, as one nested Arrow batch; what cannot be read is a fault.

JSON bodies become the same protobuf first, so there is one path from here on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from ingest.entry import Entry
from ingest.faults import Fault, Refused
from ingest.inflate import encoding, inflate
from ingest.limits import DEEPEST, Limits
from ingest.otlp_json import from_json
from ingest.otlp_view import record_batch
from ingest.outcome_requests import SIGNAL as OUTCOMES
from ingest.signals import SIGNALS, Signal

JSON: Final = "application/json"
# What the socket took under any setting must be readable under every other: only a wall against a runaway.
READ: Final = Limits(body_bytes=256 * 1024 * 1024, depth=DEEPEST)
WHOLE: Final = "the whole entry"

Faulty = list[tuple[int, Fault]]


def batch_of(entries: Sequence[Entry], signal: Signal) -> tuple[pa.RecordBatch, list[int], Faulty]:
    """The readable bodies of a signal as one batch, which entry each of its rows is, and a fault for every other."""
    numbers: list[int] = []
    bodies: list[bytes] = []
    faults: Faulty = []
    for number, entry in enumerate(entries):
        if entry.signal == signal.name:
            try:
                bodies.append(_body(entry, signal))
                numbers.append(number)
            except Refused as refused:
                faults.append((number, Fault(WHOLE, refused.sentence)))
    try:
        return record_batch(bodies, signal), numbers, faults
    except ValueError:
        # One body spoils the batch and does not say which: ask each alone.
        broken = {number: why for number, body in zip(numbers, bodies, strict=True) if (why := _broken(body, signal))}
    faults += [
        (number, Fault(WHOLE, f"its body is not an OTLP {signal.singular} request: {why}"))
        for number, why in broken.items()
    ]
    sound = [(number, body) for number, body in zip(numbers, bodies, strict=True) if number not in broken]
    return record_batch([body for _, body in sound], signal), [number for number, _ in sound], faults


def of_no_signal(entries: Sequence[Entry]) -> Faulty:
    """A fault for every entry whose signal nobody reads: a newer version wrote it, or another hand."""
    return [
        (number, Fault(WHOLE, f"it holds {entry.signal}, of which nothing is read"))
        for number, entry in enumerate(entries)
        if entry.signal not in SIGNALS and entry.signal != OUTCOMES
    ]


def _body(entry: Entry, signal: Signal) -> bytes:
    body = inflate(entry.body, encoding(entry.content_encoding), READ.body_bytes)
    if entry.content_type.partition(";")[0].strip().lower() != JSON:
        return body
    request: bytes = from_json(body, READ, signal).request.SerializeToString()
    return request


def _broken(body: bytes, signal: Signal) -> str | None:
    try:
        record_batch([body], signal)
    except ValueError as error:
        return str(error)
    return None
