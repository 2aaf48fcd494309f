"""Ask the warehouse, and keep each answer for everyone who may have it.

Pages ask metrics of the warehouse by name. The few queries in `questions/` are those a metric does not fit: they cut
days in the business zone, know the environment, or read what we told people.

An answer is kept under everything that decides it: the teams the reader may see, the filters, and when the ledger
last changed. It is never kept under who asked, and a page cannot ask for more teams than `Selection` was given.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from dashboards.chargeback import Owed, owed
from dashboards.desk import laid
from dashboards.queries import counts_as_integers, named_in, query
from dashboards.selection import Selection
from warehouse import Month, Question, Statement, answer, statement

# Answers are small frames; this many are some ten readers on every page with several periods each.
MOST_ANSWERS = 600
MOST_STATEMENTS = 24
# A bound for what the ledger's last change does not tell, such as an incident that was resolved.
OLDEST = "60s"

Key = tuple[tuple[str, Any], ...]


def ask(name: str, selection: Selection, *, by: tuple[str, ...] | None = None) -> pl.DataFrame:
    """A metric's rows for this selection, with the columns that metric's file promises. It knows no environment.

    `by` groups them otherwise than the file does; days, weeks and months are cut in the business zone.
    """
    return _answered(laid().number, _changed(), name, replace(selection.question(), by=by, zone=selection.zone))


def look_up(name: str, selection: Selection, **more: Any) -> pl.DataFrame:
    """The rows of `questions/NAME.sql` for this selection; `more` are parameters that only this query has.

    A query gets exactly the parameters its text names.
    """
    sql = query(name)
    return _looked_up(laid().number, _changed(), sql, _key(named_in(sql, {**selection.params(), **more})))


def forget() -> None:
    """Keep no answer of a query: something was just changed that the ledger's last change does not tell."""
    _looked_up.clear()


def stated(month: str, selection: Selection) -> Owed:
    """The statement of a month ('2026-10') as this selection may see it; ValueError for a month that has none."""
    return owed(_stated(laid().number, _changed(), month, selection.zone.key, selection.now), selection)


def _changed() -> datetime | None:
    return laid().lag().refreshed_at


def _key(params: dict[str, Any]) -> Key:
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in sorted(params.items()))


@st.cache_data(max_entries=MOST_ANSWERS, ttl=OLDEST, show_spinner=False)
def _answered(desk: int, changed: datetime | None, name: str, question: Question) -> pl.DataFrame:  # noqa: ARG001 - they are part of the key
    return answer(laid().warehouse, name, question).frame


@st.cache_data(max_entries=MOST_ANSWERS, ttl=OLDEST, show_spinner=False)
def _looked_up(desk: int, changed: datetime | None, sql: str, key: Key) -> pl.DataFrame:  # noqa: ARG001 - they are part of the key
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in key}
    return counts_as_integers(laid().warehouse.query(sql, params))


# The whole statement is kept once; who may see what of it is decided anew each time. Its instant is no part of the key.
@st.cache_data(max_entries=MOST_STATEMENTS, ttl=OLDEST, show_spinner=False)
def _stated(desk: int, changed: datetime | None, month: str, zone: str, _now: datetime) -> Statement:  # noqa: ARG001 - they are part of the key
    return statement(laid().warehouse, Month.parse(month), zone=ZoneInfo(zone), now=_now)
