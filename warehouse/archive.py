"""Closed days of the journal as Parquet: what the warehouse read from each, so that the day's file may be dropped.

`archive/2026-10-03/` has one file for each table that is read from the journal, and `day.json` with their rows. A day
is written once, as a whole, and read back where the journal has no (readable) file of it any more.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Final

import orjson
import polars as pl

from warehouse.kept import to_disk
from warehouse.locked_down import ARCHIVE
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

MANIFEST: Final = "day.json"
# What a day's entries told, and the column that numbers it.
_OF_DAY: Final = {"spans": "span_no", "points": "point_no", "reported_outcomes": "outcome_no", "faults": ""}
_OF_SPANS: Final = ("checks", "outcomes")
# What the numbers come from: of these, an archived day must have as many rows as the ledger.
_TOLD: Final = ("spans", "points", "reported_outcomes")
_PLACE: Final = ["journal_seq", "received_at"]
# Attributes are lists in the ledger and maps in the files, as in those of earlier versions.
_AS_MAPS: Final = "map_from_entries(attributes) AS attributes"
_AS_LISTS: Final = "map_entries(attributes) AS attributes"


def archive_day(warehouse: Warehouse, home: Path, day: date) -> int:
    """Write down what the warehouse read from a day of the journal; returns its spans, on disk."""
    folder = _folder(home, day)
    draft = folder.with_name(f".{day}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with warehouse.snapshot() as reading:
        present = _present(reading)
        rows = {}
        for name, sql in _asked(day).items():
            if name in present:
                reading.write_parquet(sql, draft / f"{name}.parquet")
                rows[name] = int(reading.query(f"SELECT count(*) AS n FROM ({sql})").item())  # noqa: S608 - of `_asked`
    (draft / MANIFEST).write_bytes(orjson.dumps(rows))
    to_disk(draft / MANIFEST)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    to_disk(folder.parent)
    return rows["spans"]


def archived_days(home: Path) -> dict[date, int]:
    """The days that are written down, oldest first, with their number of spans."""
    folders = sorted((home / ARCHIVE).glob("????-??-??")) if (home / ARCHIVE).is_dir() else []
    return {date.fromisoformat(folder.name): _rows(folder)["spans"] for folder in folders}


def outgrown_days(warehouse: Warehouse, home: Path) -> list[date]:
    """The days that are written down, and of which the warehouse has more by now, and nothing less."""
    counted = {
        name: dict(warehouse.query(f"SELECT journal_day, count(*) AS n FROM {name} GROUP BY journal_day").iter_rows())  # noqa: S608 - names of ours
        for name in _TOLD
    }
    outgrown = []
    for day in archived_days(home):
        rows = _rows(_folder(home, day))
        more = [counted[name].get(day, 0) - rows.get(name, 0) for name in _TOLD]
        if min(more) >= 0 and max(more) > 0:
            outgrown.append(day)
    return outgrown


def days_read(warehouse: Warehouse) -> list[date]:
    """The days of the journal from which the warehouse has something, oldest first."""
    asked = " UNION ".join(f"SELECT journal_day FROM {name}" for name in _TOLD)  # noqa: S608 - names of ours
    return warehouse.query(f"SELECT journal_day FROM ({asked}) AS told ORDER BY journal_day")["journal_day"].to_list()  # noqa: S608 - the same


def entries_read(warehouse: Warehouse, day: date) -> pl.DataFrame:
    """The entries of a day (`journal_seq`, `received_at`) from which the warehouse has something."""
    asked = (f"SELECT {', '.join(_PLACE)} FROM {name} WHERE journal_day = $day" for name in _TOLD)  # noqa: S608 - names of ours
    return warehouse.query(" UNION ".join(asked), {"day": day})


def entries_archived(home: Path, day: date) -> pl.DataFrame:
    """The same of what is written down of a day; raises OSError, or polars' own, where it cannot be read."""
    folder = _folder(home, day)
    written = [folder / f"{name}.parquet" for name in _TOLD if name in _rows(folder)]
    return pl.concat([pl.read_parquet(file, columns=_PLACE) for file in written]).unique()


