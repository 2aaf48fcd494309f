"""The question which prompt versions and models do worse than what came before them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from outlay.books import Books
from outlay.when import instant
from warehouse import Compared, Question, VersionChange, json_value, regression_sentence, version_changes

Params = Mapping[str, Any]
A_QUARTER = timedelta(days=92)


def _regressions(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    zone, team = books.settings.zone, params.get("team")
    until = instant(params["until"], zone) if params.get("until") else now
    since = instant(params["since"], zone) if params.get("since") else until - A_QUARTER
    found = version_changes(books.warehouse, Question(since, until, (team,) if team else None, now))
    return {"since": since.isoformat(), "until": until.isoformat(), "changes": [_change(each) for each in found]}


def _change(change: VersionChange) -> dict[str, Any]:
    told = ("kind", "team", "workflow", "name", "before", "after", "tasks_before", "tasks_after")
    return {
        **{name: getattr(change, name) for name in told},
        "since": json_value(change.since),
        "regressed": bool(change.regressed),
        "measures": [_measure(change, each) for each in change.compared],
    }


def _measure(change: VersionChange, compared: Compared) -> dict[str, Any]:
    return {
        "measure": compared.measure,
        "of": compared.of,
        "before": compared.before,
        "after": compared.after,
        "change": compared.moved.change,
        "low": compared.moved.low,
        "high": compared.moved.high,
        "regression": compared.opens,
        "sentence": regression_sentence(change, compared),
    }


REGRESSION_QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {"regressions": _regressions}
