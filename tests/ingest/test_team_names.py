"""A team has one name, however senders write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.team_names import MOST_CHARS, cleaned, same, spelled


@pytest.mark.parametrize(
    "written",
    [
        "Search", " Search ", "\tSearch\n", "Ｓｅａｒｃｈ", "Sea\u200brch", "\u202eSearch", "Se\u00adarch",
        "Search\x00", "SEARCH", "search", "sEARCH", "ſearch",
    ],
)  # fmt: skip
def test_one_team_is_written_in_many_ways(written: str) -> None:
    assert same(written) == same("Search")


@pytest.mark.parametrize("other", ["Seаrch", "Search.", "Sea rch", "Search2", "", "Sëarch"])
def test_another_name_is_another_team(other: str) -> None:
    assert same(other) != same("Search")


def test_a_name_keeps_its_capitals_and_loses_what_nobody_sees() -> None:
    assert cleaned(" R&D\u00a0 \u200bMünchen\r\n") == "R&D München"


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b\u202e", "\x00\x1b"])
def test_a_name_that_shows_nothing_is_none(nothing: str) -> None:
    assert cleaned(nothing) is None


def test_a_name_is_spelled_as_it_is_known() -> None:
    assert [spelled(name, ["Search", "Ops"]) for name in ("SEARCH", "ops ", "new")] == ["Search", "Ops", "new"]


@given(st.text())
def test_a_clean_name_is_short_and_stays_as_it_is(name: str) -> None:
    once = cleaned(name) or ""
    assert (len(once) <= MOST_CHARS, cleaned(once) or "", same(once)) == (True, once, same(name))


@given(st.text())
def test_no_name_has_a_line_break(name: str) -> None:
    assert len((cleaned(name) or "x").splitlines()) == 1
