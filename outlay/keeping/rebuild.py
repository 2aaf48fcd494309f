"""Make the warehouse anew: from what was written down beside it, from archived days, and from the journal.

The new one is built in a folder beside the old one, which is moved aside when the new one is complete. A rebuild
that is killed leaves the old one where it was, and begins again. Nothing is ever deleted but unfinished drafts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import polars as pl
import structlog

from ingest import Journal
from ingest.loader import load
from outlay.books import tell_settings
from outlay.home import Home
from outlay.keeping.held import beyond, sound_days
from outlay.keeping.rescue import rescue
from outlay.reading.emitters import dialects_of
from outlay.reading.owners import owners_of
from outlay.settings.file import read
from outlay.settings.settings import Settings
from warehouse import (
    WAREHOUSE_FILE,
    HomeInUse,
    Warehouse,
    archived_days,
    begin_again,
    charge_as_before,
    entries_archived,
    entries_taken,
    keep,
    own,
    records,
    refresh,
    restore,
    restore_day,
    spent,
    to_disk,
)

log = structlog.get_logger("core")

Progress = Callable[[str, float], None]  # what is being done, and how much of it is done (0 to 1)

OLD, KEPT, ARCHIVED, JOURNAL, CALLS = "The old warehouse", "Kept records", "Archived days", "The journal", "Calls"
REFRESH_EVERY_SPANS = 200_000  # a refresh holds what it touches in memory
LOG = ".wal"
STAMP = "%Y%m%dT%H%M%S"  # of what is moved aside


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to. `lost` has a sentence for everything that could not be brought back."""

    rebuilt_at: str
    because: str
    spans: int
    calls: int
    journal_days: int
    archived_days: int
    aside: str | None  # where the old file went; None where there was none
    lost: tuple[str, ...]


def rebuild(home: Home, *, because: str, now: datetime, progress: Progress) -> Rebuilt:
    """Make the warehouse of a home anew, and put it in the old one's place.

    Raises HomeInUse while another process has the home, SettingsBroken and PriceRefused as opening it does.
    """
    settings = read(home.folder)
    progress(OLD, 0.0)
    unrescued = rescue(home)
    progress(OLD, 1.0)
    with own(home.folder), _draft(home) as draft:
        with Warehouse.open(draft, files_of=home.folder) as made:
            done = _Making(made, home, settings, progress).run(now)
        aside = _swap(home, draft, now)
    rebuilt = Rebuilt(
        rebuilt_at=now.isoformat(timespec="seconds"),
        because=because,
        spans=done.spans,
        calls=done.calls,
        journal_days=done.journal_days,
        archived_days=done.archived_days,
        aside=aside,
        # What could not be read from the old one is only lost if it was found nowhere else.
        lost=(*(unrescued if done.lost else ()), *done.lost),
    )
    told = asdict(rebuilt)
    home.rebuilt.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    _accept(home, rebuilt, now)
    home.damage_note.unlink(missing_ok=True)
    log.warning("warehouse rebuilt", **told)
    return rebuilt


def _accept(home: Home, rebuilt: Rebuilt, now: datetime) -> None:
    """Have the books be held against what is left, now that the loss is told; the old records are evidence of it."""
    try:
        if rebuilt.lost and home.records.is_dir():
            home.records.rename(f"{home.records}.{now.astimezone(UTC):{STAMP}}")
        with Warehouse.open(home.folder) as made:
            keep(made, home.folder)
    except (OSError, HomeInUse) as error:  # whoever opens the home now is told of it; it is not made anew for that
        log.warning("records not kept", reason=f"{type(error).__name__}: {error}")


