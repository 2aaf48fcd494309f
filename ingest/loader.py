"""Journal → warehouse: what was accepted becomes spans, in one transaction with the mark that covers it.

The second door of `ingest`: the core imports it, the ingest process never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

import polars as pl
import structlog

from ingest.bodies import WHOLE
from ingest.dialects import DIALECTS, Emitter, dialects
from ingest.entry import Entry, JournalDamaged, JournalReplaced
from ingest.faults import Fault
from ingest.inflate import inflated_size
from ingest.journal import Journal
from ingest.limits import Limits
from ingest.outcomes_told import outcomes_told
from ingest.owner import Owners, apart, owned
from ingest.owner_rules import Rule
from ingest.owner_trial import Said, Sent, try_owners
from ingest.reading import Dialect
from ingest.told import Told, told
from warehouse import Batch, Warehouse, append

__all__ = [
    "MAX_BYTES",
    "MAX_ENTRIES",
    "Dialect",
    "Emitter",
    "Loaded",
    "Owners",
    "Rule",
    "Said",
    "Sent",
    "dialects",
    "load",
    "try_owners",
]

log = structlog.get_logger("core")

# A batch is read in memory: large enough for DuckDB to append at its best rate, small enough for a small machine.
MAX_ENTRIES: Final = 256
MAX_BYTES: Final = 64 * 1024 * 1024
# Nothing is known of the company's owners: what keys and payloads say stands.
NOBODY: Final = Owners()
# A name that is longer is no name; what it counts is the same.
LONGEST_NAME: Final = 100
# Who is to blame for what the journal itself lacks.
JOURNAL, REPLACED = "the journal", "a file of the journal"

_FAULTS: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "received_at": pl.Datetime("us"), "journal_day": pl.Date, "journal_seq": pl.Int64, "sender": pl.String,
    "culprit": pl.String, "sentence": pl.String, "record": pl.String,
}  # fmt: skip
_FaultRow = tuple[datetime, date, int, str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one call took from the journal: entries, new spans, spans that were there already, and faults.

    A log record that tells of a request counts as a span. `points` are new data points of metrics, `outcomes` new
    outcomes (those told before are duplicates too); `left_out` are the log records and data points that tell nothing
    of ours: they are counted and not stored.
    """

    entries: int
    spans: int
    duplicates: int
    faults: int
    points: int = 0
    left_out: int = 0
    outcomes: int = 0


def load(
    journal: Journal,
    warehouse: Warehouse,
    *,
    max_entries: int = MAX_ENTRIES,
    max_bytes: int = MAX_BYTES,
    owners: Owners = NOBODY,
    spoken: Sequence[Dialect] = DIALECTS,
) -> Loaded:
    """Take the next entries after the warehouse's marks; all zeros when there is nothing new. The caller loops.

    Killed at any point, the next call goes on behind the last committed batch. A day's file that is another than was
    read is read from its beginning: spans that are there already are duplicates. An entry that cannot be read, and a
    damaged one, become rows of `faults`; nothing of the journal stops the loader but a file that cannot be opened.
    """
    entries, damages = _next(journal, warehouse, max_entries, max_bytes)
    if not entries and not damages:
        return Loaded(0, 0, 0, 0)
    taken, found, unread = _read(_fitting(entries, max_bytes), owners, spoken)
    reported, untold = outcomes_told(taken)
    unread += [_row(taken[number], fault) for number, fault in untold]
    rows = [*_accepted_faults(taken), *unread, *_damages(damages, warehouse)]
    if not taken and not rows:
        return Loaded(0, 0, 0, 0)
    reading = found.reading
    batch = Batch(
        spans=_placed(reading.spans, taken, owners),
        checks=reading.checks,
        outcomes=reading.outcomes,
        resources=reading.resources,
        faults=pl.DataFrame(rows, schema=_FAULTS, orient="row"),
        marks=_passed(taken, damages),
        crcs={entry.day: entry.crc32 for entry in taken if entry.day and entry.crc32 is not None},
        begun_again=[damage.day for damage in damages if isinstance(damage, JournalReplaced)],
        points=apart(_placed(found.points, taken, owners)),
        left_out=_left_out(found.others, taken),
        reported=reported,
    )
    with warehouse.transaction() as tx:
        appended = append(tx, batch)
    for damage in damages:
        if isinstance(damage, JournalReplaced):
            log.warning("journal file replaced", day=str(damage.day), reason=damage.sentence)
    others = int(found.others["records"].sum())
    return Loaded(
        entries=len(taken),
        spans=appended.spans,
        duplicates=appended.duplicates,
        faults=len(rows) + appended.faults,
        points=appended.points,
        left_out=others,
        outcomes=appended.outcomes,
    )


