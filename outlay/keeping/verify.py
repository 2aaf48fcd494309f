"""Count everything again: the journal against the spans, the spans against the calls, charges, tasks and hours.

Each check of the ledger is a query that lists what disagrees, with the place at which it does; a sound one gives none.
Closed months check their digest, archived days their number of spans, the audit its chain.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl

from alerts import audit_break
from ingest import Entry, Journal, JournalDamaged
from ingest.wire import columns
from outlay.books import Books
from outlay.keeping.doubts import lost
from outlay.keeping.held import counted_alone, named
from outlay.reading.status import marks
from warehouse import Check, Transaction, Warehouse, archived_days, closes, verify_closed

BATCH_ENTRIES = 256
BATCH_BYTES = 32 * 2**20
NAMED = 3  # places of one check that its sentence names

# What must hold, and the rows that break it.
CHECKS = {
    "every span that tells of a billed call stands in the calls once, or is folded into one": """
        SELECT 'trace ' || spans.trace_id AS place FROM spans
        WHERE spans.role = 'call' AND spans.span_no <= (SELECT refreshed_span_no FROM refresh_mark)
          AND (SELECT count(*) FROM calls WHERE calls.span_no = spans.span_no)
            + (SELECT count(*) FROM folds WHERE folds.span_no = spans.span_no) <> 1
    """,
    "every span that is folded points to a call": """
        SELECT 'span ' || folds.span_no AS place FROM folds ANTI JOIN calls ON calls.span_no = folds.dup_of
    """,
    "every call costs what its charges sum to": """
        SELECT 'call ' || calls.span_id || ' at ' || calls.started_at AS place FROM calls
        LEFT JOIN (SELECT span_no, sum(cost_usd) AS cost_usd FROM charges GROUP BY span_no) AS summed
          ON summed.span_no = calls.span_no
        WHERE calls.cost_usd IS NOT NULL AND calls.cost_usd IS DISTINCT FROM coalesce(summed.cost_usd, 0)
    """,
    "every charge belongs to a call": """
        SELECT 'charge of ' || charges.span_no AS place FROM charges ANTI JOIN calls USING (span_no)
    """,
    "a billed call has a cost, or a reason why it has none": """
        SELECT 'call ' || span_id AS place FROM calls
        WHERE billed AND cost_usd IS NULL AND unpriced_because IS NULL AND incomplete_because IS NULL
    """,
    "the tasks cost what their calls cost": """
        WITH told AS (
            SELECT sender, task_id, sum(cost_usd) AS cost_usd, sum(calls) AS calls
            FROM tasks GROUP BY sender, task_id
        ),
        counted AS (
            SELECT sender, task_id, coalesce(sum(cost_usd), 0) AS cost_usd, count(*) AS calls
            FROM calls WHERE billed GROUP BY sender, task_id
        )
        SELECT 'task ' || task_id AS place
        FROM told FULL JOIN counted USING (sender, task_id)
        WHERE coalesce(told.cost_usd, 0) <> coalesce(counted.cost_usd, 0)
           OR coalesce(told.calls, 0) <> coalesce(counted.calls, 0)
    """,
    "the hours cost what their calls cost": """
        WITH told AS (SELECT hour_at, sum(cost_usd) AS cost_usd, sum(calls) AS calls FROM hours GROUP BY hour_at),
        counted AS (
            SELECT date_trunc('hour', started_at) AS hour_at, coalesce(sum(cost_usd), 0) AS cost_usd, count(*) AS calls
            FROM calls WHERE billed GROUP BY 1
        )
        SELECT 'the hour ' || hour_at AS place
        FROM told FULL JOIN counted USING (hour_at)
        WHERE coalesce(told.cost_usd, 0) <> coalesce(counted.cost_usd, 0)
           OR coalesce(told.calls, 0) <> coalesce(counted.calls, 0)
    """,
    "what is kept of calls by hour is what they add up to": """
        WITH told AS (
            SELECT
                hour_at, team, prompt_version, service, scope_name,
                sum(calls) AS calls, sum(costed_calls) AS costed_calls, sum(cost_usd) AS cost_usd
            FROM hour_lots GROUP BY hour_at, team, prompt_version, service, scope_name
        ),
        counted AS (
            SELECT
                date_trunc('hour', started_at) AS hour_at, team, prompt_version, service, scope_name,
                count(*) FILTER (WHERE billed) AS calls, count(cost_usd) FILTER (WHERE billed) AS costed_calls,
                coalesce(sum(cost_usd), 0) AS cost_usd
            FROM calls GROUP BY 1, team, prompt_version, service, scope_name
        )
        SELECT DISTINCT 'the hour ' || hour_at AS place
        FROM (
            (FROM told EXCEPT FROM counted) UNION ALL (FROM counted EXCEPT FROM told)
        )
    """,
    "what is kept of charges by hour is what calls were charged": """
        WITH told AS (
            SELECT hour_at, price_line_no, sum(quantity) AS quantity, sum(cost_usd) AS cost_usd
            FROM charge_lots GROUP BY hour_at, price_line_no
        ),
        counted AS (
            SELECT
                date_trunc('hour', calls.started_at) AS hour_at, charges.price_line_no,
                sum(charges.quantity) AS quantity, sum(charges.cost_usd) AS cost_usd
            FROM calls JOIN charges USING (span_no) GROUP BY 1, charges.price_line_no
        )
        SELECT DISTINCT 'the hour ' || hour_at AS place
        FROM (
            (FROM told EXCEPT FROM counted) UNION ALL (FROM counted EXCEPT FROM told)
        )
    """,
    "what belongs to a task has its number, and no other task has": """
        WITH numbered AS (
            SELECT sender, owner, task_id, task_no FROM tasks
            UNION ALL
            SELECT sender, owner, task_id, task_no FROM calls
            UNION ALL
            SELECT sender, owner, task_id, task_no FROM task_checks
            UNION ALL
            SELECT sender, owner, task_id, task_no FROM tool_uses
            UNION ALL
            SELECT sender, owner, task_id, task_no FROM task_parts
            UNION ALL
            SELECT sender, owner, task_id, task_no FROM outcome_parts
            UNION ALL
            SELECT sender, owner, task_id, task_no FROM task_outcomes
        ),
        named AS (
            SELECT DISTINCT sender, owner, task_id, task_no FROM numbered
        )
        SELECT 'task ' || min(task_id) AS place FROM named GROUP BY task_no HAVING count(*) > 1
        UNION ALL
        SELECT 'task ' || task_id FROM named GROUP BY sender, owner, task_id HAVING count(*) > 1
    """,
    "every journal entry up to the mark was read in its turn": """
        SELECT DISTINCT 'the journal of ' || spans.journal_day AS place FROM spans
        LEFT JOIN journal_marks ON journal_marks.journal_day = spans.journal_day
        WHERE spans.journal_seq > greatest(coalesce(loaded_seq, 0), coalesce(former_entries, 0))
    """,
}


def verify(books: Books) -> list[Check]:
    """Run every check: a second for a million spans, and the journal's reading at about 50,000 spans a second."""
    warehouse = books.warehouse
    with warehouse.snapshot() as reading:
        ledger = [_none_break(reading, name, sql) for name, sql in CHECKS.items()]
    months = [verify_closed(warehouse, close.month) for close in closes(warehouse)]
    return [
        *ledger,
        *months,
        _audit(warehouse),
        _archive(books),
        _alone(books),
        _lost(books),
        _journal(warehouse, books.journal),
    ]


