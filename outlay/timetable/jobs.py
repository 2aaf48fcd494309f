"""The work the timetable keeps: what is done for every closed period, and how late its data may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts import freeze, watch, watch_budgets, watch_silence
from outlay.alerting.caps import hold_against_caps
from outlay.alerting.telling import channel_names
from outlay.alerting.watching import runbooks, thresholds, watch_conditions
from outlay.books import Books
from outlay.keeping.records import archive_closed_days, drop_archived
from outlay.keeping.verify import verify
from outlay.reports.statements import announce_provisional
from outlay.timetable.periods import Period, days, hours, minutes, months
from outlay.timetable.runs import JobRuns
from outlay.timetable.schedule import Job
from warehouse import Month, OutOfOrder, keep_waste

A_WEEK_OF_HOURS = 7 * 24
SETTLED_AFTER = timedelta(minutes=15)  # an hour is judged when its late spans are in: nearly all come within minutes
MONTH_SETTLED_AFTER = timedelta(hours=6)  # of the first day: by then the last night has been sent and read
A_QUARTER = 3
A_MONTH_OF_DAYS = 31
BUDGETS_EVERY_MIN = 5
FREQUENT = ("budgets", "silence", "upkeep")
FREQUENT_KEPT = timedelta(days=2)  # what ran every few minutes is of no interest after that


def timetable(books: Books, *, links: str) -> Sequence[Job]:
    """Every job of a home. `links` is the address of its pages, for messages."""
    zone = books.settings.zone

    def spikes(period: Period, now: datetime) -> str:
        watched = watch(
            books.warehouse,
            since_hour=period.since,
            until_hour=period.until,
            channels=channel_names(books.settings),
            now=now,
            thresholds=thresholds(books.settings),
            zone=books.settings.zone,
            links=links,
            runbooks=runbooks(books.settings),
        )
        return str(watched)

    def budgets(period: Period, now: datetime) -> str:
        told = channel_names(books.settings)
        hold_against_caps(books, None, now)
        # Sums every five minutes; where they lead, once an hour.
        ahead = period.since.minute < BUDGETS_EVERY_MIN
        return str(watch_budgets(books.warehouse, zone=zone, channels=told, now=now, links=links, ahead=ahead))

    def forecasts(period: Period, now: datetime) -> str:
        frozen = freeze(books.warehouse, as_of=period.until, zone=zone, now=now)
        return f"{frozen} forecasts frozen"

    def silence(_period: Period, now: datetime) -> str:
        told = channel_names(books.settings)
        return str(watch_silence(books.warehouse, channels=told, now=now, links=links))

    def upkeep(_period: Period, now: datetime) -> str:
        return watch_conditions(books, now, links, often=True)

    def conditions(_period: Period, now: datetime) -> str:
        return watch_conditions(books, now, links, often=False)

    def waste(_period: Period, now: datetime) -> str:
        return f"{keep_waste(books.warehouse, now)} days searched for waste"

    def statements(period: Period, now: datetime) -> str:
        try:
            return announce_provisional(books, Month.parse(period.key), now, channel_names(books.settings), links)
        except OutOfOrder as skipped:
            return str(skipped)

    def retention(period: Period, now: datetime) -> str:
        archived = archive_closed_days(books, now)
        last = (period.until - timedelta(days=books.settings.retention.journal_days)).date()
        gone = drop_archived(books, last)
        for job in FREQUENT:
            JobRuns(books.warehouse).forget(job, now - FREQUENT_KEPT)
        return f"{len(archived)} journal days archived, {len(gone)} dropped"

    def tidy(_period: Period, _now: datetime) -> str:
        return "the ledger's file is tidied" if books.warehouse.tidy() else "somebody is trying out a change; next hour"

    def verification(_period: Period, _now: datetime) -> str:
        checks = verify(books)
        broken = [check.sentence for check in checks if not check.passed]
        return "; ".join(broken) if broken else f"{len(checks)} checks hold"

    return (
        Job("spikes", hours, spikes, settle=SETTLED_AFTER, catch_up=A_WEEK_OF_HOURS),
        Job("budgets", minutes(BUDGETS_EVERY_MIN), budgets),
        Job("forecasts", days(zone), forecasts, settle=MONTH_SETTLED_AFTER, catch_up=A_MONTH_OF_DAYS),
        Job("silence", minutes(15), silence),
        Job("upkeep", minutes(5), upkeep),
        Job("conditions", hours, conditions, settle=SETTLED_AFTER),
        Job("waste", hours, waste, settle=SETTLED_AFTER),
        Job("tidy", hours, tidy),
        Job("statements", months(zone), statements, settle=MONTH_SETTLED_AFTER, catch_up=A_QUARTER),
        Job("verify", days(zone), verification),
        Job("retention", days(zone), retention),
    )
