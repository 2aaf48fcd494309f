"""The warehouse's file: what it may hold, and what no SQL reaches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse import Warehouse


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