def _none_break(reading: Transaction, name: str, sql: str) -> Check:
    broken = reading.query(f"SELECT place, count(*) OVER () AS n FROM ({sql}) AS broken ORDER BY place LIMIT {NAMED}")  # noqa: S608 - CHECKS' own
    if broken.is_empty():
        return Check(name, True, name)
    count = int(broken["n"][0])
    places = ", ".join(broken["place"].to_list()) + (", …" if count > NAMED else "")
    return Check(name, False, f"not so: {name} ({count:,} exceptions: {places})")


def _audit(warehouse: Warehouse) -> Check:
    """Who did what is sealed row by row: a row that was changed, or taken out, breaks the chain."""
    name = "who did what is as it was written"
    broken = audit_break(warehouse)
    told = (
        name if broken is None else f"not so: {name} (row {broken} of the audit was changed, or one before it is gone)"
    )
    return Check(name, broken is None, told)


def _archive(books: Books) -> Check:
    """Archived days hold as many spans as the warehouse has of them, but for what the journal still holds."""
    name = "archived days hold what the warehouse read from them"
    archived, present = archived_days(books.home.folder), set(books.journal.days())
    counted = dict(
        books.warehouse.query("SELECT journal_day, count(*) AS n FROM spans GROUP BY journal_day").iter_rows()
    )
    parted = [
        f"{day}: {spans:,} archived, {counted.get(day, 0):,} in the warehouse"
        for day, spans in archived.items()
        if counted.get(day, 0) < spans or (counted.get(day, 0) > spans and day not in present)
    ]
    if parted:
        return Check(name, False, f"not so: {name} ({'; '.join(parted[:NAMED])})")
    return Check(name, True, f"{len(archived):,} {name}")


def _alone(books: Books) -> Check:
    """Nothing is lost with the warehouse's file: the journal or the archive holds every entry that was read."""
    name = "what was read is in the journal or in the archive"
    told = counted_alone(books)
    return Check(name, not told, f"not so: {name} ({named(told)} stand in the ledger alone)" if told else name)


def _lost(books: Books) -> Check:
    name = "nothing was lost when the ledger was made anew"
    told = lost(books.home)
    return Check(name, not told, f"not so: {'; '.join(told)}" if told else name)


def _journal(warehouse: Warehouse, journal: Journal) -> Check:
    """Read the whole journal up to the marks again; every span it holds must be in the warehouse."""
    wanted = marks(warehouse)
    at: dict[date, int] = {}
    held = 0
    lost: Counter[date] = Counter()
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
        where = ", ".join(f"{day}: {count:,}" for day, count in sorted(lost.items())[:NAMED])
        return Check(
            name,
            False,
            f"{lost.total():,} of the {held:,} spans that the journal holds are not in the warehouse ({where})",
        )
    return Check(name, True, f"every one of the {held:,} spans that the journal holds is in the warehouse")


def _done(at: dict[date, int], wanted: dict[date, int]) -> list[date]:
    return [day for day, seq in at.items() if seq >= wanted.get(day, 0)]


def _missing(warehouse: Warehouse, entries: list[Entry]) -> tuple[int, Counter[date]]:
    """How many spans these entries hold, resent ones included, and of which days how many of them nobody loaded."""
    senders = pl.Series("sender", [entry.sender for entry in entries], dtype=pl.String)
    days = pl.Series("journal_day", [entry.day for entry in entries], dtype=pl.Date)
    spans = columns(entries).spans
    held = spans.select("trace_id", "span_id", senders.gather(spans["entry"]), days.gather(spans["entry"]))
    with warehouse.snapshot() as reading, reading.frame("held", held):
        missing = reading.query(
            "SELECT held.journal_day, count(*) AS n FROM held ANTI JOIN spans"
            " ON spans.sender = held.sender AND spans.trace_id = held.trace_id AND spans.span_id = held.span_id"
            " GROUP BY held.journal_day"
        )
    return held.height, Counter(dict(missing.iter_rows()))
