"""Files damaged on the disk: the warehouse, its log, a day of the journal. Never a silently smaller number."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fault_ledger import COUNTED, Said, counted
from fault_seen import Seen
from known_traffic import Request, home_with_prices, request

from ingest import Entry, Journal
from outlay.books import Books
from outlay.home import Home
from outlay.keeping.backup import back_up
from outlay.keeping.rebuild import last_rebuilt, rebuild
from outlay.keeping.records import archive_closed_days, keep_records
from outlay.keeping.recovery import sound_books
from outlay.questions.table import answer_question
from outlay.reading.loading import catch_up
from warehouse import WarehouseDamaged

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOG = ".wal"


def truncated(content: bytearray, chance: random.Random) -> bytearray:
    return content[: chance.randrange(len(content))]


def flipped(content: bytearray, chance: random.Random) -> bytearray:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return content


def zero_tailed(content: bytearray, chance: random.Random) -> bytearray:
    size = chance.randrange(1, min(len(content), 300_000))
    content[-size:] = bytes(size)
    return content


DAMAGES: dict[str, Callable[[bytearray, random.Random], bytearray]] = {
    "truncated": truncated,
    "one bit flipped": flipped,
    "zero tail": zero_tailed,
}


def keep_in_journal(home: Path, requests: list[Request], at: datetime = NOW) -> None:
    """As the socket does it, without a socket."""
    journal = Journal(home / "journal")
    journal.append([Entry(at, None, None, "traces", "application/x-protobuf", "", each.body) for each in requests])
    journal.close()


def crashed_home(folder: Path, seed: int) -> tuple[Path, Said]:
    """A home as a killed owner leaves it: half of what it knows in the file, half in the log; and what it says."""
    chance = random.Random(seed)
    home, left = home_with_prices(folder / "sound"), folder / "crashed"
    keep_in_journal(home, [request(chance, calls=40, at=NOW) for _ in range(20)])
    with sound_books(Home(home)) as books:
        catch_up(books, NOW)
        books.warehouse.checkpoint()
        keep_in_journal(home, [request(chance, calls=40, at=NOW) for _ in range(10)])
        catch_up(books, NOW)
        keep_records(books)
        before = counted(books)
        # Another process copies: reading the file here would drop its lock.
        shutil.copytree(home, left, ignore=shutil.ignore_patterns("warehouse.*"))
        _copy_elsewhere(home, left)
    return left, before


def _copy_elsewhere(home: Path, left: Path) -> None:
    names = ["warehouse.duckdb", "warehouse.duckdb.wal"]
    subprocess.run(["cp", *(str(home / name) for name in names), str(left)], check=True)  # noqa: S607 - cp of the PATH


def warehouse_damaged(folder: Path, seed: int, rounds: int) -> list[Seen]:
    """Each kind of damage, to the file and to its log, `rounds` times; what the server's start then says."""
    folder.mkdir(parents=True, exist_ok=True)
    crashed, before = crashed_home(folder, seed)
    rows = []
    for name in ("warehouse.duckdb", f"warehouse.duckdb{LOG}"):
        for kind, damage in DAMAGES.items():
            chance = random.Random(f"{seed}/{name}/{kind}")
            came_to: Counter[str] = Counter()
            for number in range(rounds):
                home = folder / f"{kind}-{number}"
                shutil.copytree(crashed, home)
                (home / name).write_bytes(damage(bytearray((home / name).read_bytes()), chance))
                came_to[_after(home, before)] += 1
            told = ", ".join(f"{count} {what}" for what, count in sorted(came_to.items()))
            wrong = [what for what in came_to if what.startswith("WRONG")]
            rows.append(Seen(f"{name} {kind}, {rounds} times", "detected, made anew, totals equal", told, not wrong))
    return rows


def _after(home: Path, before: Said) -> str:
    """What the server's start makes of a damaged home, in a few words."""
    try:
        said = _served(home)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a row of the table
        return f"WRONG: {type(error).__name__}: {error}"
    done = last_rebuilt(Home(home))
    shutil.rmtree(home)
    if said != before:
        return f"WRONG: it says {said}, and said {before}"
    if done is None:
        return "read as they were"
    return "made anew" if done.lost == () else f"WRONG: lost {done.lost}"


