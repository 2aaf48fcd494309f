"""Count everything again: the journal is in the spans; spans, calls, charges, tasks and hours agree.

Each check of the ledger is a query that lists what disagrees; a sound one gives none. Closed months check their digest.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from ingest import Entry, Journal, JournalDamaged
from ingest.wire import columns
from outlay.status import marks
from warehouse import Check, Transaction, Warehouse, closes, verify_closed

BATCH_ENTRIES = 256
BATCH_BYTES = 32 * 2**20

# What must hold, and the rows that break it.
CHECKS = {
    "every span that tells of a billed call stands in the calls once, or is folded into one": """
        SELECT spans.span_no FROM spans
        WHERE spans.role = 'call' AND spans.span_no <= (SELECT refreshed_span_no FROM refresh_mark)
          AND (SELECT count(*) FROM calls WHERE calls.span_no = spans.span_no)
            + (SELECT count(*) FROM folds WHERE folds.span_no = spans.span_no) <> 1
    """,
    "every span that is folded points to a call": """
        SELECT folds.span_no FROM folds ANTI JOIN calls ON calls.span_no = folds.dup_of
    """,
    "every call costs what its charges sum to": """
        SELECT calls.span_no FROM calls
        LEFT JOIN (SELECT span_no, sum(cost_usd) AS cost_usd FROM charges GROUP BY span_no) AS summed
          ON summed.span_no = calls.span_no
        WHERE calls.cost_usd IS NOT NULL AND calls.cost_usd IS DISTINCT FROM coalesce(summed.cost_usd, 0)
    """,
    "a billed call has a cost, or a reason why it has none": """
        SELECT span_no FROM calls
        WHERE billed AND cost_usd IS NULL AND unpriced_because IS NULL AND incomplete_because IS NULL
    """,
    "the tasks cost what their calls cost": """
        WITH told AS (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(calls), 0) AS calls FROM tasks),
        counted AS (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, count(*) AS calls FROM calls WHERE billed)
        SELECT 1 FROM told, counted WHERE told.cost_usd <> counted.cost_usd OR told.calls <> counted.calls
    """,
    "the hours cost what their calls cost": """
        WITH told AS (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(calls), 0) AS calls FROM hours),
        counted AS (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, count(*) AS calls FROM calls WHERE billed)
        SELECT 1 FROM told, counted WHERE told.cost_usd <> counted.cost_usd OR told.calls <> counted.calls
    """,
    "every journal entry up to the mark was read in its turn": """
        SELECT spans.journal_day FROM spans
        LEFT JOIN journal_marks ON journal_marks.journal_day = spans.journal_day
        WHERE spans.journal_seq > coalesce(journal_marks.loaded_seq, 0)
    """,
}


def verify(warehouse: Warehouse, journal: Journal) -> list[Check]:
    """Run every check: a second for a million spans, and the journal's reading at about 50,000 spans a second."""
    with warehouse.snapshot() as reading:
        ledger = [_none_break(reading, name, sql) for name, sql in CHECKS.items()]
    months = [verify_closed(warehouse, close.month) for close in closes(warehouse)]
    return [*ledger, *months, _journal(warehouse, journal)]


def _none_break(reading: Transaction, name: str, sql: str) -> Check:
    broken = int(reading.query(f"SELECT count(*) AS n FROM ({sql}) AS broken").item())  # noqa: S608 - CHECKS' own
    return Check(name, broken == 0, name if broken == 0 else f"not so: {name} ({broken:,} exceptions)")


def _journal(warehouse: Warehouse, journal: Journal) -> Check:
    """Read the whole journal up to the marks again; every span it holds must be in the warehouse."""
    wanted = marks(warehouse)
    at: dict[date, int] = {}
    held = lost = 0
    damages: list[str] = []
    while True:
        try:
            entries = journal.read(at, max_entries=BATCH_ENTRIES, max_bytes=BATCH_BYTES, leave_out=_done(at, wanted))
        except JournalDamaged as damage:
            damages.append(damage.sentence)
            at[damage.day] = damage.seq or wanted.get(damage.day, 0)
            continue
        if not entries:
            break
        at |= {entry.day: entry.seq for entry in entries if entry.day and entry.seq}
        read = [entry for entry in entries if entry.day and (entry.seq or 0) <= wanted.get(entry.day, 0)]
        found, missing = _missing(warehouse, read)
        held, lost = held + found, lost + missing
    name = "every span that the journal holds is in the warehouse"
    if damages:
        return Check(name, False, f"the journal cannot be read whole: {'; '.join(damages)}")
    if lost:
        return Check(name, False, f"{lost:,} of the {held:,} spans that the journal holds are not in the warehouse")
    return Check(name, True, f"every one of the {held:,} spans that the journal holds is in the warehouse")


def _done(at: dict[date, int], wanted: dict[date, int]) -> list[date]:
    return [day for day, seq in at.items() if seq >= wanted.get(day, 0)]


def _missing(warehouse: Warehouse, entries: list[Entry]) -> tuple[int, int]:
    """How many spans these entries hold, resent ones included, and how many of them nobody loaded."""
    senders = pl.Series("sender", [entry.sender for entry in entries], dtype=pl.String)
    spans = columns(entries).spans
    held = spans.select("trace_id", "span_id", senders.gather(spans["entry"]))
    with warehouse.snapshot() as reading, reading.frame("held", held):
        missing = reading.query(
            "SELECT count(*) AS n FROM held ANTI JOIN spans"
            " ON spans.sender = held.sender AND spans.trace_id = held.trace_id AND spans.span_id = held.span_id"
        ).item()
    return held.height, int(missing)
