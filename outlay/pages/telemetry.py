"""What the core tells Prometheus: how far the reading is behind, what loading took, jobs and deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ingest import COUNTER, GAUGE, Sample, exposition
from outlay.books import Books
from outlay.meters import Meters
from outlay.reading.status import marks

JOBS = """
SELECT job, max(epoch(finished_at)) AS finished_at,
       count(*) FILTER (WHERE finished_at IS NULL AND result IS NOT NULL) AS failing
FROM job_runs GROUP BY job ORDER BY job
"""

MESSAGES = """
SELECT channel,
       CASE
           WHEN sent_at IS NOT NULL THEN 'sent'
           WHEN year(next_try_at) = 9999 THEN 'given up'
           ELSE 'waiting'
       END AS state,
       count(*) AS messages
FROM outbox GROUP BY channel, state ORDER BY channel, state
"""


def metrics(books: Books, now: datetime) -> str:
    """The page a scrape of the pages' port gets."""
    return exposition([*_journal(books, now), *_loading(books.loading.meters), *_jobs(books), *_messages(books)])


def _journal(books: Books, now: datetime) -> Iterator[Sample]:
    lag = books.journal.lag(marks(books.warehouse), now)
    yield Sample("outlay_journal_lag_entries", GAUGE, "Requests in the journal that are still to be read.", lag.entries)
    yield Sample("outlay_journal_lag_bytes", GAUGE, "Bytes of their bodies.", lag.bytes)
    yield Sample("outlay_journal_lag_seconds", GAUGE, "Age of the oldest of them.", lag.seconds)


def _loading(meters: Meters) -> Iterator[Sample]:
    told = {
        "outlay_load_seconds_total": ("Time spent loading and refreshing.", meters.seconds),
        "outlay_refresh_seconds_total": ("Time of it spent refreshing.", meters.refresh_seconds),
        "outlay_load_turns_total": ("Turns of the loader that found something.", meters.turns),
        "outlay_load_entries_total": ("Requests read.", meters.entries),
        "outlay_load_spans_total": ("New spans read.", meters.spans),
        "outlay_load_duplicates_total": ("Spans that were there already.", meters.duplicates),
        "outlay_load_faults_total": ("Records that could not be read.", meters.faults),
    }
    for name, (says, value) in told.items():
        yield Sample(name, COUNTER, says, value)


def _jobs(books: Books) -> Iterator[Sample]:
    rows = books.warehouse.query(JOBS)
    for job, finished_at, _ in rows.iter_rows():
        if finished_at is not None:
            yield Sample(
                "outlay_job_finished_timestamp_seconds", GAUGE, "When it last ended well.", finished_at, {"job": job}
            )
    for job, _, failing in rows.iter_rows():
        yield Sample("outlay_job_failing", GAUGE, "Periods whose last try failed.", failing, {"job": job})
    for (job, result), runs in sorted(books.job_meters.runs.items()):
        yield Sample("outlay_job_runs_total", COUNTER, "Periods that were run.", runs, {"job": job, "result": result})
    for job, seconds in sorted(books.job_meters.seconds.items()):
        yield Sample("outlay_job_seconds_total", COUNTER, "Time spent on them.", seconds, {"job": job})


def _messages(books: Books) -> Iterator[Sample]:
    for channel, state, messages in books.warehouse.query(MESSAGES).iter_rows():
        told = {"channel": channel, "state": state}
        yield Sample("outlay_messages", GAUGE, "Messages in the outbox, by what became of them.", messages, told)