def entries_taken(home: Path, day: date) -> int:
    """How many entries of a day had been read, of all its files, when it was written down."""
    marks = pl.read_parquet(_folder(home, day) / "journal_marks.parquet").drop("journal_day", "crc32", strict=False)
    return int(sum(sum(column) for column in marks.fill_null(0)))


def restore_day(warehouse: Warehouse, home: Path, day: date) -> int:
    """Put back what is written down of a day; returns its spans. Raises ValueError when a file has lost rows."""
    folder = _folder(home, day)
    with warehouse.transaction() as tx:
        shift = {name: _shift(tx, name, column) for name, column in _OF_DAY.items() if column and name in _present(tx)}
        for name, rows in _rows(folder).items():
            before = _count(tx, name)
            column = "span_no" if name in _OF_SPANS else _OF_DAY.get(name, "")
            # Numbers name a row inside one warehouse only; they begin anew behind what is there.
            by = shift["spans" if name in _OF_SPANS else name] if column else 0
            if name == "resources":
                _restore_resources(tx, folder / "resources.parquet")
                continue
            replacing = [f"{column} + {by} AS {column}"] if column else []
            replacing += [_AS_LISTS] if name == "spans" else []
            tx.read_parquet(name, folder / f"{name}.parquet", ", ".join(replacing))
            if _count(tx, name) - before != rows:
                raise ValueError(f"{folder / name}.parquet does not hold the {rows:,} rows it was written with")
    return _rows(folder)["spans"]


def _asked(day: date) -> dict[str, str]:
    """What is written into the file of each table."""
    of_day = f"WHERE journal_day = DATE '{day}'"
    spans = f"SELECT span_no FROM spans {of_day}"  # noqa: S608 - a date
    used = f"SELECT resource_id FROM spans {of_day} UNION SELECT resource_id FROM points {of_day}"  # noqa: S608 - a date
    return {
        # By number: what was sent together stands together, which is what compresses.
        **{
            name: f"SELECT * FROM {name} {of_day} ORDER BY {number or 'journal_seq'}"  # noqa: S608 - names of ours
            for name, number in _OF_DAY.items()
        },
        "spans": f"SELECT * REPLACE ({_AS_MAPS}) FROM spans {of_day} ORDER BY span_no",  # noqa: S608 - constants of ours
        **{name: f"SELECT * FROM {name} WHERE span_no IN ({spans}) ORDER BY span_no" for name in _OF_SPANS},  # noqa: S608 - names of ours
        "left_out": f"SELECT * FROM left_out WHERE received_on = DATE '{day}'",  # noqa: S608 - a date
        "resources": f"SELECT * REPLACE ({_AS_MAPS}) FROM resources WHERE resource_id IN ({used})",  # noqa: S608 - of ours
        "journal_marks": f"SELECT * FROM journal_marks {of_day}",  # noqa: S608 - a date
    }


def _restore_resources(tx: Transaction, file: Path) -> None:
    tx.execute("CREATE OR REPLACE TEMP TABLE archived_resources AS SELECT * FROM resources LIMIT 0")
    tx.read_parquet("archived_resources", file, _AS_LISTS)
    tx.execute("INSERT INTO resources SELECT * FROM archived_resources ANTI JOIN resources USING (resource_id)")


def _shift(tx: Transaction, name: str, column: str) -> int:
    return int(tx.query(f"SELECT coalesce(max({column}), 0) AS n FROM {name}").item())  # noqa: S608 - names of ours


def _count(tx: Transaction, name: str) -> int:
    return int(tx.query(f"SELECT count(*) AS n FROM {name}").item())  # noqa: S608 - a table of ours


def _present(reading: Transaction) -> set[str]:
    return set(reading.query("SELECT table_name FROM duckdb_tables()")["table_name"])


def _rows(folder: Path) -> dict[str, int]:
    rows: dict[str, int] = orjson.loads((folder / MANIFEST).read_bytes())
    return rows


def _folder(home: Path, day: date) -> Path:
    return home / ARCHIVE / day.isoformat()
