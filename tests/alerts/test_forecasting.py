"""How a forecast is put together: a middle by weights, growth that is believed, steps that are and that are none."""

from __future__ import annotations

import time
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pytest

from alerts.forecasting import Leaves, outlook_of
from alerts.forecasting.backtest import chosen
from alerts.forecasting.footing import at_todays_price
from alerts.forecasting.growth import DRIFT, GROWING, STEADY, grown
from alerts.forecasting.methods import METHODS
from alerts.forecasting.pace import at_todays_pace
from alerts.forecasting.steps import at_todays_level

Floats = npt.NDArray[np.float64]

WEEK = np.array([10.0, 11.0, 12.0, 11.0, 10.0, 3.0, 2.0])


def weeks(count: int, *, growth_a_day: float = 0.0, noise: float = 0.0, seed: int = 0) -> Floats:
    days = np.tile(WEEK, count) * np.exp(growth_a_day * np.arange(7 * count))
    made: Floats = days * np.exp(np.random.default_rng(seed).normal(0, noise, 7 * count))
    return made


@pytest.mark.parametrize("method", METHODS)
def test_every_method_goes_on_with_a_week_that_never_changes(method: str) -> None:
    assert METHODS[method][0](weeks(8), 10) == pytest.approx(np.resize(WEEK, 10))


def test_growth_is_told_by_all_of_the_last_weeks() -> None:
    past, to_come = weeks(8, growth_a_day=0.01, noise=0.1, seed=3), weeks(11, growth_a_day=0.01)[56:]
    assert grown(past, 21, GROWING).sum() == pytest.approx(to_come.sum(), rel=0.08)


def test_what_is_steady_takes_no_odd_day_for_a_slope() -> None:
    past = weeks(8)
    past[-2:] *= 6
    assert grown(past, 14, STEADY).sum() == pytest.approx(2 * WEEK.sum(), rel=0.02)


def test_a_leak_that_somebody_stopped_is_not_what_goes_on() -> None:
    past = weeks(9)
    past[30:35] *= np.array([2.0, 3.0, 4.0, 4.0, 4.0])
    assert chosen(past, 14).daily == pytest.approx(np.resize(WEEK, 14), rel=0.01)


def test_the_forecast_lies_within_what_the_methods_say() -> None:
    past = weeks(10, growth_a_day=0.008, noise=0.15, seed=5)
    said = sorted(float(method(past, 20).sum()) for method, _ in METHODS.values())
    assert said[0] < float(chosen(past, 20).daily.sum()) < said[-1]


def test_where_noise_hides_the_growth_it_is_what_spend_usually_grows_by() -> None:
    told = [grown(weeks(8, noise=0.3, seed=seed), 21, STEADY).sum() / (3 * WEEK.sum()) for seed in range(40)]
    assert np.mean(told) == pytest.approx(np.exp(DRIFT * (56 / 4 + 11)), rel=0.05)


def fleet(struck: int) -> Leaves:
    """Twelve steady workflows of ten weeks, of which some cost four times as much since four weeks ago."""
    daily = [weeks(10, noise=0.05, seed=seed) for seed in range(12)]
    for days in daily[:struck]:
        days[-28:] *= 4
    raw = np.sum(daily, axis=0)
    return Leaves(date(2026, 1, 1), tuple(daily), raw, datetime(2026, 1, 1), np.zeros(0))


def test_a_fleet_that_came_dearer_than_was_foreseen_is_expected_to_go_on_so() -> None:
    spared, struck = outlook_of(fleet(0), 20), outlook_of(fleet(2), 20)
    assert spared is not None
    assert struck is not None
    assert (spared.lifted == pytest.approx(0.0, abs=0.005), struck.lifted > 0.05) == (True, True)


def test_four_days_alike_are_a_level_of_what_was_steady() -> None:
    past = weeks(5, noise=0.05, seed=1)
    past[-4:] *= 2.5  # from a Thursday: the quiet weekend that follows tells as well
    assert at_todays_level(past)[-14:-7].sum() == pytest.approx(2.5 * WEEK.sum(), rel=0.1)


def test_three_days_alike_may_be_a_leak_that_is_stopped() -> None:
    past = np.concatenate([weeks(5, noise=0.05, seed=1), 2.5 * WEEK[:3]])
    assert at_todays_level(past).tolist() == past.tolist()


def test_four_days_of_a_ramp_are_no_level_yet() -> None:
    past = np.concatenate([weeks(4, noise=0.05, seed=1), WEEK[:4] * np.array([1.7, 2.4, 3.2, 4.1])])
    assert at_todays_level(past).tolist() == past.tolist()


def test_three_hours_tell_a_price_that_never_was_so_high() -> None:
    tokens = np.full(200, 1000.0)
    cost = np.where(np.arange(200) < 197, 1.0, 4.0)
    assert at_todays_price(cost, tokens)[:197].tolist() == pytest.approx([4.0] * 197)


def test_three_hours_of_a_price_that_came_before_tell_nothing() -> None:
    tokens = np.full(200, 1000.0)
    cost = np.where((np.arange(200) < 197) & (np.arange(200) != 120), 1.0, 4.0)
    assert at_todays_price(cost, tokens).tolist() == cost.tolist()


def hours_of_weeks(count: int) -> Floats:
    day = 2.0 + np.sin(np.arange(24) / 24 * 2 * np.pi)
    return np.tile(day, 7 * count) * np.exp(np.random.default_rng(2).normal(0, 0.1, 24 * 7 * count))


def test_a_day_at_another_pace_is_a_launch() -> None:
    cost = hours_of_weeks(6)
    cost[-27:] *= 3
    assert at_todays_pace(cost)[:168].sum() == pytest.approx(3 * cost[:168].sum(), rel=0.1)


def test_what_has_grown_into_its_pace_is_a_leak_and_no_launch() -> None:
    cost = hours_of_weeks(6)
    cost[-78:-6] *= np.linspace(1, 2.2, 72)
    cost[-6:] *= 2.2
    assert at_todays_pace(cost).tolist() == cost.tolist()


@pytest.mark.parametrize("hours", [8, 14])
def test_a_loop_or_a_storm_of_hours_is_no_launch(hours: int) -> None:
    cost = hours_of_weeks(6)
    cost[-hours:] *= 8
    assert at_todays_pace(cost).tolist() == cost.tolist()


def test_a_pace_that_is_over_is_none() -> None:
    cost = hours_of_weeks(6)
    cost[-40:-8] *= 3
    assert at_todays_pace(cost).tolist() == cost.tolist()


def test_a_hundred_workflows_are_forecast_in_seconds_not_minutes() -> None:
    begun = time.thread_time()
    for seed in range(100):
        chosen(weeks(10, noise=0.2, seed=seed), 20)
    assert time.thread_time() - begun < 30  # it is one
