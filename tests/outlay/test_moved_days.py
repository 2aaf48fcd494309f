"""Days of the journal that were moved away, replaced or lost: what the ledger read of them is never thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made_once import home_after
from typing_commands import CHAT, Shell

from ingest import Limits
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.keeping.doubts import doubts
from outlay.keeping.rebuild import last_rebuilt, rebuild
from outlay.keeping.records import archive_closed_days, drop_archived
from outlay.keeping.recovery import StillDamaged, sound_books
from outlay.keeping.verify import verify
from outlay.questions.doctor import examine
from outlay.reading.loading import catch_up
from outlay.reading.replay import captures, replay
from warehouse import WarehouseDamaged, usage

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY = NOW.date()


def told_of(books: Books, *teams: str) -> None:
    """The same calls of some teams, received and read."""
    for team in teams:
        replay(books.journal, captures([CHAT]), team=team, limits=Limits(), now=NOW)
    catch_up(books, NOW)


def of_three_teams(folder: Path) -> None:
    with open_books(Home(folder), NOW) as books:
        told_of(books, "ads", "bots", "chat")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(home_after(of_three_teams, tmp_path / "home"))


def moved_away(home: Home) -> None:
    shutil.move(home.journal, home.folder.with_name("aside"))


def told_after(home: Home, *teams: str) -> None:
    with open_books(home, NOW) as books:
        told_of(books, *teams)


def said(home: Home) -> tuple[list[Any], list[str]]:
    """The calls and cost of every team, and which checks fail."""
    with open_books(home, NOW) as books:
        rows = [(row["team"], row["calls"], row["cost_usd"]) for row in usage(books.warehouse, by=["team"])["rows"]]
        return sorted(rows), [check.sentence for check in verify(books) if not check.passed]


def teams(home: Home) -> list[str]:
    return [team for team, _, _ in said(home)[0]]


def made_anew(home: Home) -> tuple[str, ...]:
    return rebuild(home, because="a test", now=NOW, progress=lambda _what, _done: None).lost


def cut(home: Home) -> None:
    home.warehouse.write_bytes(home.warehouse.read_bytes()[:9000])


@pytest.mark.parametrize("since", [("dogs",), ("dogs", "eels", "fish", "goat")], ids=["fewer", "more"])
def test_a_rebuild_keeps_what_was_read_of_a_file_that_is_gone_and_what_came_since(
    home: Home, since: tuple[str, ...]
) -> None:
    moved_away(home)
    told_after(home, *since)
    before = said(home)[0]
    lost = made_anew(home)
    assert (lost, said(home), [team for team, _, _ in before]) == ((), (before, []), ["ads", "bots", "chat", *since])


def test_a_rebuild_keeps_what_an_older_copy_of_a_file_does_not_hold(home: Home, tmp_path: Path) -> None:
    shutil.copytree(home.journal, tmp_path / "copy")
    told_after(home, "dogs")
    shutil.rmtree(home.journal)
    shutil.copytree(tmp_path / "copy", home.journal)
    assert (made_anew(home), teams(home)) == ((), ["ads", "bots", "chat", "dogs"])


def test_a_rebuild_after_a_rebuild_still_has_both(home: Home) -> None:
    moved_away(home)
    told_after(home, "dogs")
    made_anew(home)
    told_after(home, "eels")
    cut(home)
    assert (made_anew(home), teams(home)) == ((), ["ads", "bots", "chat", "dogs", "eels"])


def test_a_rebuilt_home_whose_file_was_replaced_opens_though_its_mark_went_down(home: Home) -> None:
    moved_away(home)
    told_after(home, "dogs")
    assert teams(home) == ["ads", "bots", "chat", "dogs"]


def failing(home: Home) -> list[str]:
    with open_books(home, NOW) as books:
        return [
            finding.name
            for finding in examine(books, NOW)
            if finding.name in {"kept", "brought back"} and not finding.passed
        ]


@pytest.mark.parametrize("since", [(), ("dogs",)], ids=["gone", "another"])
def test_what_stands_in_the_ledger_alone_is_said_until_it_is_archived(home: Home, since: tuple[str, ...]) -> None:
    moved_away(home)
    told_after(home, *since)
    before = (len(said(home)[1]), failing(home))
    with open_books(home, NOW) as books:
        doubted = doubts(books)
        archive_closed_days(books, NOW)
    after = (len(said(home)[1]), failing(home))
    assert (before, len(doubted), after) == ((1, ["kept"]), 1, (0, []))


def test_an_archive_that_cannot_be_read_keeps_nothing(home: Home) -> None:
    moved_away(home)
    told_after(home, "dogs")
    with open_books(home, NOW) as books:
        archive_closed_days(books, NOW)
        told_of(books, "eels")
        for file in (home.folder / "archive" / str(TODAY)).glob("*.parquet"):
            file.write_bytes(b"PAR1")
    assert (failing(home), len(said(home)[1])) == (["kept"], 1)


def test_an_archived_day_that_grew_is_archived_again_before_its_file_is_dropped(home: Home) -> None:
    moved_away(home)
    told_after(home, "dogs")
    with open_books(home, NOW) as books:
        archive_closed_days(books, NOW)
        told_of(books, "eels")
        kept = drop_archived(books, LATER.date())
        archive_closed_days(books, LATER)
        dropped = drop_archived(books, LATER.date())
    cut(home)
    assert (kept, dropped, made_anew(home), teams(home)) == ([], [TODAY], (), ["ads", "bots", "chat", "dogs", "eels"])


def lose_everything(home: Home) -> None:
    moved_away(home)
    cut(home)


def lose_a_part(home: Home) -> None:
    """A page in the midst of the day's file, and the ledger."""
    [file] = home.journal.glob("*.db")
    content = bytearray(file.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    file.write_bytes(content)
    cut(home)


@pytest.mark.parametrize("losing", [lose_everything, lose_a_part])
def test_a_home_that_lost_something_opens_and_says_so(home: Home, losing: Callable[[Home], None]) -> None:
    losing(home)
    lost = made_anew(home)
    _, broken = said(home)
    aside = [path for path in home.folder.iterdir() if path.name.startswith("records.")]
    assert (len(lost) > 1, any(lost[1] in sentence for sentence in broken), len(aside)) == (True, True, 1)


def test_a_home_that_lost_something_is_made_anew_once(home: Home) -> None:
    lose_everything(home)
    with sound_books(home):
        pass
    first = last_rebuilt(home)
    with sound_books(home):
        pass
    assert (first is not None, last_rebuilt(home)) == (True, first)


def test_a_ledger_that_does_not_open_after_it_was_made_anew_is_not_made_a_third_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_warehouse: object, _home: object) -> str:
        return "it has 0 spans, and had 9"

    # What no rebuild mends: the disk gives back something else than was written.
    monkeypatch.setattr("outlay.books.loss", lost)
    with pytest.raises(StillDamaged, match="cannot be opened all the same"), sound_books(home):
        pass
    assert len(list(home.folder.glob("warehouse.duckdb.2*"))) == 1


def test_to_delete_the_old_file_is_not_advised_when_something_was_lost(supported: Shell) -> None:
    home = Home(supported.home)
    lose_everything(home)
    shown = supported.type("rebuild")
    assert (shown.code, "keep it: something was lost" in shown.out, "delete it" in shown.out) == (1, True, False)


def test_status_says_what_was_lost(supported: Shell) -> None:
    home = Home(supported.home)
    lose_everything(home)
    supported.type("rebuild")
    shown = supported.type("status")
    assert (shown.code, "is gone, and was never archived" in shown.out) == (0, True)


def test_a_warehouse_that_says_less_than_its_records_is_still_refused(home: Home, tmp_path: Path) -> None:
    shutil.copy(home.warehouse, tmp_path / "older")
    told_after(home, "dogs")
    shutil.copy(tmp_path / "older", home.warehouse)
    with pytest.raises(WarehouseDamaged, match="has lost something"), open_books(home, NOW):
        pass
