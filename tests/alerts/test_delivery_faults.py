"""A hundred faults of every kind: nothing lost, at most one duplicate a fault, every beginning with its end."""

from __future__ import annotations

from delivery_faults import FAULTS, run


def test_through_a_hundred_faults_nothing_is_lost_doubled_twice_or_left_open() -> None:
    outcome = run(len(FAULTS) * 11, seed=20261003)
    assert (
        outcome.lost,
        outcome.most_duplicates_a_fault <= 1,
        outcome.keys_per_letter,
        outcome.beginnings_without_end,
        outcome.out_of_order,
    ) == (0, True, 1, 0, 0)
