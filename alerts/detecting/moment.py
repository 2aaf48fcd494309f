"""One hour being judged: what is remembered, what came, and what both say."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.detecting.evidence import Evidence, Rates, rates, weigh
from alerts.detecting.expectation import Usual, expect
from alerts.detecting.hours import Hour
from alerts.detecting.state import State
from alerts.detecting.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Moment:
    """The pieces every step reads; the state is what they write."""

    state: State
    hour: Hour
    usual: Usual
    evidence: Evidence
    rates: Rates
    thresholds: Thresholds

    @classmethod
    def of(cls, state: State, hour: Hour, thresholds: Thresholds) -> Moment:
        """Put the hour into the ring and weigh it."""
        usual = expect(state, hour, thresholds)
        evidence = weigh(state, usual, hour, thresholds)
        return cls(state, hour, usual, evidence, rates(state, hour, evidence, thresholds), thresholds)
