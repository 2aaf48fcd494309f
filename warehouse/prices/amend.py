"""Take a new price list into the book: shown as a diff with what it would cost, then applied as dated lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from warehouse.prices.book import append, end_lines, naive, read_lines, refuse_closed
from warehouse.prices.diff import Diff, diff
from warehouse.prices.discounts import expand_discounts
from warehouse.prices.naming import name_again
from warehouse.prices.pricing import price
from warehouse.prices.rehearsal import rehearsal
from warehouse.prices.words import PriceLine
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

IMPACT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Amendment:
    """A diff, and what the calls of the last `IMPACT_DAYS` days would cost more or less at the new prices.

    `impact` has team, provider, model, calls, before_usd and after_usd: both as if every call had started on the day
    the new prices begin, so that nothing but the prices differs. Only rows whose cost differs; the largest first.
    """

    diff: Diff
    impact: pl.DataFrame


def compare(
    warehouse: Warehouse,
    lines: Sequence[PriceLine],
    *,
    at: dt.datetime,
    now: dt.datetime,
    version: str,
    complete: bool = False,
) -> Amendment:
    """What the new list would change from `at` on; changes nothing. `complete`: it tells all about its models."""
    day = _midnight(naive(at))
    since, until = naive(now) - dt.timedelta(days=IMPACT_DAYS), naive(now)
    with rehearsal(warehouse) as tx:
        found = diff(read_lines(tx, "layer = 'list'"), lines, naive(at), complete=complete)
        price(tx, since, until, as_on=day)
        tx.execute("CREATE TEMP TABLE before AS SELECT span_no, cost_usd FROM costs")
        _write(tx, found, version, now)
        price(tx, since, until, as_on=day)
        return Amendment(found, tx.query(_IMPACT))


def amend(
    warehouse: Warehouse,
    lines: Sequence[PriceLine],
    *,
    at: dt.datetime,
    now: dt.datetime,
    version: str,
    complete: bool = False,
) -> Diff:
    """Apply what `compare` shows: end the book's lines at `at` and append the new ones, which begin then.

    Charges that exist keep their price until their month is priced again. Raises PriceRefused when `at` lies in a
    closed month.
    """
    with warehouse.transaction() as tx:
        found = diff(read_lines(tx, "layer = 'list'"), lines, naive(at), complete=complete)
        refuse_closed(tx, [change.of for change in found.changes])
        _write(tx, found, version, now)
    return found


_IMPACT = """
    SELECT
        fresh_calls.team, fresh_calls.provider, fresh_calls.model,
        count(*) AS calls,
        CAST(coalesce(sum(before.cost_usd), 0) AS DECIMAL(38, 12)) AS before_usd,
        CAST(coalesce(sum(costs.cost_usd), 0) AS DECIMAL(38, 12)) AS after_usd
    FROM fresh_calls
    JOIN before USING (span_no)
    JOIN costs USING (span_no)
    WHERE fresh_calls.billed
    GROUP BY fresh_calls.team, fresh_calls.provider, fresh_calls.model
    HAVING before_usd <> after_usd
    ORDER BY abs(after_usd - before_usd) DESC, fresh_calls.team, fresh_calls.provider, fresh_calls.model
"""


def _write(tx: Transaction, found: Diff, version: str, now: dt.datetime) -> None:
    end_lines(tx, [line_no for change in found.changes for line_no in change.ended], found.at)
    lines = [line for change in found.changes for line in change.lines]
    if lines:
        append(tx, lines, version, now)
    # Discounts are told in percent of the list; a model nobody sold yesterday may be sold today.
    expand_discounts(tx, now)
    name_again(tx)


def _midnight(instant: dt.datetime) -> dt.datetime:
    """The day on which all of it holds: that of `at`, or the next one when it is not a midnight."""
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == instant else midnight + dt.timedelta(days=1)
