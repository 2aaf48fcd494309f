"""The warehouse's file: what it may hold, and what no SQL reaches."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from warehouse import Warehouse
from warehouse.locked_down import LOCKED_DOWN
from warehouse.store import WAREHOUSE_FILE


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse that may hold a hundred megabytes."""
    with Warehouse.open(tmp_path, memory_mb=100) as warehouse:
        yield warehouse


def test_what_is_larger_than_its_memory_goes_to_the_disk(small: Warehouse) -> None:
    sorted_by_hash = "SELECT count(*) AS n FROM (SELECT hash(i) AS h FROM range(8_000_000) AS t(i) ORDER BY h)"
    assert small.query(sorted_by_hash)["n"].item() == 8_000_000


def test_what_cannot_go_there_is_allowed_more_memory(small: Warehouse) -> None:
    middle = "SELECT median(i) AS middle FROM range(8_000_001) AS t(i)"
    assert small.query(middle)["middle"].item() == 4_000_000


@pytest.mark.parametrize(
    "reaching", ["SELECT * FROM read_csv('/etc/hostname')", "SET enable_external_access = true", "INSTALL httpfs"]
)
def test_no_sql_reaches_a_file_or_the_network(small: Warehouse, reaching: str) -> None:
    with pytest.raises(duckdb.Error), small.transaction() as tx:
        tx.execute(reaching)


def test_a_transaction_inside_another_is_part_of_it(small: Warehouse) -> None:
    counted = "SELECT sum(i) AS n FROM counted"
    with small.transaction() as tx:
        tx.execute("CREATE TABLE counted (i INTEGER)")
        with small.transaction() as inner:
            inner.execute("INSERT INTO counted VALUES (1)")
        seen = small.query(counted)["n"].item()
    with suppress(ZeroDivisionError), small.transaction():
        with small.transaction() as inner:
            inner.execute("INSERT INTO counted VALUES (2)")
        raise ZeroDivisionError
    assert (seen, small.query(counted)["n"].item(), small.writes) == (1, 1, 1)


def test_what_another_thread_writes_is_no_part_of_it(small: Warehouse) -> None:
    with small.transaction() as tx, ThreadPoolExecutor(1) as other:
        tx.execute("CREATE TABLE counted (i INTEGER)")
        tables = "SELECT count(*) AS n FROM duckdb_tables() WHERE table_name = 'counted'"
        assert (small.query(tables)["n"].item(), other.submit(small.query, tables).result()["n"].item()) == (1, 0)


def test_a_large_commit_goes_to_the_file_and_not_to_the_log_while_somebody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOCKED_DOWN, "checkpoint_threshold", "1MB")
    log = tmp_path / f"{WAREHOUSE_FILE}.wal"
    sizes = []
    with Warehouse.open(tmp_path) as warehouse:
        with warehouse.transaction() as tx:
            tx.execute("CREATE TABLE texts (text VARCHAR)")
        with warehouse.snapshot() as reading:
            reading.query("SELECT count(*) FROM texts")
            for rows in (10, 100_000):
                with warehouse.transaction() as tx:
                    tx.execute("INSERT INTO texts SELECT uuid()::VARCHAR FROM range($rows)", {"rows": rows})
                    tx.execute("DELETE FROM refresh_mark")  # as a refresh does
                    tx.execute("INSERT INTO refresh_mark VALUES (0, 0, 0)")
                sizes.append(log.stat().st_size if log.exists() else 0)
    assert (0 < sizes[0] < 10**6, sizes[1]) == (True, 0)


def test_the_log_is_moved_into_the_file_when_nobody_tries_out_a_change(small: Warehouse) -> None:
    with small.snapshot() as reading:
        reading.execute("UPDATE kept_version SET version = version + 1")
        while_reading = small.checkpoint()
    assert (while_reading, small.checkpoint()) == (False, True)


def test_only_tidying_merges_what_checkpoints_wrote_apart(small: Warehouse) -> None:
    with small.transaction() as tx:
        tx.execute("CREATE TABLE counted (i INTEGER)")
    for _ in range(3):
        with small.transaction() as tx:
            tx.execute("INSERT INTO counted SELECT range FROM range(5_000)")
        small.checkpoint()
    groups = "SELECT count(DISTINCT row_group_id) AS n FROM pragma_storage_info('counted')"
    apart = small.query(groups)["n"].item()
    with small.transaction() as tx:  # where nothing is new, DuckDB leaves its file as it is
        tx.execute("DELETE FROM counted WHERE i = 0")
    tidied = small.tidy()
    assert (
        apart,
        tidied,
        small.query(groups)["n"].item(),
        small.query("SELECT count(*) AS n FROM counted")["n"].item(),
    ) == (
        3,
        True,
        1,
        14_997,
    )
