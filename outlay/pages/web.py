"""The pages and the API of one home: what `dashboards` is handed, and whom it lets in."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from starlette.types import ASGIApp

from alerts import Links, accuracy, chances, expected_hours, month_forecast
from dashboards import Authorise, Forecast, Forecasts, Reader, Sources, View
from dashboards import Lag as ShownLag
from dashboards.app import Command, CommandRefused, create
from ingest import Keys
from outlay.alerting.answering import Answering
from outlay.alerting.watching import runbooks
from outlay.books import Books
from outlay.clock import now
from outlay.keeping.records import keep_records
from outlay.pages.alerts import AlertPages
from outlay.pages.allowance import Allowance
from outlay.pages.budgets import BudgetPages
from outlay.pages.deeds import Deeds
from outlay.pages.telemetry import metrics
from outlay.questions.table import QUESTIONS, Unanswerable, answer_question
from outlay.reading.status import lag_of
from outlay.reports.statements import statement_files
from warehouse import Month

BEARER = "Bearer "
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def application(books: Books, *, otlp_url: str, token: str, links: Links | None = None) -> ASGIApp:
    """The web application of the core. `token` is what the commands of this machine present.

    `links` are those with which messages are answered; without them there is no page for that.
    """
    settings = books.settings
    view = View(
        company=settings.company.name,
        zone=settings.zone,
        keys_required=settings.keys.required,
        otlp_endpoint=otlp_url,
        runbooks=runbooks(settings),
        hosts=(*LOOPBACK_NAMES, *settings.server.names),
    )
    app: ASGIApp = create(
        books.warehouse,
        view=view,
        authorise=authorise(books.keys, token),
        commands={name: _command(books, name, now) for name in QUESTIONS},
        lag=lambda: _shown_lag(books, now()),
        clock=now,
        sources=Sources(
            forecast=_forecast(books),
            statement_files=statement_files(books),
            expected_hours=partial(expected_hours, books.warehouse),
            budgets=BudgetPages(books),
            accuracy=partial(accuracy, books.warehouse, zone=settings.zone),
            may_spend=Allowance(books),
            answering=Answering(books, links) if links else None,
            watching=AlertPages(books),
            deeds=Deeds(books, links.pages if links else ""),
            chances=partial(chances, books.warehouse),
            metrics=lambda: metrics(books, now()),
        ),
    )
    return app


def authorise(keys: Keys, token: str) -> Authorise:
    """Who a header's value stands for: this machine's commands, the holder of a key, or nobody."""

    def who(header: str | None) -> Reader | None:
        if not header or not header.startswith(BEARER):
            return None
        secret = header.removeprefix(BEARER)
        if hmac.compare_digest(secret.encode(), token.encode()):
            return Reader(teams=None, scopes=("read", "admin"))
        key = keys.find(secret)
        if key is None:
            return None
        return Reader(teams=key.reads, scopes=tuple(key.scopes))

    return who


def _command(books: Books, name: str, clock: Callable[[], datetime]) -> Command:
    def carry_out(params: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = answer_question(books, name, params, clock())
            # A closed month, a price: on disk a second time before whoever asked for it hears that it is done.
            keep_records(books)
            return answer
        except Unanswerable as refusal:
            raise CommandRefused(str(refusal)) from refusal

    return carry_out


def _forecast(books: Books) -> Forecasts:
    """What the running month will come to, as the Overview shows it."""

    def forecast(*, teams: tuple[str, ...] | None, now: datetime) -> Forecast | None:
        zone = books.settings.zone
        found = month_forecast(books.warehouse, Month.of(now, zone), zone=zone, now=now, teams=teams)
        return Forecast(found.p10, found.p50, found.p90, found.method) if found else None

    return forecast


def _shown_lag(books: Books, at: datetime) -> ShownLag:
    lag = lag_of(books, at)
    return ShownLag(lag.journal_entries, lag.behind_entries, lag.behind_seconds, lag.refreshed_at)
