"""Try a setting before it is written: what would have been told in the last thirty days with another threshold."""

from __future__ import annotations

from datetime import datetime

from alerts import RuleBacktest, would_have_fired, would_have_spiked
from outlay.alerting.watching import rules_of, thresholds
from outlay.books import Books
from outlay.settings.settings import Settings

# What each condition is set by.
SET_BY = {
    "unpriced": "conditions.unpriced_points",
    "provider_failures": "conditions.failure_points",
    "evaluation_drop": "conditions.evaluation_points",
    "guardrail_rate": "conditions.guardrail_points",
    "price_change": "conditions.price_days",
    "drift": "conditions.drift_percent",
    "regression": "conditions.regressions",
    "journal_lag": "conditions.lag_minutes",
}
OF_SPIKES = ("spikes.impact_usd", "spikes.page_usd")
# How far reading was behind is written nowhere.
TRIED = (*OF_SPIKES, *(place for kind, place in SET_BY.items() if kind != "journal_lag"))


class NotTried(ValueError):
    """A setting was named whose past cannot be asked."""


def try_out(books: Books, settings: Settings, place: str, now: datetime) -> RuleBacktest | None:
    """What the condition set at `place` would have told; None where the settings leave it out.

    Takes seconds: each rule is asked about every hour it would have been asked about. Raises NotTried.
    """
    if place in OF_SPIKES:
        return would_have_spiked(books.warehouse, thresholds(settings), zone=settings.zone, now=now)
    if place not in TRIED:
        raise NotTried(f"{place} cannot be tried; what can: {', '.join(TRIED)}")
    kind = next(kind for kind, each in SET_BY.items() if each == place)
    rule = next((each for each in rules_of(books, settings) if each.kind == kind), None)
    return would_have_fired(books.warehouse, rule, now=now) if rule else None