def _served(home: Path) -> Said:
    """What the books say as the server opens them: damage met on the way has them made anew at the next start."""
    for _ in range(3):
        with sound_books(Home(home)) as books:
            try:
                catch_up(books, NOW)
                books.warehouse.read_through(lambda: True)
                return counted(books)
            except WarehouseDamaged as damaged:
                # As `guard` does in the core.
                Home(home).note_damage(damaged.sentence)
    raise RuntimeError("it is damaged after each rebuild")


def journal_damaged(folder: Path, seed: int, rounds: int) -> Seen:
    """One day of the journal damaged before it was read: what is missing is said, the other day loads whole."""
    chance = random.Random(seed)
    wrong: list[str] = []
    said_of = 0
    for number in range(rounds):
        home = home_with_prices(folder / f"journal-{number}")
        days = [NOW.replace(day=20), NOW]
        requests = {at: [request(chance, calls=5, at=at) for _ in range(30)] for at in days}
        for at, told in requests.items():
            keep_in_journal(home, told, at)
        file = home / "journal" / f"{days[0]:%Y-%m-%d}.db"
        kind, damage = chance.choice(list(DAMAGES.items()))
        file.write_bytes(damage(bytearray(file.read_bytes()), chance))
        with sound_books(Home(home)) as books:
            catch_up(books, NOW)
            of_day = dict(books.warehouse.query("SELECT journal_day, count(*) FROM spans GROUP BY 1").iter_rows())
            faults = books.warehouse.query("SELECT sentence FROM faults")["sentence"].to_list()
        whole = of_day.get(days[0].date(), 0) == 150
        said_of += bool(faults)
        if of_day.get(days[1].date(), 0) != 150:
            wrong.append(f"{kind}: the other day has {of_day.get(days[1].date(), 0)} of 150 spans")
        if not whole and not faults and not _ends_early(file, of_day.get(days[0].date(), 0)):
            wrong.append(f"{kind}: {of_day.get(days[0].date(), 0)} of 150 spans, and nothing is said")
    told = f"{said_of} said, {rounds - said_of} read whole{''.join(f'; {each}' for each in wrong[:3])}"
    return Seen(f"a journal file damaged, {rounds} times", "said loudly; the rest loads", told, not wrong)


def _ends_early(file: Path, spans: int) -> bool:
    """Whether SQLite itself takes the file for a sound one with fewer rows, as a log that lost its end."""
    with sqlite3.connect(file) as read:
        return read.execute("PRAGMA integrity_check").fetchone() == ("ok",) and spans % 5 == 0 and spans == 0


def opened_twice(folder: Path) -> Seen:
    """After a backup, an export to the archive, records, a renewal and a rebuild, a second opener is still refused."""
    home = Home(home_with_prices(folder / "lock"))
    long_ago = NOW.replace(month=8)
    keep_in_journal(home.folder, [request(random.Random(1), at=long_ago)], long_ago)
    second = [sys.executable, "-c", f"import duckdb; duckdb.connect({str(home.warehouse)!r})"]
    refused: dict[str, bool] = {}

    def look(after: str) -> None:
        tried = subprocess.run(second, capture_output=True, text=True, timeout=60, check=False)
        refused[after] = tried.returncode != 0 and "lock" in tried.stderr

    def copied(books: Books) -> Path:
        return Path(answer_question(books, "copy_warehouse", {}, NOW)["file"])

    with sound_books(home) as books:
        catch_up(books, NOW)
        back_up(home, folder / "copy", lambda: copied(books), lambda _what, _done: None)
        look("a backup")
        archive_closed_days(books, NOW)
        look("archiving")
        keep_records(books)
        look("keeping records")
        counted(books)
        look("verify")
        assert books.warehouse.renew()
        look("opening it anew")
    rebuild(home, because="a test", now=NOW, progress=lambda _what, _done: None)
    with sound_books(home) as books:
        look("a rebuild")
        assert books.warehouse.query(COUNTED)["spans"][0] == 8
    told = ", ".join(f"{'refused' if held else 'LET IN'} after {after}" for after, held in refused.items())
    return Seen("a second opener of the warehouse", "refused", told, all(refused.values()))
