"""What only the warehouse knows, written down beside it: closed months, prices, incidents, messages, runs of jobs.

Everything else in it is read from the journal or from `outlay.toml` again. The folder `records/` has one Parquet file
for each such table, and `records.json`, which names the files and says how much the warehouse had read by then. That is
how a warehouse is rebuilt, and how one is caught that silently says less than it did.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from warehouse.locked_down import RECORDS
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

MANIFEST: Final = "records.json"

# Read from the journal, or computed from what was; and what `outlay.toml` says, which is told at every start.
# A table that is not named here is kept.
DERIVED: Final = frozenset(
    {
        *("journal_marks", "spans", "checks", "outcomes", "faults", "points", "resources", "left_out"),
        *("reported_outcomes", "named_outcomes", "outcome_parts", "task_outcomes", "task_checks", "tool_uses"),
        *("folds", "calls", "charges", "task_parts", "tasks", "hours", "refresh_mark"),
        *("hour_lots", "charge_lots", "named_responses", "heard"),
        *("waste_found", "waste_days"),
        *("claim_days", "metered", "increments", "model_names", "tier_names"),
        *("teams", "own_names", "discounts", "migrations", "kept_version"),
        *("outcome_rules", "workflow_prices", "human_costs", "failure_rules"),
    }
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One table as it was written down."""

    file: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Records:
    """What `records.json` says: the tables, and how far the warehouse had read."""

    version: int
    tables: Mapping[str, Kept]
    spans: int
    marks: Mapping[str, int]  # journal day → how many entries of it were taken in all
    spent: Mapping[str, str]  # month in UTC → what its calls cost, exactly


def kept_tables(reading: Transaction) -> list[str]:
    """The tables that exist nowhere else, by name."""
    tables = reading.query("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name")
    return [name for name in tables["table_name"] if name not in DERIVED]


def keep(warehouse: Warehouse, home: Path) -> bool:
    """Write down what has changed since it was last written down; returns whether anything had.

    On return it is on disk. Raises OSError when it cannot be written.
    """
    before = records(home)
    with warehouse.snapshot() as reading:
        digests = _digests(reading)
        found = _now(reading, before.tables if before else {})
    same = before is not None and digests == {name: (of.rows, of.digest) for name, of in before.tables.items()}
    if same and found == before:
        return False
    if not same:
        with warehouse.transaction() as tx:
            tx.execute("UPDATE kept_version SET version = version + 1")
    folder = home / RECORDS
    folder.mkdir(exist_ok=True)
    with warehouse.snapshot() as reading:
        version = _version(reading)
        tables = {
            name: _known(before, folder, name, digest)
            or _written(reading, folder / f"{name}.{version}.parquet", digest)
            for name, digest in _digests(reading).items()
        }
        told = _now(reading, tables)
    _replace(folder / MANIFEST, orjson.dumps(asdict(told), option=orjson.OPT_INDENT_2))
    for file in folder.glob("*.parquet"):
        if file.name not in {table.file for table in tables.values()}:
            file.unlink()
    return True


def records(home: Path) -> Records | None:
    """What was written down, or None where nothing was or it cannot be read."""
    try:
        told = orjson.loads((home / RECORDS / MANIFEST).read_bytes())
        tables = {name: Kept(**table) for name, table in told.pop("tables").items()}
        return Records(tables=tables, **told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def restore(tx: Transaction, home: Path) -> list[str]:
    """Put back what was written down, in place of what the tables hold; returns a sentence for each that is lost."""
    told = records(home)
    lost = []
    present = set(kept_tables(tx))
    for name, table in (told.tables if told else {}).items():
        file = home / RECORDS / table.file
        if name not in present:
            continue  # an earlier version's table, which a migration has taken away
        if not file.is_file():
            lost.append(f"the {table.rows:,} rows of {name} are lost: {file} is not there")
            continue
        tx.execute(f'DELETE FROM "{name}"')  # noqa: S608 - a table of ours
        tx.read_parquet(name, file)
        if tx.query(_digest_of(name))["n"].item() != table.rows:
            lost.append(f"{name} had {table.rows:,} rows, and {file} does not")
    if told:
        tx.execute("UPDATE kept_version SET version = $version", {"version": told.version})
    return lost


def loss(warehouse: Warehouse, home: Path) -> str | None:
    """In which way the warehouse says less than was written down beside it; None when it does not."""
    told = records(home)
    if told is None:
        return None
    with warehouse.snapshot() as reading:
        found = _now(reading, {})
    if found.version < told.version:
        return f"its records are of version {found.version}, and version {told.version} was written down"
    if found.spans < told.spans:
        return f"it has {found.spans:,} spans, and had {told.spans:,}"
    behind = [day for day, seq in told.marks.items() if found.marks.get(day, 0) < seq]
    if behind:
        return f"it has read less of the journal than it had (of {', '.join(behind[:3])})"
    return None


def _now(reading: Transaction, tables: Mapping[str, Kept]) -> Records:
    spans = int(reading.query("SELECT count(*) AS n FROM spans").item())
    marks = reading.query(
        "SELECT journal_day, loaded_seq + former_entries FROM journal_marks ORDER BY journal_day"
    ).iter_rows()
    read = {day.isoformat(): seq for day, seq in marks}
    return Records(_version(reading), tables, spans, read, _spent(reading))


def spent(warehouse: Warehouse) -> dict[str, str]:
    """What the calls of each month (in UTC) cost, exactly."""
    with warehouse.snapshot() as reading:
        return _spent(reading)


def _spent(reading: Transaction) -> dict[str, str]:
    months = reading.query(
        "SELECT strftime(hour_at, '%Y-%m') AS month, CAST(sum(cost_usd) AS VARCHAR) AS cost_usd"
        " FROM hours GROUP BY month ORDER BY month"
    )
    return dict(months.iter_rows())


def _version(reading: Transaction) -> int:
    return int(reading.query("SELECT version FROM kept_version").item())


def _digests(reading: Transaction) -> dict[str, tuple[int, str]]:
    """Of each kept table its rows and their digest; one question for all of them, for planning is what takes time."""
    asked = reading.query(" UNION ALL ".join(_digest_of(name) for name in kept_tables(reading)))
    return {name: (rows, digest) for name, rows, digest in asked.iter_rows()}


def _digest_of(name: str) -> str:
    return (
        f"SELECT '{name}' AS name, count(*) AS n,"  # noqa: S608 - a table of ours
        f' CAST(coalesce(sum(hash(kept)), 0) AS VARCHAR) AS digest FROM "{name}" AS kept'
    )


def _known(before: Records | None, folder: Path, name: str, digest: tuple[int, str]) -> Kept | None:
    known = before.tables.get(name) if before else None
    return known if known and (known.rows, known.digest) == digest and (folder / known.file).is_file() else None


def _written(reading: Transaction, file: Path, digest: tuple[int, str]) -> Kept:
    table = file.name.partition(".")[0]
    reading.write_parquet(f'SELECT * FROM "{table}"', file)  # noqa: S608 - a table of ours
    return Kept(file.name, *digest)


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Have a file's content, or a folder's names, survive the loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
