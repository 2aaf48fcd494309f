"""One step that is killed in the middle: python one_step.py migrate|close|job HOME [ZONE]."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from outlay.books import open_books
from outlay.home import Home
from outlay.timetable.periods import days
from outlay.timetable.runs import JobRuns
from outlay.timetable.schedule import Job, run_due
from warehouse import AlreadyClosed, Month, Warehouse, close_month

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TURN = datetime(2026, 10, 31, 18, tzinfo=UTC)


def main(step: str, home: str, zone: str = "UTC") -> None:
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    if step == "migrate":
        Warehouse.open(Path(home)).close()
    elif step == "close":
        with open_books(Home(Path(home)), NOW) as books:
            try:
                close_month(books.warehouse, Month(2026, 9), zone=books.settings.zone, by="faults", now=NOW)
            except AlreadyClosed:
                return
    else:
        with Warehouse.open(Path(home)) as warehouse:
            job = Job("daily", days(ZoneInfo(zone)), lambda _period, _now: str(time.sleep(0.2)), catch_up=10)
            run_due(job, JobRuns(warehouse), TURN)


if __name__ == "__main__":
    main(*sys.argv[1:])
