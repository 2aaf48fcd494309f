"""What can be asked of a home: one table of questions, for the commands of a machine and for its running server alike.

Every question takes the open books, a JSON object of params and now, and gives a JSON object. It raises Unanswerable
with the sentence to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from outlay.alerting.budgets import BUDGET_QUESTIONS
from outlay.books import Books
from outlay.keeping.doubts import doubts
from outlay.keeping.verify import verify
from outlay.questions.alerts import ALERT_QUESTIONS
from outlay.questions.changes import CHANGE_QUESTIONS
from outlay.questions.doctor import examine
from outlay.questions.incidents import INCIDENT_QUESTIONS
from outlay.questions.prices import PRICE_QUESTIONS
from outlay.questions.regressions import REGRESSION_QUESTIONS
from outlay.questions.waste import WASTE_QUESTIONS
from outlay.reading.loading import catch_up
from outlay.reading.status import status
from outlay.reports.platform import platform_report
from outlay.reports.statements import report
from outlay.when import instant
from warehouse import (
    Emitter,
    Month,
    Question,
    UnknownMetric,
    answer,
    close_month,
    emitters,
    json_value,
    list_calls,
    metric,
    metric_names,
    usage,
    waiting_outcomes,
)

Params = Mapping[str, Any]


class Unanswerable(RuntimeError):
    """A question was understood and cannot be answered; the sentence says why and what to do."""


def answer_question(books: Books, name: str, params: Params, now: datetime) -> dict[str, Any]:
    """Answer one of QUESTIONS; sentences of other rooms come out as Unanswerable."""
    try:
        return QUESTIONS[name](books, params, now)
    except (UnknownMetric, ValueError) as error:
        # NoDate, AlreadyClosed, TooEarly, UnknownDimension and their like are ValueErrors with a sentence.
        raise Unanswerable(str(error)) from error


def _asked(books: Books, params: Params, now: datetime) -> Question:
    zone = books.settings.zone
    since, until = (instant(text, zone) if (text := params.get(bound)) else None for bound in ("since", "until"))
    team = params.get("team")
    return Question(since, until, (team,) if team else None, now)


def _stored(bound: datetime | None) -> datetime | None:
    return bound.replace(tzinfo=None) if bound else None


def _usage(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    asked = _asked(books, params, now)
    by = params.get("by") or ()
    return usage(books.warehouse, by=by, since=_stored(asked.since), until=_stored(asked.until), teams=asked.teams)


def _calls(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    asked = _asked(books, params, now)
    return {
        "calls": list_calls(books.warehouse, since=_stored(asked.since), until=_stored(asked.until), teams=asked.teams)
    }


def _metric(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    by = params.get("by")
    asked = replace(_asked(books, params, now), by=None if by is None else tuple(by), zone=books.settings.zone)
    return answer(books.warehouse, params["name"], asked).as_json()


def _metrics(_books: Books, _params: Params, _now: datetime) -> dict[str, Any]:
    known = (metric(name) for name in metric_names())
    return {
        "metrics": [
            {"name": each.name, "title": each.title, "unit": each.unit, "by": list(each.dimensions)} for each in known
        ]
    }


def _outcomes_waiting(books: Books, params: Params, _now: datetime) -> dict[str, Any]:
    team = params.get("team")
    return {"waiting": waiting_outcomes(books.warehouse, teams=(team,) if team else None)}


def _load(books: Books, _params: Params, now: datetime) -> dict[str, Any]:
    return asdict(catch_up(books, now))


def _close(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    month = Month.parse(params["month"])
    done = close_month(books.warehouse, month, zone=books.settings.zone, by=params["by"], now=now)
    return {
        "month": str(done.month),
        "closed_at": done.closed_at.isoformat(),
        "closed_by": done.closed_by,
        "amount_usd": str(done.amount_usd),
        "calls": done.calls,
        "unpriced_calls": done.unpriced_calls,
        "incomplete_calls": done.incomplete_calls,
        "sha256": done.sha256,
    }


def _report(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    return report(books, Month.parse(params["month"]), now)


def _platform_report(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    return platform_report(books, Month.parse(params["month"]), now)


def _doctor(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    findings = examine(books, now)
    asked = _asked(books, params, now)
    heard = emitters(books.warehouse, asked)
    return {
        "ok": all(each.passed for each in findings) and not any(each.needs_someone for each in heard),
        "findings": [asdict(each) for each in findings],
        "emitters": [_emitter(each) for each in heard],
        "metrics": answer(books.warehouse, "metric_gap", asked).as_json()["rows"],
    }


def _emitter(heard: Emitter) -> dict[str, Any]:
    return {
        **{name: json_value(value) for name, value in heard.facts.items()},
        "at_risk_usd": json_value(heard.at_risk_usd),
        "at_risk_is_estimate": heard.is_estimate,
        "needs_someone": heard.needs_someone,
        "advice": [asdict(each) | {"counted": each.counted} for each in heard.advice],
    }


def _verify(books: Books, _params: Params, _now: datetime) -> dict[str, Any]:
    checks = verify(books)
    return {"ok": all(check.passed for check in checks), "checks": [asdict(check) for check in checks]}


def _status(books: Books, _params: Params, now: datetime) -> dict[str, Any]:
    return {**status(books, now), "doubts": doubts(books)}


def _copy_warehouse(books: Books, _params: Params, now: datetime) -> dict[str, Any]:
    books.home.exports.mkdir(exist_ok=True)
    file = books.home.exports / f"warehouse-{now:%Y%m%dT%H%M%S%f}.duckdb"
    books.warehouse.copy_to(file)
    return {"file": str(file.absolute())}


QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {
    "usage": _usage,
    "calls": _calls,
    "metric": _metric,
    "metrics": _metrics,
    "outcomes_waiting": _outcomes_waiting,
    "load": _load,
    "status": _status,
    "close": _close,
    "report": _report,
    "platform_report": _platform_report,
    "doctor": _doctor,
    "verify": _verify,
    "copy_warehouse": _copy_warehouse,
    **CHANGE_QUESTIONS,
    **PRICE_QUESTIONS,
    **ALERT_QUESTIONS,
    **INCIDENT_QUESTIONS,
    **REGRESSION_QUESTIONS,
    **WASTE_QUESTIONS,
    **BUDGET_QUESTIONS,
}
