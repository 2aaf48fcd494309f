"""How the settings speak to `alerts`: what is worth telling, and a look back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import (
    Rule,
    Thresholds,
    freeze_history,
    last_closed_hour,
    operation_rules,
    rate_rules,
    regression_rules,
    slow_rules,
    watch,
    watch_budgets,
    watch_rules,
    watch_silence,
)
from outlay.alerting.telling import channel_names
from outlay.books import Books
from outlay.clock import now
from outlay.reading.status import lag_of
from outlay.settings.settings import Settings

# Of the other conditions those that are about Outlay itself are looked at more often.
WATCHED_OFTEN = ("journal_lag", "job_failed")
A_STRETCH = timedelta(days=10)


def thresholds(settings: Settings) -> Thresholds:
    """The detector's numbers, with the dollars of the settings."""
    return replace(Thresholds(), impact_usd=settings.spikes.impact_usd, page_usd=settings.spikes.page_usd)


def runbooks(settings: Settings) -> dict[str, str]:
    """Where each team says what to do when its spend is out of line."""
    return {name: team.runbook_url for name, team in settings.teams.items() if team.runbook_url}


def look_back(books: Books, *, since: datetime, until: datetime, progress: Callable[[float], None]) -> None:
    """Judge a history hour by hour, then budgets and silence as of its end; what is long over is told to nobody."""
    links = f"http://127.0.0.1:{books.settings.server.web_port}"  # where the pages will be
    last = last_closed_hour(until)
    first = since.replace(minute=0, second=0, microsecond=0)
    start = first
    while start < last:
        end = min(start + A_STRETCH, last)
        watch(
            books.warehouse,
            since_hour=start,
            until_hour=end,
            channels=channel_names(books.settings),
            now=until,
            thresholds=thresholds(books.settings),
            zone=books.settings.zone,
            links=links,
            runbooks=runbooks(books.settings),
        )
        progress((end - first) / (last - first))
        start = end
    freeze_history(books.warehouse, since=since, until=until, zone=books.settings.zone)
    told = channel_names(books.settings)
    watch_budgets(books.warehouse, zone=books.settings.zone, channels=told, now=until, links=links)
    watch_silence(books.warehouse, channels=told, now=until, links=links)


def rules_of(books: Books, settings: Settings | None = None) -> tuple[Rule, ...]:
    """The rules about everything but spend, budgets and silence, as the settings want them; the home's by default."""
    told = (settings or books.settings).conditions
    return (
        *operation_rules(lag_minutes=told.lag_minutes, lag_s=lambda: lag_of(books, now()).behind_seconds),
        *rate_rules(
            unpriced_points=told.unpriced_points,
            failure_points=told.failure_points,
            evaluation_points=told.evaluation_points,
            guardrail_points=told.guardrail_points,
        ),
        *slow_rules(price_days=told.price_days, drift_percent=told.drift_percent, zone=books.settings.zone),
        *regression_rules(watched=told.regressions),
    )


def watch_conditions(books: Books, at: datetime, links: str, *, often: bool) -> str:
    """Look at the rules that are about Outlay itself, or at all others; a sentence with counts."""
    rules = [rule for rule in rules_of(books) if (rule.kind in WATCHED_OFTEN) == often]
    return str(watch_rules(books.warehouse, rules, channels=channel_names(books.settings), now=at, links=links))
