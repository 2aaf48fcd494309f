"""The bench of alerts, small: one seed that nobody tuned on, and the same spend for the same seed."""

from __future__ import annotations

from bench_alerts import scored
from labelled_spend import labelled


def test_the_detector_finds_most_of_a_seed_and_little_else() -> None:
    told, _ = scored([211], "std")
    assert (told.f1 > 0.8, told.usd_recall > 0.9, told.false_a_week < 0.02) == (True, True, True)


def test_a_seed_is_always_the_same_spend() -> None:
    assert labelled(7).hours.equals(labelled(7).hours)
