"""Before a warehouse is made anew: write down what only the old one still has, as far as it can be read."""

from __future__ import annotations

from datetime import date

import structlog

from ingest import Journal, JournalDamaged
from outlay.home import Home
from warehouse import Warehouse, archive_day, archived_days, keep, loss, save_charges

log = structlog.get_logger("core")

BATCH_ENTRIES, BATCH_BYTES = 256, 32 * 2**20
DAYS = "SELECT DISTINCT journal_day FROM spans ORDER BY journal_day"


def rescue(home: Home) -> list[str]:
    """Write down the old warehouse's records, and the days that the journal cannot give; what failed, as sentences."""
    if not home.warehouse.exists():
        return []
    try:
        with Warehouse.open(home.folder) as old:
            if loss(old, home.folder) is None:
                keep(old, home.folder)
            save_charges(old, home.folder)
            return _rescue_days(old, home)
    except Exception as error:  # noqa: BLE001 - it is replaced because something is wrong with it
        log.warning("old warehouse not read", reason=str(error))
        return [f"the old warehouse cannot be read any more: {error}"]


def sound_days(journal: Journal) -> tuple[list[date], dict[date, str]]:
    """The days whose file reads to its end, and for each other day why it does not."""
    sound: list[date] = []
    damaged: dict[date, str] = {}
    for day in journal.days():
        try:
            _read_through(journal, day)
            sound.append(day)
        except JournalDamaged as damage:
            damaged[day] = damage.sentence
    return sound, damaged


def _read_through(journal: Journal, day: date) -> None:
    others = [other for other in journal.days() if other != day]
    seq = 0
    while entries := journal.read({day: seq}, max_entries=BATCH_ENTRIES, max_bytes=BATCH_BYTES, leave_out=others):
        seq = entries[-1].seq or 0


def _rescue_days(old: Warehouse, home: Home) -> list[str]:
    journal = Journal(home.journal)
    try:
        sound, _ = sound_days(journal)
    finally:
        journal.close()
    known = {*sound, *archived_days(home.folder)}
    failed = []
    for day in old.query(DAYS)["journal_day"].to_list():
        if day not in known:
            try:
                archive_day(old, home.folder, day)
            except Exception as error:  # noqa: BLE001 - one day that cannot be read must not cost the others
                failed.append(f"what was read on {day} is only in the old warehouse, which cannot be read: {error}")
    return failed
