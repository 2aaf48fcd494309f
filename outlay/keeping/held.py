"""What of the ledger's entries the journal holds, or the archive: what neither does stands in the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date

import polars as pl

from ingest import Journal, JournalDamaged
from outlay.books import Books
from outlay.home import Home
from warehouse import archived_days, days_read, entries_archived, entries_read, entries_taken, outgrown_days

BATCH_ENTRIES, BATCH_BYTES = 256, 32 * 2**20
MARKS = "SELECT journal_day, loaded_seq, former_entries FROM journal_marks ORDER BY journal_day"
UNREADABLE = (OSError, ValueError, pl.exceptions.PolarsError)  # of a file of the archive
PLACE: Mapping[str, pl.DataType | type[pl.DataType]] = {"journal_seq": pl.Int64, "received_at": pl.Datetime("us")}


def sound_days(journal: Journal) -> tuple[dict[date, pl.DataFrame], dict[date, str]]:
    """The days whose file reads to its end, with the entries it holds; for each other day why it does not."""
    sound: dict[date, pl.DataFrame] = {}
    damaged: dict[date, str] = {}
    for day in journal.days():
        try:
            _read_through(journal, day)
            sound[day] = held(journal, day)
        except JournalDamaged as damage:
            damaged[day] = damage.sentence
    return sound, damaged


def held(journal: Journal, day: date) -> pl.DataFrame:
    """What a day's file holds: `journal_seq` and `received_at` of its entries. Raises JournalDamaged."""
    places = [(seq, at.astimezone(UTC).replace(tzinfo=None)) for seq, at in journal.places(day)]
    return pl.DataFrame(places, schema=PLACE, orient="row")


def beyond(read: pl.DataFrame, *kept: pl.DataFrame) -> int:
    """Of the entries that were read, how many stand in none of the others."""
    for each in kept:
        read = read.join(each, on=list(PLACE), how="anti")
    return read.height


def alone(books: Books) -> dict[date, str]:
    """The days of which something may stand in the ledger alone, as the marks tell, each with its sentence."""
    present, archived = set(books.journal.days()), archived_days(books.home.folder)
    told = {}
    for day, loaded, former in books.warehouse.query(MARKS).iter_rows():
        taken = _taken(books.home, day) if former and day in archived else 0
        if day not in present and (day not in archived or taken < former):
            told[day] = f"the journal file of {day} is gone: what was read of its {loaded + former:,} entries"
        elif taken < former:
            told[day] = f"the journal file of {day} is another than was read: what was read of the former one"
    return {day: f"{what} stands in the ledger alone" for day, what in told.items()}


def counted_alone(books: Books) -> list[str]:
    """The days of which something stands in the ledger alone, by every entry that was read, and by the marks."""
    told = {day: str(day) for day in alone(books)}
    archived, outgrown = archived_days(books.home.folder), outgrown_days(books.warehouse, books.home.folder)
    for day in days_read(books.warehouse):
        if day in archived and day not in outgrown:
            continue
        try:
            kept = [held(books.journal, day)]
        except JournalDamaged:
            continue  # whoever reads the journal says so
        if day in archived:
            with suppress(*UNREADABLE):
                kept.append(entries_archived(books.home.folder, day))
        if count := beyond(entries_read(books.warehouse, day), *kept):
            told[day] = f"{day}: {count:,} entries"
    return [told[day] for day in sorted(told)]


def _taken(home: Home, day: date) -> int:
    try:
        return entries_taken(home.folder, day)
    except UNREADABLE:
        return 0  # an archive that cannot be read keeps nothing


def named(told: Sequence[str], most: int = 3) -> str:
    """The first of them, and a sign that there are more."""
    return ", ".join(told[:most]) + (", …" if len(told) > most else "")


def _read_through(journal: Journal, day: date) -> None:
    others = [other for other in journal.days() if other != day]
    seq = 0
    while entries := journal.read({day: seq}, max_entries=BATCH_ENTRIES, max_bytes=BATCH_BYTES, leave_out=others):
        seq = entries[-1].seq or 0
