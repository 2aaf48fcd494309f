"""The detector: what is out of line opens within its hour, the usual stays silent, and the future changes nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest
from spend import HOUR, MONDAY, Service, Shape, flat, hours_of, noisy, office, times

from alerts.detect import Continued, Decision, Episode, Opened, Resolved, decide
from alerts.history import History, Key
from alerts.thresholds import Thresholds

WEEKS = 6
END = WEEKS * 168
SPIKE_AT = 4 * 168 + 38  # a Tuesday, 14:00
SUPPORT = Key("support", "triage")


def replayed(hours: pl.DataFrame, *, until: int = END) -> list[tuple[int, Decision]]:
    """Every decision with the number of the hour that made it, each hour knowing what the earlier ones decided."""
    history, made = History.of(hours), list[tuple[int, Decision]]()
    episodes: dict[Key, Episode] = {}
    past: list[Episode] = []
    for number in range(until):
        for decision in decide(history, MONDAY + number * HOUR, [*past, *episodes.values()], Thresholds()):
            made.append((number, decision))
            if isinstance(decision, Opened):
                episodes[decision.key] = Episode(decision.key, decision.reading.since, decision.reading.until)
            elif isinstance(decision, Continued):
                episodes[decision.key] = replace(episodes[decision.key], last_seen_at=decision.reading.until)
            else:
                past.append(replace(episodes.pop(decision.key), resolved_at=decision.resolved_at))
    return made


def triage(shape: Shape) -> pl.DataFrame:
    return hours_of([Service("support", "triage", shape)], END)


def opened_hours(made: list[tuple[int, Decision]]) -> list[int]:
    return [hour for hour, decision in made if isinstance(decision, Opened)]


def test_a_spike_is_caught_within_its_first_hour() -> None:
    made = replayed(triage(times(noisy(office(20), 0.15, seed=1), 6, SPIKE_AT, SPIKE_AT + 5)))
    assert opened_hours(made) == [SPIKE_AT]


def test_a_spike_at_night_is_caught_although_the_day_costs_more() -> None:
    at_night = SPIKE_AT + 13
    made = replayed(triage(times(noisy(office(60), 0.15, seed=2), 8, at_night, at_night + 3)))
    assert opened_hours(made) == [at_night]


@pytest.mark.parametrize(
    "shape",
    [
        noisy(flat(8), 0.2, seed=3),
        noisy(office(40), 0.2, seed=4),
        noisy(office(30, growth_a_month=0.6), 0.2, seed=5),
        noisy(flat(0.4), 0.6, seed=6),
        lambda hour: 90.0 if hour % 24 in {2, 3} else 0.2,
        lambda hour: 200.0 if hour % 168 in {50, 51, 52} else 0.3,
    ],
    ids=["flat", "seasonal", "growing", "cents", "nightly batch", "weekly batch"],
)
def test_what_is_usual_stays_silent(shape: Shape) -> None:
    assert opened_hours(replayed(triage(shape))) == []


def test_truncating_the_future_changes_no_decision() -> None:
    spiky = times(times(noisy(office(25), 0.25, seed=7), 5, 700, 706), 4, 820, 990)
    hours = hours_of([Service("support", "triage", spiky), Service(None, None, noisy(flat(9), 0.3, seed=8))], END)
    whole = replayed(hours)
    cuts = [704, 830, 991]
    short = [replayed(hours.filter(pl.col("hour_at") < MONDAY + cut * HOUR), until=cut) for cut in cuts]
    assert short == [[made for made in whole if made[0] < cut] for cut in cuts]


def test_an_incident_resolves_after_ordinary_hours_and_not_at_once() -> None:
    made = replayed(triage(times(noisy(flat(20), 0.1, seed=9), 6, SPIKE_AT, SPIKE_AT + 5)))
    assert [(hour, decision.resolved_at) for hour, decision in made if isinstance(decision, Resolved)] == [
        (SPIKE_AT + 12, MONDAY + (SPIKE_AT + 13) * HOUR)
    ]


def test_a_level_that_lasts_a_week_is_adopted_and_never_opens_again() -> None:
    made = replayed(triage(times(noisy(office(30), 0.1, seed=10), 4, SPIKE_AT, END)))
    endings = [decision.adopted for _, decision in made if isinstance(decision, Resolved)]
    assert (opened_hours(made), endings) == ([SPIKE_AT], [True])


def test_the_hours_of_an_incident_are_no_part_of_what_is_usual() -> None:
    made = replayed(triage(times(noisy(flat(20), 0.1, seed=11), 6, SPIKE_AT, SPIKE_AT + 60)))
    readings = [decision.reading for _, decision in made if isinstance(decision, Continued)]
    assert readings[-1].expected.cost_usd == pytest.approx(60 * 20, rel=0.1)


def test_a_series_younger_than_a_week_has_no_usual_yet() -> None:
    assert opened_hours(replayed(triage(times(flat(20), 10, 100, 110)), until=160)) == []


def test_a_young_series_is_compared_with_the_days_before() -> None:
    made = replayed(triage(times(noisy(flat(20), 0.1, seed=12), 6, 200, 203)), until=240)
    bases = [decision.reading.basis for _, decision in made if isinstance(decision, Opened)]
    assert bases == ["the same hour of 8 earlier days (under 3 weeks to compare with)"]


def test_an_hour_in_which_nobody_was_heard_is_not_judged() -> None:
    silent = range(SPIKE_AT, SPIKE_AT + 4)
    steady = noisy(flat(20), 0.1, seed=13)
    made = replayed(triage(lambda hour: 0.0 if hour in silent else steady(hour)))
    assert made == []


def test_the_model_with_most_of_the_excess_is_named() -> None:
    mini = Service("support", "triage", noisy(flat(20), 0.1, seed=14))
    large = Service("support", "triage", times(noisy(flat(5), 0.1, seed=15), 20, SPIKE_AT, SPIKE_AT + 3), model="gpt-5")
    first = next(decision for _, decision in replayed(hours_of([mini, large], END)) if isinstance(decision, Opened))
    assert (first.reading.model, round(first.reading.model_share, 1)) == ("gpt-5", 1.0)


def test_asking_twice_about_an_hour_gives_nothing_new() -> None:
    hours = triage(times(noisy(flat(20), 0.1, seed=16), 6, SPIKE_AT, SPIKE_AT + 5))
    told = Episode(SUPPORT, MONDAY + SPIKE_AT * HOUR, MONDAY + (SPIKE_AT + 1) * HOUR)
    again = [decide(History.of(hours), MONDAY + hour * HOUR, [told], Thresholds()) for hour in (SPIKE_AT - 1, SPIKE_AT)]
    assert again == [(), ()]


def test_ninety_days_of_forty_series_are_replayed_in_seconds() -> None:
    services = [Service(f"team {i % 8}", f"flow {i}", noisy(office(5 + i), 0.2, seed=i)) for i in range(40)]
    history = History.of(hours_of(services, 90 * 24))
    begun = time.process_time()
    for number in range(0, 90 * 24, 4):
        decide(history, MONDAY + number * HOUR, [], Thresholds())
    assert (time.process_time() - begun) * 4 < 6.0


def test_an_hour_outside_the_history_decides_nothing() -> None:
    assert decide(History.of(triage(flat(1))), datetime(2030, 1, 1), [], Thresholds()) == ()
