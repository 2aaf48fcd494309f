"""The detector: what is out of line opens once and in time, the usual stays silent, and the future changes nothing."""

from __future__ import annotations

import time
import zlib
from zoneinfo import ZoneInfo

import pytest
from hourly import THRESHOLDS, opened, panel, told
from hypothesis import given, settings
from hypothesis import strategies as st
from spend import Shape, flat, noisy, office, times

from alerts.detecting import DOWN, Continued, Opened, Resolved, State, fresh, tick

WEEK = 168
END = 5 * WEEK
LATER = 4 * WEEK
AT = 3 * WEEK + 38  # a Tuesday, 14:00


def job(every: int, at: int, hours: int, usd: float) -> Shape:
    return lambda hour: usd if 0 <= hour % every - at < hours else 0.3


def test_a_runaway_is_told_at_the_close_of_its_first_hour_by_day_and_by_night() -> None:
    shapes = {name: times(noisy(office(60), 0.15, seed=1), 8, at, at + 5) for name, at in (("a", AT), ("b", AT + 13))}
    assert opened(panel(shapes, AT + 24)) == [AT, AT + 13]


def test_what_is_usual_stays_silent() -> None:
    shapes = {
        "flat": noisy(flat(8), 0.2, seed=3),
        "seasonal": noisy(office(40), 0.2, seed=4),
        "growing": noisy(office(30, growth_a_month=0.6), 0.2, seed=5),
        "cents": noisy(flat(0.4), 0.6, seed=6),
        "nightly job": job(24, 2, 2, 90.0),
        "weekly job": job(WEEK, 50, 3, 200.0),
        "with gaps": lambda hour: -1.0 if hour % 31 == 7 else 20.0,
    }
    made = panel(shapes, END)
    assert [made.keys[decision.row] for decision in told(made) if isinstance(decision, Opened)] == []


def test_a_level_that_stays_is_told_once() -> None:
    made = told(panel({"a": times(noisy(office(30), 0.1, seed=10), 4, AT, END)}, END))
    endings = [decision.adopted for decision in made if isinstance(decision, Resolved)]
    assert (len([d for d in made if isinstance(d, Opened)]), endings) == (1, [True])


def test_a_leak_is_told_while_it_grows() -> None:
    calm = noisy(flat(20), 0.1, seed=11)
    leak = panel({"a": lambda hour: calm(hour) * (1 + min(max(hour - AT, 0) / 72, 1.2))}, AT + 100)
    assert AT + 12 < opened(leak)[0] <= AT + 60


def test_an_hour_without_a_row_is_unknown_and_not_zero() -> None:
    steady = noisy(flat(20), 0.1, seed=13)
    assert opened(panel({"a": lambda hour: -1.0 if AT <= hour < AT + 12 else steady(hour)}, AT + 24)) == []


def test_a_service_that_spends_nothing_for_hours_is_told_as_a_drop() -> None:
    steady = noisy(flat(20), 0.1, seed=13)
    made = told(panel({"a": lambda hour: 0.0 if AT <= hour < AT + 12 else steady(hour)}, AT + 24))
    assert [(type(d).__name__, d.direction) for d in made if not isinstance(d, Continued)] == [
        ("Opened", DOWN),
        ("Resolved", DOWN),
    ]


def test_what_all_services_do_together_is_no_services_drop() -> None:
    shapes = {f"s{n}": noisy(flat(20), 0.1, seed=n) for n in range(6)}
    holiday = {n: (lambda hour, s=shape: 0.0 if AT <= hour < AT + 12 else s(hour)) for n, shape in shapes.items()}
    assert opened(panel(holiday, AT + 24)) == []


def test_a_first_monthly_job_is_told_and_the_second_is_not() -> None:
    # The first of February and of March, 2026, from 02:00.
    runs = (27 * 24 + 2, 55 * 24 + 2)
    shape = lambda hour: 150.0 if any(run <= hour < run + 4 for run in runs) else 2.0  # noqa: E731 - a case, not a function
    assert opened(panel({"a": shape}, 60 * 24)) == [runs[0]]


@pytest.mark.parametrize("at", [4 * 24 + 4, 9 * 24 + 4])
def test_a_burst_of_hours_in_the_first_weeks_does_not_explain_itself(at: int) -> None:
    made = panel({"young": times(noisy(flat(45), 0.03, seed=5), 3, at, at + 6)}, at + 8)
    assert [hour - at in {3, 4, 5} for hour in opened(made)] == [True]


def test_a_series_younger_than_three_days_is_not_judged() -> None:
    assert opened(panel({"a": times(flat(20), 10, 40, 60)}, 71)) == []


def test_the_clock_on_the_wall_says_what_is_usual_when_it_changes() -> None:
    # A job at 02:00 in Berlin runs an hour earlier by UTC from 29 March 2026 on.
    change = 83 * 24 + 1
    shape = lambda hour: 80.0 if (hour + (1 if hour < change else 2)) % 24 == 8 else 1.0  # noqa: E731 - a case
    assert opened(panel({"a": shape}, 90 * 24, zone=ZoneInfo("Europe/Berlin"))) == []


@settings(max_examples=4)
@given(
    cut=st.integers(2 * WEEK + 100, LATER - 1),
    starts=st.lists(st.integers(2 * WEEK, LATER - 24), min_size=1, max_size=3),
    factor=st.floats(0.0, 12.0),
    seed=st.integers(0, 50),
)
def test_truncating_the_future_changes_no_decision(cut: int, starts: list[int], factor: float, seed: int) -> None:
    shape = noisy(office(30), 0.25, seed=seed)
    for start in starts:
        shape = times(shape, factor, start, start + 20)
    both = {"a": shape, "b": noisy(flat(9), 0.3, seed=seed + 1)}
    whole, short = panel(both, LATER), panel(both, LATER, until=cut)
    assert told(short) == [decision for decision in told(whole) if decision.at < short.end]


def test_a_state_that_was_kept_goes_on_as_if_it_had_not_been() -> None:
    made = panel({"a": times(noisy(office(30), 0.2, seed=5), 6, AT, AT + 9)}, LATER)
    state = fresh(1, THRESHOLDS)
    first = [d for at in range(made.first, made.first + AT + 3) for d in tick(state, made.hour(at), THRESHOLDS)]
    rest = told(made, State.from_bytes(state.as_bytes()), since=AT + 3)
    assert [*first, *rest] == told(made)


def test_a_series_that_comes_later_changes_nothing_for_the_others() -> None:
    spiky = times(noisy(office(30), 0.2, seed=5), 6, AT, AT + 9)
    alone = told(panel({"a": spiky}, LATER))
    late = told(panel({"a": spiky, "b": lambda hour: 40.0 if hour >= 300 else -1.0}, LATER))
    assert [decision for decision in late if decision.row == 0] == alone


@pytest.mark.parametrize("kept", [b"", b"otherwise", zlib.compress(b"otherwise")])
def test_a_kept_state_of_another_version_is_refused(kept: bytes) -> None:
    with pytest.raises(ValueError, match="another version"):
        State.from_bytes(kept)


def test_an_hour_of_a_thousand_series_takes_milliseconds() -> None:
    made = panel({f"s{n}": office(5 + n % 7) for n in range(50)}, 200)
    state = fresh(50, THRESHOLDS)
    begun = time.thread_time()
    for at in range(made.first, made.end):
        tick(state, made.hour(at), THRESHOLDS)
    assert (time.thread_time() - begun) / 200 < 0.1  # it is a thousandth
