"""What a word about an episode teaches the detector: heard at once, and only by the series it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hourly import THRESHOLDS, panel
from spend import MONDAY, Shape, flat, noisy, times

from alerts.detecting import (
    FALSE_ALARM,
    INCIDENT,
    NEW_NORMAL,
    PLANNED,
    TOO_SMALL,
    UP,
    Opened,
    Resolved,
    Word,
    fresh,
    hear,
    number,
    tick,
)

WEEK = 168
SPIKE_AT = 2 * WEEK + 38
FIRST = number(MONDAY)
CALM = noisy(flat(20), 0.1, seed=1)


def bursts(*at: int, factor: float = 6, length: int = 5) -> Shape:
    shape = CALM
    for hour in at:
        shape = times(shape, factor, hour, hour + length)
    return shape


def decided(shape: Shape, hours: int, *said: tuple[int, str], floor_usd: float = 0.0) -> list[tuple[str, int]]:
    """What was opened and resolved at which hour since the Monday; the words are heard before the hours they name."""
    made = panel({"a": shape}, hours)
    state, words = fresh(1, THRESHOLDS), dict(said)
    told: list[tuple[str, int]] = []
    since, until, direction = 0, 0, UP
    for at in range(made.first, made.end):
        if word := words.get(at - FIRST):
            said_at = MONDAY + timedelta(hours=at - FIRST)
            if hear(state, Word(0, word, said_at, since, until, floor_usd, direction), at, THRESHOLDS):
                told.append((word, at - FIRST))
        for decision in tick(state, made.hour(at), THRESHOLDS):
            if isinstance(decision, Resolved):
                told.append(("resolved", at - FIRST))
                continue
            since, until, direction = decision.reading.since, decision.reading.until, decision.direction
            if isinstance(decision, Opened):
                told.append(("opened", at - FIRST))
    return told


def test_the_new_normal_is_the_level_at_once() -> None:
    level = times(CALM, 3, SPIKE_AT, 4 * WEEK)
    told = decided(level, 4 * WEEK, (SPIKE_AT + 4, NEW_NORMAL))
    assert told == [("opened", told[0][1]), (NEW_NORMAL, SPIKE_AT + 4)]


def test_above_the_new_normal_a_spike_is_one() -> None:
    level = times(times(CALM, 3, SPIKE_AT, 4 * WEEK), 6, SPIKE_AT + 100, SPIKE_AT + 104)
    told = decided(level, 4 * WEEK, (SPIKE_AT + 4, NEW_NORMAL))
    assert ("opened", SPIKE_AT + 100) in told


def test_what_was_too_small_is_not_told_again_and_what_is_larger_is() -> None:
    shape = times(bursts(SPIKE_AT, SPIKE_AT + 60, length=3), 30, SPIKE_AT + 120, SPIKE_AT + 123)
    told = decided(shape, 4 * WEEK, (SPIKE_AT + 2, TOO_SMALL), floor_usd=500)
    assert [at for what, at in told if what == "opened"] == [SPIKE_AT, SPIKE_AT + 120]


def test_after_a_false_alarm_the_next_must_be_surer() -> None:
    shape = times(bursts(SPIKE_AT, length=1), 4, SPIKE_AT + 60, SPIKE_AT + 61)
    without, said = decided(shape, 3 * WEEK), decided(shape, 3 * WEEK, (SPIKE_AT + 2, FALSE_ALARM))
    assert [[at for what, at in told if what == "opened"] for told in (without, said)] == [
        [SPIKE_AT, SPIKE_AT + 60],
        [SPIKE_AT],
    ]


def test_what_was_real_is_no_timetable() -> None:
    weekly = tuple(SPIKE_AT + week * WEEK for week in range(4))
    said = [(at + 24, INCIDENT) for at in weekly]
    without, confirmed = decided(bursts(*weekly), 7 * WEEK), decided(bursts(*weekly), 7 * WEEK, *said)
    assert [[at for what, at in told if what == "opened"] for told in (without, confirmed)] == [
        list(weekly[:2]),
        list(weekly),
    ]


def test_what_is_real_never_becomes_the_usual_level() -> None:
    level = times(CALM, 3, SPIKE_AT, SPIKE_AT + 100)
    told = decided(level, 4 * WEEK, (SPIKE_AT + 4, INCIDENT))
    assert [at - SPIKE_AT > 100 for what, at in told if what == "resolved"] == [True]


@pytest.mark.parametrize("word", [PLANNED, TOO_SMALL, FALSE_ALARM, NEW_NORMAL])
def test_an_episode_is_over_when_somebody_says_so(word: str) -> None:
    told = decided(bursts(SPIKE_AT), SPIKE_AT + 30, (SPIKE_AT + 3, word), floor_usd=2_000)
    assert told[:2] == [("opened", SPIKE_AT), (word, SPIKE_AT + 3)]


def falls(*spans: tuple[int, int], to: float = 0.001) -> Shape:
    shape = CALM
    for at, hours in spans:
        shape = times(shape, to, at, at + hours)
    return shape


def openings(shape: Shape, hours: int, *said: tuple[int, str], floor_usd: float = 0.0) -> list[int]:
    return [at - SPIKE_AT for what, at in decided(shape, hours, *said, floor_usd=floor_usd) if what == "opened"]


@pytest.mark.parametrize("word", [PLANNED, TOO_SMALL, FALSE_ALARM, NEW_NORMAL])
def test_a_drop_is_over_when_somebody_says_so(word: str) -> None:
    told = decided(falls((SPIKE_AT, 12)), SPIKE_AT + 12, (SPIKE_AT + 8, word), floor_usd=2_000)
    assert told == [("opened", SPIKE_AT + 4), (word, SPIKE_AT + 8)]


@pytest.mark.parametrize("to", [0.0, 0.03])
def test_the_lower_level_is_the_usual_one_at_once_and_a_return_is_a_rise(to: float) -> None:
    days = falls((SPIKE_AT, WEEK - 24), to=to)
    assert [openings(days, 5 * WEEK), openings(days, 5 * WEEK, (SPIKE_AT + 8, NEW_NORMAL))] == [[4], [4, WEEK - 24]]


def test_what_fell_for_a_week_is_the_usual_level_without_a_word_and_a_return_is_a_rise() -> None:
    assert openings(falls((SPIKE_AT, 5 * WEEK)), 9 * WEEK) == [4, 5 * WEEK]


def test_a_drop_that_was_too_small_raises_what_must_be_missing_and_not_what_a_rise_takes() -> None:
    shape = times(falls((SPIKE_AT, 9), (SPIKE_AT + 60, 9), (SPIKE_AT + 120, 40)), 6, SPIKE_AT + 200, SPIKE_AT + 202)
    said = openings(shape, 4 * WEEK, (SPIKE_AT + 8, TOO_SMALL), floor_usd=300)
    assert (openings(shape, 4 * WEEK), said) == ([4, 64, 124, 200], [4, 134, 200])


def test_after_a_drop_that_was_none_the_next_must_be_longer() -> None:
    shape = falls((SPIKE_AT, 9), (SPIKE_AT + 60, 9), (SPIKE_AT + 120, 40))
    assert openings(shape, 4 * WEEK, (SPIKE_AT + 8, FALSE_ALARM)) == [4, 136]


def test_a_drop_that_was_real_goes_on_until_spend_is_back() -> None:
    shape, said = falls((SPIKE_AT, WEEK + 30)), (SPIKE_AT + 8, INCIDENT)
    without, confirmed = decided(shape, 5 * WEEK), decided(shape, 5 * WEEK, said)
    ends = [next(at - SPIKE_AT for what, at in told if what == "resolved") for told in (without, confirmed)]
    assert ends == [WEEK, WEEK + 30]


def test_who_works_in_other_hours_than_was_usual_has_not_fallen() -> None:
    def odd(hour: int) -> float:
        return 20.0 if hour % 2 == (hour >= SPIKE_AT) else 0.0

    assert decided(odd, SPIKE_AT + 16) == []


def test_a_word_teaches_no_other_series() -> None:
    made = panel({"a": bursts(SPIKE_AT), "b": noisy(flat(30), 0.1, seed=2)}, SPIKE_AT + 6)
    heard, silent = fresh(2, THRESHOLDS), fresh(2, THRESHOLDS)
    for state in (heard, silent):
        for at in range(made.first, made.end):
            tick(state, made.hour(at), THRESHOLDS)
    since = FIRST + SPIKE_AT
    for word in (INCIDENT, FALSE_ALARM, TOO_SMALL, NEW_NORMAL, PLANNED):
        hear(heard, Word(0, word, MONDAY, since, since + 5, 100.0), made.end, THRESHOLDS)
    other = [getattr(heard, name)[1].tobytes() == getattr(silent, name)[1].tobytes() for name in heard.__slots__]
    assert all(other)
