"""Rules about Outlay itself: what was received and is not read yet, and jobs that failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.incidents.message import lasting
from alerts.plain import plain
from alerts.rules.rule import Finding, Rule
from warehouse import Warehouse

EVERY = timedelta(minutes=5)
LEAST_FAILING = timedelta(minutes=10)  # a job is tried again within seconds; one that goes on failing is news

FAILING = """
SELECT job, min(period) AS period, max_by(result, started_at) AS result
FROM job_runs
WHERE finished_at IS NULL AND result IS NOT NULL
GROUP BY job
ORDER BY job
"""


def operation_rules(*, lag_minutes: int, lag_s: Callable[[], float]) -> tuple[Rule, ...]:
    """The rules about reading and jobs; `lag_s` says how old the oldest request is that was not read yet."""
    jobs = Rule(
        "job_failed", "a job of the timetable that goes on failing", EVERY, failed_jobs, LEAST_FAILING, looks_back=False
    )
    if not lag_minutes:
        return (jobs,)

    def lags(_warehouse: Warehouse, _at: datetime) -> list[Finding]:
        behind_s = lag_s()
        if behind_s < lag_minutes * 60:
            return []
        told = lasting(timedelta(seconds=behind_s))
        lines = (
            "What people see is that old, and no spike of that time has been looked for. Nothing is lost.",
            "outlay status says how far it is; a machine without a processor or a disk to spare is the usual reason.",
        )
        return [Finding(("journal",), f"reading is {told} behind what was received", lines)]

    title = f"reading is more than {lag_minutes} minutes behind"
    return (Rule("journal_lag", title, EVERY, lags, looks_back=False), jobs)


def failed_jobs(warehouse: Warehouse, _at: datetime) -> list[Finding]:
    """Jobs that failed and have not been done since."""
    return [
        Finding((job,), f"the job {job} fails: {plain(result, 200)}", _failing(period))
        for job, period, result in warehouse.query(FAILING).iter_rows()
    ]


def _failing(period: str) -> tuple[str, ...]:
    return (
        f"It fails since the period {period} and is tried again until it is done; then what it missed is made up for.",
        "The log of outlay serve has the whole error.",
    )
