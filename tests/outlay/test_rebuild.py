"""A warehouse is made anew from what lies beside it: the totals are equal, and what only it knew is still known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_once import home_after
from typing_commands import CHAT

from ingest import Entry, Limits
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.keeping.backup import NoBackup, back_up
from outlay.keeping.rebuild import last_rebuilt, rebuild
from outlay.keeping.records import archive_closed_days, drop_archived, keep_records
from outlay.keeping.recovery import sound_books
from outlay.keeping.verify import verify
from outlay.questions.table import answer_question
from outlay.reading.loading import catch_up
from outlay.reading.replay import captures, replay
from warehouse import Month, OwnPrice, WarehouseDamaged, close_month, closes, set_own_prices, usage
from warehouse.locked_down import LOCKED_DOWN

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 8, 3, 9, tzinfo=UTC)
PRICE = OwnPrice("override", "openai", "gpt-4o-mini", "cache_read", datetime(2027, 1, 1), Decimal("0.5"))


@contextmanager
def opened(home: Home) -> Iterator[Books]:
    with open_books(home, NOW) as books:
        yield books


def lived_in(folder: Path) -> None:
    """Two days of the journal, the first long closed; a closed month, a price and a job that ran."""
    with opened(Home(folder)) as books:
        for at, recorded in ((LONG_AGO, CHAT), (NOW, CHAT.parent)):
            replay(books.journal, captures([recorded]), team=f"team of {at:%B}", limits=Limits(), now=at)
        catch_up(books, NOW)
        set_own_prices(books.warehouse, [PRICE], NOW)
        first = books.warehouse.query("SELECT min(started_at) AS at FROM calls")["at"][0]
        close_month(books.warehouse, month_of(first), zone=books.settings.zone, by="finance", now=NOW)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(home_after(lived_in, tmp_path / "home"))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """What the books of such a home say."""
    return said(Home(home_after(lived_in, tmp_path_factory.mktemp("before"))))


def month_of(instant: datetime) -> Month:
    return Month(instant.year, instant.month)


def said(home: Home) -> tuple[Any, ...]:
    """What the books say: every figure, the closed months, the book of prices; and whether they agree."""
    with opened(home) as books:
        warehouse = books.warehouse
        return (
            usage(warehouse, by=["team", "model"]),
            closes(warehouse),
            warehouse.query("SELECT * FROM price_lines ORDER BY ALL").rows(),
            warehouse.query("SELECT * EXCLUDE (line_no) FROM statement_lines ORDER BY ALL").rows(),
            warehouse.query("SELECT count(*) FROM spans").item(),
            [check.sentence for check in verify(books) if not check.passed],
        )


def made_anew(home: Home) -> tuple[str, ...]:
    return rebuild(home, because="a test", now=NOW, progress=lambda _what, _done: None).lost


def drop_the_first_day(home: Home) -> None:
    with opened(home) as books:
        archive_closed_days(books, NOW)
        assert drop_archived(books, NOW.date()) == [LONG_AGO.date()]


def spoil(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for place in range(4096, len(content), 4096):
        content[place] ^= 1
    file.write_bytes(content)


def test_a_rebuilt_warehouse_says_what_the_old_one_said(home: Home, before: tuple[Any, ...]) -> None:
    assert (made_anew(home), said(home)) == ((), before)


def test_days_that_left_the_journal_come_back_from_the_archive(home: Home, before: tuple[Any, ...]) -> None:
    drop_the_first_day(home)
    assert (made_anew(home), said(home)) == ((), before)


def test_attributes_are_maps_in_the_archive_as_earlier_versions_wrote_them(home: Home) -> None:
    drop_the_first_day(home)
    files = [home.folder / "archive" / str(LONG_AGO.date()) / f"{name}.parquet" for name in ("spans", "resources")]
    assert [pa.types.is_map(pq.read_schema(file).field("attributes").type) for file in files] == [True, True]


def priced_anew(home: Home) -> None:
    """Set a price for calls that have been charged already, which a new price never changes."""
    with opened(home) as books:
        set_own_prices(books.warehouse, [replace(PRICE, valid_from=datetime(2026, 11, 1))], NOW)


def test_a_call_is_charged_what_it_was_charged_though_its_price_has_changed_since(home: Home) -> None:
    priced_anew(home)
    before = said(home)
    assert (made_anew(home), said(home)) == ((), before)


def test_where_nobody_knows_what_calls_were_charged_the_difference_is_said(home: Home) -> None:
    priced_anew(home)
    home.warehouse.unlink()
    assert [sentence.partition(" cost ")[0] for sentence in made_anew(home)] == ["the calls of 2026-11"]


def test_a_day_that_is_nowhere_else_is_never_dropped(home: Home) -> None:
    with opened(home) as books:
        assert drop_archived(books, NOW.date()) == []


def test_days_that_only_the_old_warehouse_has_are_saved_from_it(home: Home, before: tuple[Any, ...]) -> None:
    (home.journal / f"{LONG_AGO.date()}.db").unlink()
    assert (made_anew(home), said(home)[:5]) == ((), before[:5])


def test_a_damaged_day_of_the_journal_comes_back_from_the_old_warehouse(home: Home, before: tuple[Any, ...]) -> None:
    spoil(home.journal / f"{LONG_AGO.date()}.db")
    assert (made_anew(home), said(home)[:5]) == ((), before[:5])


def test_what_nobody_has_any_more_is_said_to_be_lost(home: Home) -> None:
    (home.journal / f"{LONG_AGO.date()}.db").unlink()
    home.warehouse.unlink()
    lost = made_anew(home)
    assert f"the journal of {LONG_AGO.date()} is gone, and was never archived" in lost


def test_the_old_file_is_moved_aside_and_not_deleted(home: Home) -> None:
    made_anew(home)
    done = last_rebuilt(home)
    assert done is not None
    assert done.aside is not None
    assert (Path(done.aside).stat().st_size > 0, home.rebuilding.exists()) == (True, False)


def test_a_damaged_warehouse_is_refused_with_the_way_out(home: Home) -> None:
    home.warehouse.write_bytes(home.warehouse.read_bytes()[:9000])
    with pytest.raises(WarehouseDamaged, match="outlay rebuild"), opened(home):
        pass


def called_later(folder: Path) -> None:
    home_after(lived_in, folder)
    with opened(Home(folder)) as books:
        replay(books.journal, captures([CHAT]), team="later", limits=Limits(), now=NOW)
        catch_up(books, NOW)


@pytest.fixture(scope="module")
def before_later(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    return said(Home(home_after(called_later, tmp_path_factory.mktemp("before"))))


@pytest.mark.parametrize("damage", ["spoilt", "cut", "gone", "older"])
def test_a_server_s_start_mends_what_it_finds_damaged(
    home: Home, before_later: tuple[Any, ...], tmp_path: Path, damage: str
) -> None:
    older = tmp_path / "older.duckdb"
    shutil.copy(home.warehouse, older)
    home_after(called_later, home.folder)
    match damage:
        case "spoilt":
            spoil(home.warehouse)
        case "cut":
            home.warehouse.write_bytes(home.warehouse.read_bytes()[:9000])
        case "gone":
            home.warehouse.unlink()
        case _:
            shutil.copy(older, home.warehouse)
    with sound_books(home):
        pass
    assert said(home) == before_later


def test_damage_found_while_it_serves_is_mended_at_the_next_start(home: Home, before: tuple[Any, ...]) -> None:
    home.note_damage("a block is damaged")
    with sound_books(home):
        pass
    assert (said(home), home.damage_note.exists()) == (before, False)


def test_a_log_that_was_cut_off_is_noticed(home: Home, tmp_path: Path) -> None:
    with opened(home) as books:
        books.warehouse.checkpoint()
        shutil.copytree(home.folder, tmp_path / "crashed", ignore=shutil.ignore_patterns("*.lock"))
        close_month(books.warehouse, month_of(NOW).previous(), zone=books.settings.zone, by="finance", now=NOW)
        keep_records(books)
    # What a power cut leaves when the disk lied: the file without the log, and what was written down beside it.
    shutil.copytree(home.folder / "records", tmp_path / "crashed" / "records", dirs_exist_ok=True)
    with pytest.raises(WarehouseDamaged, match="has lost something"), opened(Home(tmp_path / "crashed")):
        pass


def test_only_the_changed_table_is_written_again(home: Home) -> None:
    with opened(home) as books:
        keep_records(books)
        before = {file.name for file in (home.folder / "records").iterdir()}
        close_month(books.warehouse, month_of(NOW).previous(), zone=books.settings.zone, by="finance", now=NOW)
        keep_records(books)
        after = {file.name for file in (home.folder / "records").iterdir()}
    assert {name.partition(".")[0] for name in after - before} == {"closes"}


def test_every_table_is_either_kept_or_read_from_something(home: Home) -> None:
    of_spans = {"span_no", "point_no", "journal_day", "journal_seq"}
    with opened(home) as books:
        keep_records(books)
        columns = books.warehouse.query("SELECT table_name, column_name FROM duckdb_columns()").rows()
    kept = {file.name.partition(".")[0] for file in (home.folder / "records").glob("*.parquet")}
    assert {table for table, column in columns if table in kept and column in of_spans} == set()


def test_a_backup_is_a_home_that_says_the_same(home: Home, before: tuple[Any, ...], tmp_path: Path) -> None:
    with opened(home) as books:
        copied = lambda: Path(answer_question(books, "copy_warehouse", {}, NOW)["file"])  # noqa: E731 - a step of the case
        back_up(home, tmp_path / "copy", copied, lambda _what, _done: None)
    assert said(Home(tmp_path / "copy")) == before


def test_a_backup_never_writes_over_another(home: Home, tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="exists already"):
        back_up(home, tmp_path, Path, lambda _what, _done: None)


def test_an_entry_that_comes_while_nobody_looks_is_read_after_the_rebuild(home: Home) -> None:
    with opened(home) as books:
        [entry] = books.journal.read({}, max_entries=1, max_bytes=1)
        books.journal.append(
            [Entry(NOW, None, "late", entry.signal, entry.content_type, entry.content_encoding, entry.body)]
        )
    made_anew(home)
    with opened(home) as books:
        assert catch_up(books, NOW).entries == 0


def test_a_log_that_kills_made_long_is_moved_into_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(Home(tmp_path / "alive")) as books:
        replay(books.journal, captures([CHAT]), team="search", limits=Limits(), now=NOW)
        catch_up(books, NOW)
        # What a kill would leave just now.
        killed = Home(Path(shutil.copytree(books.home.folder, tmp_path / "killed")))
        replay(books.journal, captures([CHAT]), team="ads", limits=Limits(), now=NOW)
        shutil.copytree(books.home.journal, killed.journal, dirs_exist_ok=True)
    log = killed.warehouse.with_name(f"{killed.warehouse.name}.wal")
    monkeypatch.setitem(LOCKED_DOWN, "checkpoint_threshold", f"{log.stat().st_size}B")
    with sound_books(killed) as books:
        before = log.exists()
        catch_up(books, NOW)
        said = before, log.exists(), books.warehouse.query("SELECT count(*) > 0 FROM spans").item()
    assert said == (True, False, True)
