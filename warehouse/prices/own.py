"""Prices of the deployment's own: negotiated, or set by hand over a wrong list price.

Who agrees on a price for output means reasoning tokens too, which are billed as output; such classes follow the one
they are billed as, unless they are told a price of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from warehouse.prices.book import PriceRefused, append, end_lines, naive, read_lines, refuse_closed
from warehouse.prices.followers import followers
from warehouse.prices.naming import name_again
from warehouse.prices.words import FOREVER, TOKEN_CLASSES, PriceLine
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

_FIXED = "layer IN ('contract', 'override')"
_FOLLOWING = ", as "


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A price of the deployment's own: negotiated (`contract`) or set by hand (`override`); both beat the list.

    It holds for requests of every size from `min_input_tokens` on, until a later one of the same kind begins.
    """

    layer: str
    provider: str
    model: str
    token_class: str
    valid_from: dt.datetime
    usd_per_million: Decimal
    service_tier: str = "standard"
    min_input_tokens: int = 0
    reason: str = ""


def set_own_prices(
    warehouse: Warehouse,
    prices: Sequence[OwnPrice],
    now: dt.datetime,
    *,
    version: str = "outlay.toml",
    correct: bool = False,
) -> int:
    """Append the deployment's own prices that the book does not have yet; returns how many.

    Charges that exist keep their price until their month is priced again. Raises PriceRefused for an unknown token
    class, a negative price, a date in a closed month, and a date whose price already reads otherwise — unless
    `correct` says that the new number takes its place.
    """
    with warehouse.transaction() as tx:
        known = {_key(line): (line_no, line) for line_no, line in read_lines(tx, _FIXED).items()}
        new = [line for line in _lines(prices) if _is_new(line, known, correct=correct)]
        if new:
            refuse_closed(tx, new)
            for line in new:
                if _key(line) in known:
                    end_lines(tx, [known[_key(line)][0]], line.valid_from)
            append(tx, new, f"{version} {now:%Y-%m-%d}", now)
            _end_predecessors(tx)
            # A name nobody sold yesterday may have a price today.
            name_again(tx)
    return len(new)


def _key(line: PriceLine) -> tuple[object, ...]:
    return (
        *(line.layer, line.provider, line.model, line.token_class, line.service_tier, line.min_input_tokens),
        line.valid_from,
    )


def _is_new(line: PriceLine, known: Mapping[tuple[object, ...], tuple[int, PriceLine]], *, correct: bool) -> bool:
    if _key(line) not in known:
        return True
    _, there = known[_key(line)]
    if there.usd_per_token != line.usd_per_token and not correct and _FOLLOWING not in there.source:
        raise PriceRefused(
            f"the {line.layer} price of {line.model} ({line.token_class}) since {line.valid_from:%Y-%m-%d} is "
            f"{there.usd_per_token:f} USD a token in the book; prices are dated: add one with a later valid_from"
        )
    return there.usd_per_token != line.usd_per_token


def _lines(prices: Sequence[OwnPrice]) -> Iterator[PriceLine]:
    told = [_line(price) for price in prices]
    yield from told
    taken = {_key(line) for line in told}
    for line in told:
        for token_class in followers(line.provider, line.model, line.token_class):
            following = replace(line, token_class=token_class, source=f"{line.source}{_FOLLOWING}{line.token_class}")
            if _key(following) not in taken:
                taken.add(_key(following))
                yield following


def _line(price: OwnPrice) -> PriceLine:
    if price.token_class not in TOKEN_CLASSES:
        raise PriceRefused(
            f"{price.model}: there is no token class {price.token_class!r}; it is one of {', '.join(TOKEN_CLASSES)}"
        )
    if price.usd_per_million < 0:
        raise PriceRefused(f"{price.model}: a price of {price.usd_per_million} USD per million tokens is negative")
    if price.usd_per_million != round(price.usd_per_million, 6):
        raise PriceRefused(f"{price.model}: {price.usd_per_million} USD per million tokens has more than six decimals")
    return PriceLine(
        layer=price.layer,
        provider=price.provider,
        model=price.model,
        token_class=price.token_class,
        service_tier=price.service_tier,
        min_input_tokens=price.min_input_tokens,
        valid_from=naive(price.valid_from),
        valid_to=FOREVER,
        usd_per_token=price.usd_per_million / 1_000_000,
        source=price.reason or f"{price.layer} price of this deployment",
    )


def _end_predecessors(tx: Transaction) -> None:
    """A price holds until the next one of its kind begins, whatever the order in which they were told."""
    tx.execute(
        f"""
        UPDATE price_lines
        SET valid_to = followed.next_from
        FROM (
            SELECT line_no, lead(valid_from) OVER (
                PARTITION BY layer, provider, model, token_class, service_tier, min_input_tokens ORDER BY valid_from
            ) AS next_from
            FROM price_lines
            WHERE {_FIXED} AND valid_from < valid_to
        ) AS followed
        WHERE price_lines.line_no = followed.line_no AND price_lines.valid_to > followed.next_from
        """  # noqa: S608 - SQL of ours
    )
