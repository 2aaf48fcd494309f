"""A question in a URL: understood, or answered with a sentence that shows how to ask it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import Reader
from dashboards.asked import FORMATS, Asked, BadQuestion, NotYours, asked, within

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_date_is_the_midnight_it_begins_with_in_the_business_zone() -> None:
    question = asked([("since", "2026-10-01"), ("until", "2026-11-01")], BERLIN)
    assert (question.since, question.until) == (
        datetime(2026, 9, 30, 22, tzinfo=UTC),
        datetime(2026, 10, 31, 23, tzinfo=UTC),
    )


def test_an_instant_keeps_the_zone_it_names() -> None:
    assert asked([("since", "2026-10-01T12:00:00+09:00")], BERLIN).since == datetime(2026, 10, 1, 3, tzinfo=UTC)


def test_several_teams_may_be_named_each_counts_once() -> None:
    assert asked([("team", "a"), ("team", "b"), ("team", "a")], BERLIN) == Asked(None, None, ("a", "b"), "json")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ([("since", "2026-13-01")], "since='2026-13-01' is no date"),
        ([("since", "yesterday")], "write 2026-10-03"),
        ([("since", "")], "is no date"),
        ([("until", "9999-12-31T23:59:59-23:59")], "is no date"),
        ([("since", "2026-11-02"), ("until", "2026-11-01")], "ends at 2026-11-01, before it begins"),
        ([("since", "2026-11-02"), ("since", "2026-11-03")], "told twice"),
        ([("format", "xml")], "there are: json, csv, arrow"),
        ([("teams", "a")], "'teams' is no part of a question"),
        ([("team", str(number)) for number in range(1001)], "more than a question may name"),
    ],
)
def test_what_is_wrong_is_named(query: list[tuple[str, str]], sentence: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        asked(query, BERLIN)
    assert sentence in str(refused.value)


@given(st.lists(st.tuples(st.sampled_from(["since", "until", "team", "by", "format", "x"]), st.text()), max_size=4))
def test_any_query_is_a_question_or_a_sentence(query: list[tuple[str, str]]) -> None:
    try:
        told = asked(query, BERLIN).format
    except BadQuestion as refused:
        told = str(refused)
    assert told in FORMATS or len(told) > 10


def test_a_reader_of_one_team_may_not_ask_for_another() -> None:
    with pytest.raises(NotYours, match=r"this key shows Support; it does not show Search"):
        within(Reader(teams=("Support",)), ("Support", "Search"))


def test_a_reader_who_names_no_team_gets_their_own() -> None:
    assert within(Reader(teams=("Support",)), ()) == ("Support",)


@pytest.mark.parametrize(
    ("query", "by"), [([("by", "model,month")], ("model", "month")), ([("by", "")], ()), ([], None)]
)
def test_an_answer_is_grouped_by_what_is_asked_for(query: list[tuple[str, str]], by: tuple[str, ...] | None) -> None:
    assert asked(query, BERLIN).by == by
