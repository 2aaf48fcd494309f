"""What a statement proves about itself: each check is a sentence with its numbers, and whether it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import polars as pl

from warehouse.cells import canonical_csv
from warehouse.instants import stored
from warehouse.lines import CORRECTION, USAGE, total, usage_costs
from warehouse.money import rounded, usd_exact
from warehouse.settled import Period, question
from warehouse.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a reader may want to see proved. `sentence` has the numbers on both sides."""

    name: str
    passed: bool
    sentence: str


def digest(lines: pl.DataFrame) -> str:
    """SHA-256 of the lines' canonical CSV."""
    return hashlib.sha256(canonical_csv(lines).encode()).hexdigest()


def parts_sum(lines: pl.DataFrame, total_usd: Decimal, amount_usd: Decimal) -> tuple[Check, Check]:
    """The teams sum to the amount owed, and the lines sum to the exact total it was rounded from."""
    teams = lines.group_by("team").agg(pl.col("amount_usd").sum())
    owed, exact = total(teams, "amount_usd"), total(lines)
    return (
        Check(
            "teams sum to the total",
            owed == total(lines, "amount_usd") == amount_usd,
            f"{teams.height} teams, Unattributed included, sum to {usd_exact(owed)} of {usd_exact(amount_usd)}",
        ),
        Check(
            "lines sum to the total",
            exact == total_usd and rounded(exact) == amount_usd,
            f"{lines.height} lines sum to {usd_exact(exact)}, which rounds to {usd_exact(amount_usd)}",
        ),
    )


def charges_are_on_it(reading: Transaction, period: Period, lines: pl.DataFrame) -> Check:
    """A month still open: the charges of its calls are its usage lines."""
    charged, on_it = _charged(reading, period), total(lines.filter(pl.col("charge_class") == USAGE))
    return Check(
        "charges are on the statement",
        charged == on_it,
        f"the charges of {period.month} sum to {usd_exact(charged)}, its usage lines to {usd_exact(on_it)}",
    )


def charges_are_booked(reading: Transaction, period: Period) -> Check:
    """A closed month: the charges of its calls are what was booked for it, here or since, and what waits to be."""
    charged, known = _charged(reading, period), total(usage_costs(reading, period))
    sums = reading.query(question("booked_for"), {"usage_month": str(period.month)})
    booked, since = sums["cost_usd"].item(), sums["corrected_usd"].item()
    return Check(
        "charges are booked",
        charged == known,
        f"the charges of {period.month} now sum to {usd_exact(charged)}: {usd_exact(booked - since)} booked when it "
        f"was closed, {usd_exact(since)} as corrections since, {usd_exact(known - booked)} waiting for the next close",
    )


def corrections_settle(reading: Transaction, settled: Sequence[Period], lines: pl.DataFrame) -> Check:
    """With this statement's corrections, everything before the latest close is booked to the last digit."""
    charged = sum((_charged(reading, period) for period in settled), Decimal(0))
    booked = total(reading.query(question("booked_lines")))
    corrected = total(lines.filter(pl.col("charge_class") == CORRECTION))
    return Check(
        "corrections settle the closed months",
        charged == booked + corrected,
        f"the charges of closed months sum to {usd_exact(charged)}: {usd_exact(booked)} booked before, "
        f"{usd_exact(corrected)} corrected here",
    )


def every_call_is_counted(lines: pl.DataFrame) -> tuple[Check, Check]:
    """No call lacks a price or its usage; where some do, the sentence lists the models to look at."""
    return (
        _none_missing(lines, "unpriced_calls", "every call is priced", "have no price"),
        _none_missing(lines, "incomplete_calls", "every call told its usage", "told no full usage"),
    )


def nothing_is_dated_ahead(reading: Transaction, now: datetime) -> Check:
    """No call claims to have begun after now; one that does lies in no month that can be closed yet."""
    ahead = reading.query(question("dated_ahead"), {"now": stored(now)}).item()
    return Check(
        "no call is dated ahead",
        ahead == 0,
        f"calls dated after {stored(now):%Y-%m-%d %H:%M} UTC, which no statement has yet: {ahead}",
    )


def lines_are_as_closed(lines: pl.DataFrame, sha256: str) -> Check:
    """The frozen lines still have the digest that was recorded when the month was closed."""
    found = digest(lines)
    verdict = "still have" if found == sha256 else f"have {found[:12]}… instead of"
    return Check(
        "lines are as closed", found == sha256, f"the {lines.height} frozen lines {verdict} digest {sha256[:12]}…"
    )


def _none_missing(lines: pl.DataFrame, column: str, name: str, what: str) -> Check:
    usage = lines.filter(pl.col("charge_class") == USAGE)
    models = (
        usage.group_by("provider", "model")
        .agg(pl.col(column).sum())
        .filter(pl.col(column) > 0)
        .sort(column, "provider", "model", descending=[True, False, False], nulls_last=True)
    )
    named = ", ".join(
        f"{provider or 'unnamed provider'} {model or 'unnamed model'} ({calls})"
        for provider, model, calls in models.iter_rows()
    )
    sentence = f"{models[column].sum()} of {usage['calls'].sum()} calls {what}"
    return Check(name, models.is_empty(), f"{sentence}: {named}" if named else sentence)


def _charged(reading: Transaction, period: Period) -> Decimal:
    charged: Decimal = reading.query(question("charged"), period.params()).item()
    return charged
