"""How likely a spike is a real one: learned from answers, tried on others, silent where it knows nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from alerts import chances
from alerts.learning import FEATURES, learned
from warehouse import Warehouse

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC).replace(tzinfo=None)


def spikes(count: int, seed: int = 1) -> tuple[pl.DataFrame, np.ndarray]:
    """Real ones are dearer and surer, as spikes are; half of them are."""
    random = np.random.default_rng(seed)
    real = np.arange(count) % 2 == 0
    impact = np.exp(random.normal(np.where(real, 6.0, 4.0), 0.8))
    rows = {
        "actual_usd": impact * np.where(real, 1.3, 2.0),
        "expected_usd": impact * np.where(real, 0.3, 1.0),
        "impact_usd": impact,
        "driver": random.choice(["calls", "tokens_per_call", "unit_price"], count),
        "score": np.exp(random.normal(np.where(real, 2.5, 1.8), 0.4)),
        "window_hours": random.choice([1, 3, 24], count),
    }
    return pl.DataFrame(rows), real


def answered(warehouse: Warehouse, count: int) -> list[str]:
    rows, real = spikes(count)
    names = [f"incident{number:04d}" for number in range(count)]
    at = [OCTOBER + timedelta(hours=number) for number in range(count)]
    incidents = rows.select("actual_usd", "expected_usd", "impact_usd", "driver").with_columns(
        pl.col("^.*_usd$").cast(pl.Decimal(38, 12)),
        pl.Series("incident_id", names),
        *(pl.Series(column, at) for column in ("opened_at", "noticed_at", "last_seen_at")),
        pl.lit("spend_spike").alias("kind"),
        pl.lit("open").alias("state"),
        pl.lit("page").alias("severity"),
        pl.lit("More calls.").alias("cause"),
        pl.Series("dedup_key", names),
    )
    outlook = rows.select("score", pl.col("window_hours").cast(pl.Int32)).with_columns(
        pl.Series("incident_id", names),
        pl.lit(1).cast(pl.Decimal(38, 12)).alias("last_hour_usd"),
        pl.lit(value=False).alias("rising"),
    )
    words = pl.DataFrame(
        {
            "incident_id": names,
            "digest": names,
            "act_id": names,
            "action": ["incident" if each else "false_alarm" for each in real],
            "done_by": "Dana",
            "used_at": at,
        }
    )
    with warehouse.transaction() as tx:
        tx.insert("incidents", incidents)
        tx.insert("incident_outlook", outlook)
        tx.insert("link_uses", words)
    return names


def test_a_line_through_answers_tells_the_real_ones_of_others() -> None:
    known = learned(*spikes(300))
    rows, real = spikes(300, seed=2)
    assert known is not None
    of = np.array(known.of(rows))
    assert np.mean((of > 0.5) == real) > 0.85


def test_answers_that_follow_nothing_teach_nothing() -> None:
    rows, _ = spikes(300)
    assert learned(rows, np.random.default_rng(3).random(300) < 0.5) is None


def test_answers_that_are_all_alike_teach_nothing() -> None:
    rows, _ = spikes(300)
    assert learned(rows, np.ones(300, bool)) is None


def test_what_nobody_measured_counts_as_usual() -> None:
    known = learned(*spikes(300))
    assert known is not None
    unknown = {"actual_usd": [90.0], "expected_usd": [30.0], "impact_usd": [60.0], "driver": ["calls"]}
    row = pl.DataFrame({**unknown, "score": [None], "window_hours": [None]}).select(FEATURES)
    assert 0 < known.of(row)[0] < 1


@pytest.mark.parametrize(("count", "told"), [(199, 0), (240, 240)])
def test_nothing_is_told_before_two_hundred_answers(warehouse: Warehouse, count: int, told: int) -> None:
    assert len(chances(warehouse, answered(warehouse, count))) == told


def test_a_real_one_is_likelier_than_a_false_alarm(warehouse: Warehouse) -> None:
    names = answered(warehouse, 240)
    found = chances(warehouse, names)
    real, other = ([found[name] for name in names[start::2]] for start in (0, 1))
    assert (float(np.median(real)) > 0.8, float(np.median(other)) < 0.2) == (True, True)


def test_nobody_loads_scikit_learn_to_open_the_door() -> None:
    code = "import sys, alerts, outlay.cli; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
