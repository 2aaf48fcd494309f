"""What can be asked of a home: one table of questions, for the commands of a machine and for its running server alike.

Every question takes the open books, a JSON object of params and now, and gives a JSON object. It raises Unanswerable
with the sentence to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from outlay.books import Books
from outlay.loading import catch_up
from outlay.when import NoDate, instant
from warehouse import Question, UnknownMetric, answer, list_calls, metric, metric_names, usage

Params = Mapping[str, Any]


class Unanswerable(RuntimeError):
    """A question was understood and cannot be answered; the sentence says why and what to do."""


def answer_question(books: Books, name: str, params: Params, now: datetime) -> dict[str, Any]:
    """Answer one of QUESTIONS; sentences of other rooms come out as Unanswerable."""
    try:
        return QUESTIONS[name](books, params, now)
    except (NoDate, UnknownMetric, ValueError) as error:
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
    return answer(books.warehouse, params["name"], _asked(books, params, now)).as_json()


def _metrics(_books: Books, _params: Params, _now: datetime) -> dict[str, Any]:
    known = (metric(name) for name in metric_names())
    return {"metrics": [{"name": each.name, "title": each.title, "unit": each.unit} for each in known]}


def _load(books: Books, _params: Params, _now: datetime) -> dict[str, Any]:
    return asdict(catch_up(books))


QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {
    "usage": _usage,
    "calls": _calls,
    "metric": _metric,
    "metrics": _metrics,
    "load": _load,
}
