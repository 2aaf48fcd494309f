"""What the detector expected around an incident: the picture agrees with the incident's money."""

from __future__ import annotations

from datetime import UTC, timedelta
from decimal import Decimal

import polars as pl
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import expected_hours, incidents, watch
from warehouse import Warehouse

HOURS = 5 * 168
SPIKE_AT = 4 * 168 + 38


def spiked(warehouse: Warehouse, *spikes: int) -> None:
    shape = noisy(flat(20), 0.1, seed=1)
    for at in spikes:
        shape = times(shape, 6, at, at + 5)
    fill(warehouse, hours_of([Service("support", "triage", shape)], HOURS))
    since, until = (MONDAY.replace(tzinfo=UTC) + hour * HOUR for hour in (0, HOURS))
    watch(warehouse, since_hour=since, until_hour=until, channels=[], now=until + timedelta(hours=1))


def test_the_hours_of_the_incident_sum_to_its_money(warehouse: Warehouse) -> None:
    spiked(warehouse, SPIKE_AT)
    found = incidents(warehouse).row(0, named=True)
    hours = expected_hours(warehouse, found["incident_id"])
    assert hours is not None
    own = hours.filter((pl.col("hour_at") >= found["opened_at"]) & (pl.col("hour_at") < found["last_seen_at"]))
    sums = [Decimal(f"{own[name].sum():.2f}") for name in ("actual_usd", "expected_usd")]
    assert sums == [round(found["actual_usd"], 2), found["expected_usd"]]


def test_the_incident_stands_above_the_range_and_its_surroundings_within(warehouse: Warehouse) -> None:
    spiked(warehouse, 3 * 168 + 40, SPIKE_AT)
    found = incidents(warehouse).row(0, named=True)
    hours = expected_hours(warehouse, found["incident_id"])
    assert hours is not None
    above = hours.filter(pl.col("actual_usd") > pl.col("high_usd"))["hour_at"].to_list()
    assert above == [found["opened_at"] + n * HOUR for n in range(5)]


def test_what_is_no_spike_has_no_expected_hours(warehouse: Warehouse) -> None:
    assert expected_hours(warehouse, "nothing") is None
