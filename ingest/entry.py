"""One accepted request as the journal keeps it: its fields, and the checksum that notices a flipped bit."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
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


class JournalReplaced(JournalDamaged):
    """A day file is not the one that was read up to the mark: what it holds is to be read from its beginning."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted request. `day` and `seq` are its place in the journal, None until it has one.

    `team` is the team of the key: what the payload says is only a claim, but for the teams that the key, a gateway's,
    `speaks_for`. That stands here because the key may be revoked or changed before the entry is read. None when no
    key vouches for anybody: with no `team` either (keys are off), what the payload says is believed.
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
    speaks_for: tuple[str, ...] | None = None
    crc32: int | None = field(default=None, compare=False)  # as it stands beside it in the journal

    @property
    def sender(self) -> str:
        """Under whose authority it was sent: a span's identity never crosses it, and keys of one authority share it."""
        if not self.speaks_for:
            return self.team or ""
        # A team's name has no line break, so no team is called like a gateway.
        return "\n".join(("a gateway of", self.team or "", *self.speaks_for))


def to_row(entry: Entry) -> tuple[Any, ...]:
    """The entry as the columns of `entries` after `seq`, checksum last.

    The checksum leaves out what an earlier version's entry does not have.
    """
    speaks_for = None if entry.speaks_for is None else json.dumps(entry.speaks_for, ensure_ascii=False)
    fields = (
        entry.received_at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.key_id,
        entry.team,
        entry.signal,
        entry.content_type,
        entry.content_encoding,
        entry.body,
        faults_to_json(entry.faults),
        speaks_for,
    )
    return (*fields, _crc32(fields))


def from_row(day: date, row: tuple[Any, ...]) -> Entry:
    """The inverse of `to_row`, with `seq` before it; raises `JournalDamaged` when the checksum does not match."""
    seq, received_at, key_id, team, signal, content_type, content_encoding, body, faults, speaks_for, crc32 = row
    if _crc32(row[1:-1]) != crc32:
        sentence = f"entry {seq} of the journal file {day.isoformat()}.db is damaged: its checksum does not match"
        raise JournalDamaged(sentence, day, seq)
    at = datetime.fromisoformat(received_at)
    found = faults_from_json(faults)
    others = None if speaks_for is None else tuple(json.loads(speaks_for))
    return Entry(at, key_id, team, signal, content_type, content_encoding, body, found, day, seq, others, crc32)


def _crc32(fields: Sequence[Any]) -> int:
    total = 0
    for each in fields if fields[-1] is not None else fields[:-1]:
        total = zlib.crc32(each if isinstance(each, bytes) else f"{each}\0".encode(), total)
    return total
