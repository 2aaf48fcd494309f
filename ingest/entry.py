"""One accepted request as the journal keeps it: its fields, and the checksum that notices a flipped bit."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ingest.faults import Fault, faults_from_json, faults_to_json


class JournalDamaged(Exception):
    """A day file, or one entry of it (`seq`), cannot be read back; the rest of the journal can."""

    def __init__(self, sentence: str, day: date, seq: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.day = day
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted request. `day` and `seq` are its place in the journal, None until it has one.

    `team` is the team of the key (None while keys are off): what the payload says is only a claim.
    `body` is as `content_type` and `content_encoding` say: the bytes as they came, or protobuf after redaction.
    """

    received_at: datetime
    key_id: str | None
    team: str | None
    signal: str
    content_type: str
    content_encoding: str
    body: bytes
    faults: tuple[Fault, ...] = ()
    day: date | None = None
    seq: int | None = None


def to_row(entry: Entry) -> tuple[Any, ...]:
    """The entry as the columns of `entries` after `seq`, checksum last."""
    fields = (
        entry.received_at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.key_id,
        entry.team,
        entry.signal,
        entry.content_type,
        entry.content_encoding,
        entry.body,
        faults_to_json(entry.faults),
    )
    return (*fields, _crc32(fields))


def from_row(day: date, row: tuple[Any, ...]) -> Entry:
    """The inverse of `to_row`, with `seq` before it; raises `JournalDamaged` when the checksum does not match."""
    seq, received_at, key_id, team, signal, content_type, content_encoding, body, faults, crc32 = row
    if _crc32(row[1:-1]) != crc32:
        sentence = f"entry {seq} of the journal file {day.isoformat()}.db is damaged: its checksum does not match"
        raise JournalDamaged(sentence, day, seq)
    at = datetime.fromisoformat(received_at)
    found = faults_from_json(faults)
    return Entry(at, key_id, team, signal, content_type, content_encoding, body, found, day, seq)


def _crc32(fields: Iterable[Any]) -> int:
    total = 0
    for field in fields:
        total = zlib.crc32(field if isinstance(field, bytes) else f"{field}\0".encode(), total)
    return total
