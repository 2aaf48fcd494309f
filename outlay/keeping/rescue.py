"""Before a warehouse is made anew: write down what only the old one still has, as far as it can be read."""

from __future__ import annotations

import structlog

from ingest import Journal
from outlay.home import Home
from outlay.keeping.held import MARKS, beyond, sound_days
from warehouse import (
    Warehouse,
    WarehouseDamaged,
    archive_day,
    archived_days,
    days_read,
    entries_read,
    keep,
    loss,
    outgrown_days,
    save_charges,
)

log = structlog.get_logger("core")


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
    except WarehouseDamaged as damaged:
        log.warning("old warehouse not read", reason=damaged.sentence)
        return [f"the old warehouse cannot be read any more: {damaged.sentence}"]
    except Exception as error:  # noqa: BLE001 - it is replaced because something is wrong with it
        log.warning("old warehouse not read", reason=str(error))
        return [f"the old warehouse cannot be read any more: {error}"]


def _rescue_days(old: Warehouse, home: Home) -> list[str]:
    """Archive the days of which the journal does not hold every entry that something was read of."""
    journal = Journal(home.journal)
    try:
        sound, _ = sound_days(journal)
    finally:
        journal.close()
    known = set(archived_days(home.folder)) - set(outgrown_days(old, home.folder))
    taken = {day: loaded + former for day, loaded, former in old.query(MARKS).iter_rows()}
    failed = []
    for day in days_read(old):
        if day not in known:
            try:
                holds = day in sound and sound[day].height >= taken.get(day, 0)
                if not holds or beyond(entries_read(old, day), sound[day]):
                    archive_day(old, home.folder, day)
            except Exception as error:  # noqa: BLE001 - one day that cannot be read must not cost the others
                failed.append(f"what was read on {day} is only in the old warehouse, which cannot be read: {error}")
    return failed