def _next(
    journal: Journal, warehouse: Warehouse, max_entries: int, max_bytes: int
) -> tuple[list[Entry], list[JournalDamaged]]:
    """The next entries, or the damage that stands before them; a day file that is damaged whole is passed over."""
    read = warehouse.query("SELECT journal_day, loaded_seq, crc32 FROM journal_marks").rows()
    marks = {day: seq for day, seq, _ in read}
    crcs = {day: crc32 for day, _, crc32 in read if crc32 is not None}
    damages: list[JournalDamaged] = []
    leave_out: list[date] = []
    while True:
        try:
            found = journal.read(marks, max_entries=max_entries, max_bytes=max_bytes, leave_out=leave_out, crcs=crcs)
            return found, damages
        except JournalReplaced as another:
            damages.append(another)
            marks.pop(another.day)
            crcs.pop(another.day, None)
        except JournalDamaged as damage:
            leave_out.append(damage.day)
            damages.append(damage)
            if damage.seq is not None:
                return [], damages


def _fitting(entries: Sequence[Entry], max_bytes: int) -> list[Entry]:
    """As many of the first entries as stay within `max_bytes` once they are decompressed, and at least one."""
    fitting: list[Entry] = []
    size = 0
    for entry in entries:
        size += min(inflated_size(entry.body, entry.content_encoding), Limits().body_bytes)
        if fitting and size > max_bytes:
            break
        fitting.append(entry)
    return fitting


def _read(
    entries: Sequence[Entry], owners: Owners, spoken: Sequence[Dialect]
) -> tuple[Sequence[Entry], Told, list[_FaultRow]]:
    """What the first entries say, and which they were: all of them, unless reading fails.

    Then it is tried with half as many, down to the one to blame, which becomes a fault; the others come next time.
    """
    while True:
        try:
            found = told(entries, owners, spoken)
            return entries, found, [_row(entries[number], fault) for number, fault in found.faults]
        # One entry we cannot read must not keep all others from being read; what polars panics at is no Exception.
        except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 - whatever it is, see above
            if len(entries) <= 1:
                fault = Fault(WHOLE, f"reading it failed ({type(error).__name__}: {error}); the journal still has it")
                return entries, told([], owners, spoken), [_row(entry, fault) for entry in entries]
            entries = entries[: len(entries) // 2]


def _passed(entries: Sequence[Entry], damages: Sequence[JournalDamaged]) -> dict[date, int]:
    """The marks behind what was taken; a damaged entry is passed too, or it would stop the loader for good."""
    places = [*((entry.day, entry.seq) for entry in entries), *((damage.day, damage.seq) for damage in damages)]
    return {day: seq for day, seq in places if day and seq}


def _left_out(others: pl.DataFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    """Rows of `left_out`: one for each day, sender, scope and name."""
    days = pl.Series([_naive(entry.received_at).date() for entry in entries], dtype=pl.Date)
    senders = pl.Series([entry.sender for entry in entries], dtype=pl.String)
    of_entry = others.with_columns(received_on=days.gather(others["entry"]), sender=senders.gather(others["entry"]))
    named = of_entry.with_columns(pl.col("scope_name", "name").str.slice(0, LONGEST_NAME))
    return named.group_by("received_on", "sender", "signal", "scope_name", "name").agg(pl.col("records").sum())


def _placed(spans: pl.DataFrame, entries: Sequence[Entry], owners: Owners) -> pl.DataFrame:
    """The spans, or points, as rows of their table: with their place in the journal and owner, without `entry`."""
    places = pl.DataFrame(
        [(entry.day, entry.seq, _naive(entry.received_at)) for entry in entries],
        schema={"journal_day": pl.Date, "journal_seq": pl.Int64, "received_at": pl.Datetime("us")},
        orient="row",
    )
    return owned(spans, entries, owners).hstack(places[spans["entry"]]).drop("entry")


def _accepted_faults(entries: Sequence[Entry]) -> list[_FaultRow]:
    return [_row(entry, fault) for entry in entries for fault in entry.faults]


def _row(entry: Entry, fault: Fault) -> _FaultRow:
    at = _naive(entry.received_at)
    return (at, entry.day or at.date(), entry.seq or 0, entry.team or "", fault.culprit, fault.sentence, fault.record)


def _damages(damages: Sequence[JournalDamaged], warehouse: Warehouse) -> list[_FaultRow]:
    """One row per damage; a file that stays damaged is told once, and each file that took another's place."""
    if not damages:
        return []
    told = warehouse.query(
        "SELECT journal_day FROM faults WHERE journal_seq = 0 AND culprit = $culprit", {"culprit": JOURNAL}
    )["journal_day"].to_list()
    return [
        (datetime.combine(damage.day, time()), damage.day, damage.seq or 0, "", _culprit(damage), damage.sentence, None)
        for damage in damages
        if isinstance(damage, JournalReplaced) or damage.seq is not None or damage.day not in told
    ]


def _culprit(damage: JournalDamaged) -> str:
    return REPLACED if isinstance(damage, JournalReplaced) else JOURNAL


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
