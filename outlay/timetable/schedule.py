"""The timetable: nudge keyed jobs, each period exactly once, and catch up what a pause missed.

APScheduler runs in UTC and in memory. It decides nothing: local business dates, misfires and daylight saving are
settled by `periods` and by the job_runs table, so a nudge too many or too late changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from outlay.timetable.periods import Cut, Period, missed
from outlay.timetable.runs import JobRuns

log = structlog.get_logger("schedule")

NUDGE_EVERY_S = 20
NO_DELAY = timedelta(0)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done once for each period after it has closed."""

    name: str
    cut: Cut
    run: Callable[[Period, datetime], str]  # the period and now; returns a sentence with counts
    settle: timedelta = NO_DELAY  # how long after a period's end its data may still come in
    catch_up: int = 1  # how many missed periods are made good after a pause


def run_due(job: Job, runs: JobRuns, now: datetime) -> list[str]:
    """Run a job for every closed period it has not done, oldest first; returns the keys of the periods done.

    A period that fails ends the turn and stays claimed without an end: the next nudge begins with it again.
    """
    done = []
    due = missed(job.cut, last_done=runs.last_done(job.name), now=now - job.settle, at_most=job.catch_up)
    for period in due:
        if not runs.claim(job.name, period.key, now):
            continue
        began = time.monotonic()
        try:
            result = job.run(period, now)
        except Exception as error:  # whatever a job dies of, the timetable goes on and says so
            runs.fail(job.name, period.key, f"{type(error).__name__}: {error}")
            runs.meters.ran(job.name, "failed", time.monotonic() - began)
            log.exception("job failed", job=job.name, period=period.key)
            break
        runs.finish(job.name, period.key, now, result)
        runs.meters.ran(job.name, "done", time.monotonic() - began)
        log.info("job done", job=job.name, period=period.key, result=result)
        done.append(period.key)
    return done


class Timetable:
    """Nudges every job every few seconds, each on its own thread, never two of one job at a time."""

    def __init__(self, jobs: Sequence[Job], runs: JobRuns, clock: Callable[[], datetime]) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC)
        for job in jobs:
            self._scheduler.add_job(
                lambda job=job: run_due(job, runs, clock()),
                "interval",
                seconds=NUDGE_EVERY_S,
                id=job.name,
                next_run_time=clock(),
                coalesce=True,
                max_instances=1,
                # The default of one second would drop a nudge after a short pause.
                misfire_grace_time=None,
            )

    def start(self) -> None:
        """Begin nudging; returns at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop nudging and wait for the jobs that run."""
        self._scheduler.shutdown(wait=True)
