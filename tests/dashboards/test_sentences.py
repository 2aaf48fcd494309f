"""Numbers in sentences: exact where it matters, never infinite, never more certain than they are."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import Lag
from dashboards.periods import Days
from dashboards.words import at, change, covered, freshness, lasting, markdown, more_or_less, on_days, percent

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 15, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ("112", "100", "+12%"),
        ("97", "100", "−3%"),
        ("100.4", "100", "+0.4%"),
        ("100.04", "100", "unchanged"),
        ("5", "0", "new"),
        ("0", "5", "gone"),
        ("0", "0", "unchanged"),
        ("1400", "100", "×14"),
    ],
)
def test_a_change_is_said_without_infinities(now: str, before: str, said: str) -> None:
    assert change(Decimal(now), Decimal(before)) == said


@pytest.mark.parametrize(
    ("share", "digits", "said"),
    [
        (0.9921, 1, "99.2%"),
        (0.99999, 1, ">99.9%"),
        (1.0, 1, "100.0%"),
        (0.0001, 0, "<1%"),
        (0.0, 0, "0%"),
        (None, 1, "—"),
    ],
)
def test_nearly_all_is_not_all_and_nearly_none_not_none(share: float | None, digits: int, said: str) -> None:
    assert percent(share, digits) == said


@pytest.mark.parametrize(
    ("first", "until", "said"),
    [
        (date(2026, 11, 1), date(2026, 11, 21), "1–20 Nov 2026"),
        (date(2026, 11, 20), date(2026, 11, 21), "20 Nov 2026"),
        (date(2026, 10, 28), date(2026, 11, 4), "28 Oct – 3 Nov 2026"),
        (date(2025, 12, 31), date(2026, 1, 2), "31 Dec 2025 – 1 Jan 2026"),
    ],
)
def test_days_are_said_as_one_writes_them(first: date, until: date, said: str) -> None:
    assert on_days(Days(first, until)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(41, "41 s"), (200, "3 min"), (7500, "2 h 5 min"), (7200, "2 h"), (273_600, "3 d 4 h"), (-5, "0 s")],
)
def test_a_length_of_time_has_two_units_at_most(seconds: int, said: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == said


def test_an_instant_is_told_on_the_business_clock() -> None:
    assert at(datetime(2026, 11, 20, 23, 30, tzinfo=UTC).replace(tzinfo=None), BERLIN) == "21 Nov, 00:30"


def test_what_waits_to_be_read_is_said_first() -> None:
    lag = Lag(journal_entries=90, entries=3, seconds=41.0, refreshed_at=NOW)
    assert freshness(lag, None, NOW, BERLIN) == "3 requests received and not read yet, the oldest 41 s ago"


def test_a_server_that_heard_nothing_says_so() -> None:
    assert freshness(Lag(0, 0, 0.0, None), None, NOW, BERLIN) == "Nothing has been received yet"


def test_coverage_names_what_is_missing() -> None:
    assert covered(1000, 4, 1) == "99.5% of 1,000 calls are complete and priced; 4 have no price and 1 have no usage"


def test_more_and_less_are_said_with_money() -> None:
    assert [more_or_less(Decimal(text)) for text in ("1204", "-0.0042", "0")] == [
        "$1,204 more",
        "$0.0042 less",
        "as much",
    ]


@pytest.mark.parametrize(
    "name", ["$x$", ":red[team]", "<b>bold</b>", "a_b*c", "[link](javascript:alert(1))", "`code`", "line\nbreak"]
)
def test_a_name_is_drawn_as_it_stands(name: str) -> None:
    escaped = markdown(name)
    unescaped = escaped.replace("\\", "")
    assert unescaped == " ".join(name.split())


@given(st.text())
def test_no_mark_of_markdown_is_left_bare(text: str) -> None:
    escaped = markdown(text)
    marks = [place for place, mark in enumerate(escaped) if mark in "$*_[]<`~:"]
    assert [place for place in marks if escaped[place - 1] != "\\"] == []


def test_a_name_does_not_turn_the_amount_after_it_around() -> None:
    assert markdown("a\u202eb: $12") == "a\\\\u202eb\\: \\$12"


def test_letters_of_any_script_stay_as_they_are() -> None:
    assert markdown("Grüße 東京 الدعم") == "Grüße 東京 الدعم"
