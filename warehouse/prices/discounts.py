"""Contracts told in percent: each list price they take becomes a dated line of its own, in the layer `discount`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

import polars as pl

from warehouse.prices.book import PriceRefused, append, end_lines, naive, read_lines, refuse_closed
from warehouse.prices.names import taken_by
from warehouse.prices.naming import name_again
from warehouse.prices.sellers import listed, seller
from warehouse.prices.tiers import STANDARD
from warehouse.prices.words import FOREVER, PriceLine
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

_PLACES = Decimal("0.000000000001")
_ROWS = "SELECT provider, pattern, percent, valid_from FROM discounts ORDER BY place"


@dataclass(frozen=True, slots=True)
class Discount:
    """So many percent off the list prices of a provider's models, since a day, until a later discount takes them.

    `pattern` may begin or end with `*`. A later discount of 0 percent ends one on a day of its own.
    """

    provider: str
    pattern: str
    percent: Decimal
    valid_from: dt.datetime


def set_discounts(warehouse: Warehouse, discounts: Sequence[Discount], now: dt.datetime) -> int:
    """Make the book's discounts those of outlay.toml; returns how many lines are new.

    A discount that is no longer there ends now. Raises PriceRefused for a provider nobody lists, a pattern that takes
    no model, a discount that reads otherwise than it did, and one that would rewrite a closed month.
    """
    told = pl.DataFrame(
        [
            (place, each.provider, each.pattern, each.percent, naive(each.valid_from))
            for place, each in enumerate(discounts)
        ],
        schema={
            "place": pl.Int32,
            "provider": pl.String,
            "pattern": pl.String,
            "percent": pl.Decimal(9, 6),
            "valid_from": pl.Datetime("us"),
        },
        orient="row",
    )
    with warehouse.transaction() as tx:
        before = tx.query(_ROWS)
        if before.equals(told.drop("place")):
            return 0
        for each in discounts:
            _refuse_unknown(tx, each)
        _refuse_changed(before, told)
        tx.execute("DELETE FROM discounts")
        tx.insert("discounts", told)
        return expand_discounts(tx, now)


def expand_discounts(tx: Transaction, now: dt.datetime) -> int:
    """Write the lines that the discounts on record make of the list as it is now; returns how many are new.

    What no discount makes any more ends now.
    """
    discounts = [Discount(*row) for row in tx.query(_ROWS).iter_rows()]
    there = {_key(line): (line_no, line) for line_no, line in read_lines(tx, "layer = 'discount'").items()}
    new, until = [], {line_no: naive(now) for line_no, _ in there.values()}
    for line in _expanded(tx, discounts):
        line_no, known = there.get(_key(line), (0, line))
        if known.usd_per_token != line.usd_per_token:
            # Another discount has taken its place before it began.
            until[line_no] = line.valid_from
        elif known.valid_to < line.valid_to:
            raise PriceRefused(
                f"the discount on {line.provider}/{line.model} since {line.valid_from:%Y-%m-%d} ended on "
                f"{known.valid_to:%Y-%m-%d} in the book; one that begins again does so on a later day"
            )
        elif line_no:
            until[line_no] = line.valid_to
            continue
        new.append(line)
    refuse_closed(tx, new)
    _end(tx, there.values(), until)
    if new:
        append(tx, new, f"outlay.toml {now:%Y-%m-%d}", now)
        name_again(tx)
    return len(new)


def _end(tx: Transaction, there: Iterable[tuple[int, PriceLine]], until: Mapping[int, dt.datetime]) -> None:
    ending: dict[dt.datetime, list[int]] = {}
    for line_no, line in there:
        if until[line_no] < line.valid_to:
            ending.setdefault(until[line_no], []).append(line_no)
    for at, line_nos in ending.items():
        end_lines(tx, line_nos, at)


def discounted(line: PriceLine, discounts: Sequence[Discount]) -> Iterator[PriceLine]:
    """What becomes of one list line under the discounts that take it, in the order of outlay.toml."""
    starts: dict[dt.datetime, Discount] = {}
    for each in discounts:
        starts.setdefault(naive(each.valid_from), each)
    for start, end in pairwise([*sorted(starts), FOREVER]):
        since, until = max(start, line.valid_from), min(end, line.valid_to)
        if since < until:
            percent = starts[start].percent
            usd = (line.usd_per_token * (100 - percent) / 100).quantize(_PLACES, ROUND_HALF_EVEN)
            yield replace(
                line,
                layer="discount",
                valid_from=since,
                valid_to=until,
                usd_per_token=usd,
                source=f"{percent.normalize():f} % off since {start:%Y-%m-%d}, on {line.source}",
            )


def _expanded(tx: Transaction, discounts: Sequence[Discount]) -> Iterator[PriceLine]:
    for identity in dict.fromkeys(_seller(each) for each in discounts):
        here = [each for each in discounts if _seller(each) == identity]
        for line in _listed(tx, identity):
            taking = [each for each in here if taken_by(each.pattern, line.model) is not None]
            yield from discounted(line, taking)


def _listed(tx: Transaction, identity: str) -> Iterator[PriceLine]:
    """The list lines a provider sells at: its own, and those of the makers it resells at their standard price."""
    own = read_lines(tx, "layer = 'list' AND provider = $provider", {"provider": identity}).values()
    yield from own
    names = {line.model for line in own}
    for maker in listed()[identity].fallback_model_providers or ():
        lines = read_lines(
            tx,
            "layer = 'list' AND provider = $provider AND service_tier = $tier",
            {"provider": maker, "tier": STANDARD},
        ).values()
        yield from (replace(line, provider=identity) for line in lines if line.model not in names)
        names |= {line.model for line in lines}


def _seller(discount: Discount) -> str:
    return seller(discount.provider) or discount.provider


def _refuse_unknown(tx: Transaction, discount: Discount) -> None:
    identity = _seller(discount)
    if identity not in listed():
        raise PriceRefused(
            f"a discount names the provider {discount.provider!r}, which the price list does not have; "
            "a price of your own in [[prices]] needs no list"
        )
    if not any(taken_by(discount.pattern, line.model) is not None for line in _listed(tx, identity)):
        raise PriceRefused(f"a discount takes no model: {discount.provider} lists none like {discount.pattern!r}")


def _refuse_changed(before: pl.DataFrame, told: pl.DataFrame) -> None:
    same = ["provider", "pattern", "valid_from"]
    changed = before.join(told, on=same).filter(pl.col("percent") != pl.col("percent_right"))
    for provider, pattern, percent, since in changed.select("provider", "pattern", "percent", "valid_from").iter_rows():
        raise PriceRefused(
            f"the discount on {provider}/{pattern} since {since:%Y-%m-%d} is {percent.normalize():f} % in the book; "
            "a changed discount begins on a later day"
        )


def _key(line: PriceLine) -> tuple[object, ...]:
    return (
        *(line.provider, line.model, line.token_class, line.service_tier, line.min_input_tokens),
        *(line.from_minute, line.until_minute, line.valid_from),
    )