def last_rebuilt(home: Home) -> Rebuilt | None:
    """What the latest rebuild of a home came to, or None when there was none."""
    try:
        told = orjson.loads(home.rebuilt.read_bytes())
        return Rebuilt(**told | {"lost": tuple(told["lost"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class _Done:
    spans: int
    calls: int
    journal_days: int
    archived_days: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Making:
    """A new warehouse on its way."""

    made: Warehouse
    home: Home
    settings: Settings
    progress: Progress

    def run(self, now: datetime) -> _Done:
        self.progress(KEPT, 0.0)
        with self.made.transaction() as tx:
            lost = restore(tx, self.home.folder)
        # Prices and names are told before the first call is priced.
        tell_settings(self.made, self.settings, now)
        self.progress(KEPT, 1.0)
        journal = Journal(self.home.journal)
        try:
            sound, damaged = sound_days(journal)
            archived, unread = self._archived(
                [day for day in archived_days(self.home.folder) if day not in sound or self._told_more(day, sound[day])]
            )
            # What a file holds beyond what was archived of its day is found by reading all of it again.
            with self.made.transaction() as tx:
                for day in set(archived) & set(journal.days()):
                    begin_again(tx, day)
            self._load(journal, now)
        finally:
            journal.close()
        lost += [*unread, *(sentence for day, sentence in damaged.items() if day not in archived)]
        spans, calls = self.made.query(
            "SELECT (SELECT count(*) FROM spans) AS spans, (SELECT count(*) FROM calls WHERE billed) AS calls"
        ).row(0)
        return _Done(
            spans, calls, len(sound), len(archived), (*lost, *self._missing(spans, sound, {*archived, *damaged}))
        )

    def _told_more(self, day: date, held: pl.DataFrame) -> bool:
        """Whether the archive has of a day what its file does not hold; one that cannot be read may have."""
        try:
            taken = entries_taken(self.home.folder, day)
            return taken > held.height or beyond(entries_archived(self.home.folder, day), held) > 0
        except Exception:  # noqa: BLE001 - reading it back says what is wrong with it
            return True

    def _archived(self, wanted: list[date]) -> tuple[list[date], list[str]]:
        """Read back the days that the journal cannot give, and say which of them could not be."""
        done, lost = [], []
        for number, day in enumerate(wanted):
            self.progress(ARCHIVED, number / len(wanted))
            try:
                restore_day(self.made, self.home.folder, day)
                done.append(day)
            except Exception as error:  # noqa: BLE001 - a damaged file of one day must not cost the others
                lost.append(f"the archived day {day} cannot be read: {error}")
            refresh(self.made)
        self.progress(ARCHIVED, 1.0)
        return done, lost

    def _load(self, journal: Journal, now: datetime) -> None:
        owners, limits = owners_of(self.settings), self.settings.limits
        spoken = dialects_of(self.settings)
        total = max(1, journal.lag({}, now).entries)
        entries = spans = 0
        while True:
            batch = load(
                journal,
                self.made,
                max_entries=limits.batch_entries,
                max_bytes=limits.batch_bytes,
                owners=owners,
                spoken=spoken,
            )
            if not batch.entries and not batch.faults:
                break
            entries, spans = entries + batch.entries, spans + batch.spans
            self.progress(JOURNAL, min(1.0, entries / total))
            if spans >= REFRESH_EVERY_SPANS:
                refresh(self.made)
                spans = 0
        self.progress(JOURNAL, 1.0)
        self.progress(CALLS, 0.0)
        refresh(self.made)
        charge_as_before(self.made, self.home.folder)
        self.progress(CALLS, 1.0)

    def _missing(self, spans: int, sound: Mapping[date, pl.DataFrame], told: Collection[date]) -> list[str]:
        """What was written down of the old warehouse, and is not in the new one; of days `told`, somebody else said."""
        before = records(self.home.folder)
        if before is None:
            return []
        gone = sorted(set(before.marks) - {day.isoformat() for day in (*sound, *told)})
        missing = [f"the journal of {day} is gone, and was never archived" for day in gone]
        missing += [
            f"the journal file of {day} has {held.height:,} entries, and {had:,} had been read of that day"
            for day, held in sound.items()
            if day not in told and held.height < (had := before.marks.get(day.isoformat(), 0))
        ]
        if spans < before.spans:
            missing.append(f"the old warehouse had {before.spans:,} spans, and the new one has {spans:,}")
        costs = spent(self.made)
        return [
            *missing,
            *(
                f"the calls of {month} cost ${cost}, and cost ${costs.get(month, '0')} by the prices in the book "
                "now; what is closed stays as it was"
                for month, cost in before.spent.items()
                if costs.get(month) != cost
            ),
        ]


@contextmanager
def _draft(home: Home) -> Iterator[Path]:
    shutil.rmtree(home.rebuilding, ignore_errors=True)
    home.rebuilding.mkdir()
    try:
        yield home.rebuilding
    finally:
        shutil.rmtree(home.rebuilding, ignore_errors=True)


def _swap(home: Home, draft: Path, now: datetime) -> str | None:
    """Put the new file in the old one's place, which is moved aside; a kill in between leaves the new one to be made.

    The old log goes first: beside the new file it would be taken for its own.
    """
    made = draft / WAREHOUSE_FILE
    to_disk(made)
    aside = home.folder / f"{WAREHOUSE_FILE}.{now.astimezone(UTC):{STAMP}}"
    for suffix in (LOG, ""):
        old = Path(f"{home.warehouse}{suffix}")
        if old.exists():
            old.rename(f"{aside}{suffix}")
    made.rename(home.warehouse)
    to_disk(home.folder)
    return str(aside) if aside.exists() else None
