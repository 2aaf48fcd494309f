"""What the timetable did: one row per job and period, claimed before the work and finished after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from outlay.meters import JobMeters
from warehouse import Warehouse

LAST_DONE = "SELECT max(period) AS period FROM job_runs WHERE job = $job AND finished_at IS NOT NULL"

RUN = "SELECT finished_at FROM job_runs WHERE job = $job AND period = $period"

CLAIM_AGAIN = """
UPDATE job_runs SET started_at = $started_at, result = NULL
WHERE job = $job AND period = $period AND finished_at IS NULL
"""

FINISH = "UPDATE job_runs SET finished_at = $finished_at, result = $result WHERE job = $job AND period = $period"

FAIL = "UPDATE job_runs SET result = $result WHERE job = $job AND period = $period AND finished_at IS NULL"

FORGET = "DELETE FROM job_runs WHERE job = $job AND finished_at < $before"


@dataclass(frozen=True, slots=True)
class JobRuns:
    """The job_runs table. One process owns the warehouse, so a row without an end belongs to a run that died."""

    warehouse: Warehouse
    meters: JobMeters = field(default_factory=JobMeters)

    def last_done(self, job: str) -> str | None:
        """The latest period the job finished, or None when it never did."""
        found = self.warehouse.query(LAST_DONE, {"job": job})
        period: str | None = found["period"][0]
        return period

    def claim(self, job: str, period: str, now: datetime) -> bool:
        """Take a period for a run; False when it was finished before, so that running twice changes nothing."""
        what = {"job": job, "period": period}
        with self.warehouse.transaction() as tx:
            found = tx.query(RUN, what)
            if found.is_empty():
                tx.insert("job_runs", pl.DataFrame({**what, "started_at": _stored(now)}))
                return True
            if found["finished_at"][0] is not None:
                return False
            tx.execute(CLAIM_AGAIN, {**what, "started_at": _stored(now)})
            return True

    def finish(self, job: str, period: str, now: datetime, result: str) -> None:
        """The work of a period is done; `result` is a sentence with counts."""
        with self.warehouse.transaction() as tx:
            tx.execute(FINISH, {"job": job, "period": period, "finished_at": _stored(now), "result": result})

    def fail(self, job: str, period: str, reason: str) -> None:
        """The work failed; the period stays unfinished, so the next nudge tries it again."""
        with self.warehouse.transaction() as tx:
            tx.execute(FAIL, {"job": job, "period": period, "result": reason})

    def forget(self, job: str, before: datetime) -> None:
        """Drop the finished runs of a job that runs every few minutes."""
        with self.warehouse.transaction() as tx:
            tx.execute(FORGET, {"job": job, "before": _stored(before)})


def _stored(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
