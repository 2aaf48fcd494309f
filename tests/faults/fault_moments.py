"""kill -9 in the middle of a migration, of the close of a month, of a job: resumable, and each period exactly once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fault_damage import keep_in_journal
from fault_seen import Seen
from known_traffic import home_with_prices, request

from outlay.books import open_books
from outlay.home import Home
from outlay.reading.loading import catch_up
from outlay.timetable.periods import days
from outlay.timetable.runs import JobRuns
from outlay.timetable.schedule import Job, run_due
from warehouse import Month, Warehouse, close_month, closes, verify_closed

SEPTEMBER = datetime(2026, 9, 14, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe")
TURN = datetime(2026, 10, 31, 18, tzinfo=UTC)  # clocks turn in New York that night
STEPS_OF_ONE = Path(__file__).parent / "one_step.py"


def migration_killed(folder: Path, seed: int, kills: int) -> Seen:
    """A new warehouse, killed while its tables are made; the next start goes on at the same migration."""
    chance = random.Random(seed)
    home = folder / "migration"
    home.mkdir(parents=True)
    for _ in range(kills):
        _killed("migrate", str(home), after_s=chance.uniform(0.0, 0.4))
        if chance.random() < 0.3:
            (home / "warehouse.duckdb").unlink(missing_ok=True)
            (home / "warehouse.duckdb.wal").unlink(missing_ok=True)
    with Warehouse.open(home) as mended, Warehouse.in_memory() as fresh:
        columns = "SELECT table_name, column_name, data_type FROM duckdb_columns() ORDER BY ALL"
        same = mended.query(columns).equals(fresh.query(columns))
        once = mended.query("SELECT count(*) = count(DISTINCT name) AS once FROM migrations").item()
    told = (
        f"{'every table as in a new warehouse' if same else 'the tables differ'}, {'each' if once else 'NOT each'} once"
    )
    return Seen(f"kill -9 during migration, {kills} times", "resumable", told, same and bool(once))


def close_killed(folder: Path, seed: int, kills: int) -> Seen:
    """The close of a month, killed and tried again; it is closed once, and its digest holds."""
    chance = random.Random(seed)
    home = home_with_prices(folder / "close")
    keep_in_journal(home, [request(chance, calls=20, at=SEPTEMBER) for _ in range(20)], SEPTEMBER)
    with open_books(Home(home), NOW) as books:
        catch_up(books, NOW)
    for _ in range(kills):
        _killed("close", str(home), after_s=chance.uniform(0.0, 0.3))
    with open_books(Home(home), NOW) as books:
        if not closes(books.warehouse):
            close_month(books.warehouse, Month(2026, 9), zone=books.settings.zone, by="faults", now=NOW)
        closed = closes(books.warehouse)
        lines = books.warehouse.query("SELECT sum(amount_usd) AS usd FROM statement_lines").item()
        sound = len(closed) == 1 and lines == closed[0].amount_usd
        sound = sound and verify_closed(books.warehouse, Month(2026, 9)).passed
    told = f"closed {len(closed)} time at ${closed[0].amount_usd}, its lines sum to ${lines}"
    return Seen(f"kill -9 during month close, {kills} times", "closed once, its digest holds", told, sound)


def job_killed(folder: Path, seed: int, kills: int, zones: tuple[str, ...] = ZONES) -> Seen:
    """A daily job killed in the middle, in five zones, over the night on which clocks turn: each day once."""
    chance = random.Random(seed)
    wrong: list[str] = []
    for zone in zones:
        home = home_with_prices(folder / f"job-{zone.replace('/', '-')}")
        for _ in range(kills):
            _killed("job", str(home), zone, after_s=chance.uniform(0.0, 0.5))
        with Warehouse.open(home) as warehouse:
            runs = JobRuns(warehouse)
            job = Job("daily", days(ZoneInfo(zone)), lambda _period, _now: "done", catch_up=10)
            run_due(job, runs, TURN)
            finished = warehouse.query(
                "SELECT period, count(*) AS n FROM job_runs WHERE finished_at IS NOT NULL GROUP BY period"
            )
            again = run_due(job, runs, TURN)
        if finished["n"].to_list() != [1] * finished.height or again:
            wrong.append(f"{zone}: {finished.rows()} {again}")
    told = "each day finished once in every zone" if not wrong else "; ".join(wrong)
    return Seen(
        f"kill -9 during a job, {kills} times in {len(zones)} zones", "each period exactly once", told, not wrong
    )


def _killed(step: str, *words: str, after_s: float) -> None:
    """Start a step, wait until it says that it begins, and kill it a moment later."""
    with subprocess.Popen([sys.executable, str(STEPS_OF_ONE), step, *words], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after_s)
        process.kill()
