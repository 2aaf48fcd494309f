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
                    tx.execute("INSERT INTO refresh_mark VALUES (0, 0, 0, 0)")
                sizes.append(log.stat().st_size if log.exists() else 0)
    assert (0 < sizes[0] < 10**6, sizes[1]) == (True, 0)


NUMBER_OF_THIS_TRANSACTION = "SELECT txid_current() AS n"  # they are counted from when the database was opened


def test_it_is_opened_anew_when_nobody_asks_and_is_the_same(small: Warehouse) -> None:
    with small.transaction() as tx:
        tx.execute("CREATE TABLE counted AS SELECT range AS i FROM range(10)")
    for _ in range(50):
        small.query("SELECT 1")
    before = small.query(NUMBER_OF_THIS_TRANSACTION)["n"].item()
    with small.snapshot():
        while_asking = small.renew()
    with small.transaction():
        while_writing = small.renew()
    renewed = small.renew()
    after = small.query(NUMBER_OF_THIS_TRANSACTION)["n"].item()
    settings = (
        "SELECT value FROM duckdb_settings() WHERE name IN ('memory_limit', 'enable_external_access') ORDER BY name"
    )
    assert (
        while_asking,
        while_writing,
        renewed,
        after < before,
        small.query("SELECT sum(i) AS n FROM counted").row(0),
    ) == (
        False,
        False,
        True,
        True,
        (45,),
    )
    assert small.query(settings)["value"].to_list() == ["false", "95.3 MiB"]


def test_those_who_ask_meanwhile_never_notice(small: Warehouse) -> None:
    with small.transaction() as tx:
        tx.execute("CREATE TABLE counted AS SELECT range AS i FROM range(10)")
    with ThreadPoolExecutor(4) as others:
        asked = [others.submit(small.query, "SELECT sum(i) AS n FROM counted") for _ in range(200)]
        renewed = 0
        while not renewed or not all(each.done() for each in asked):
            renewed += small.renew()
        assert {each.result()["n"].item() for each in asked} == {45}


def test_one_in_memory_is_never_opened_anew() -> None:
    assert not Warehouse.in_memory().renew()


def test_one_that_cannot_be_opened_anew_says_so(small: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object, **_more: object) -> None:
        raise duckdb.IOException("no file descriptor is left")

    monkeypatch.setattr(duckdb, "connect", refused)
    with pytest.raises(duckdb.IOException):
        small.renew()
    assert small.unusable


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
