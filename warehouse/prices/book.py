"""The price book: dated lines in the warehouse, appended and never overwritten."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from warehouse.prices.seed import BOOK_VERSION, list_lines
from warehouse.prices.words import FOREVER, TOKEN_CLASSES, PriceLine
from warehouse.store import Transaction, Warehouse

_SAME_PRICE = ("layer", "provider", "model", "token_class", "service_tier", "min_input_tokens")
_KEY = (*_SAME_PRICE, "valid_from")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "layer": pl.String,
    "provider": pl.String,
    "model": pl.String,
    "token_class": pl.String,
    "service_tier": pl.String,
    "min_input_tokens": pl.Int64,
    "valid_from": pl.Datetime("us"),
    "valid_to": pl.Datetime("us"),
    "from_minute": pl.Int16,
    "until_minute": pl.Int16,
    "usd_per_token": pl.Decimal(18, 12),
    "source": pl.String,
}


class PriceRefused(ValueError):
    """A price that would rewrite the past, or that names nothing we count."""


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A price of the deployment's own: negotiated (`contract`) or set by hand (`override`); both beat the list."""

    layer: str
    provider: str
    model: str
    token_class: str
    valid_from: dt.datetime
    usd_per_million: Decimal
    service_tier: str = "standard"
    min_input_tokens: int = 0


def seed_prices(warehouse: Warehouse, now: dt.datetime) -> int:
    """Fill an empty price book from the pinned `genai-prices` package, offline; returns the number of new lines.

    A warehouse that has a book keeps it: a newer package is a diff that someone reviews, never a silent change.
    """
    if warehouse.query("SELECT count(*) AS n FROM price_books").item():
        return 0
    lines = list_lines()
    with warehouse.transaction() as tx:
        _append(tx, lines, BOOK_VERSION, now)
    return len(lines)


def set_own_prices(warehouse: Warehouse, prices: Sequence[OwnPrice], now: dt.datetime) -> int:
    """Append the deployment's own prices that the book does not have yet; returns how many.

    Raises PriceRefused for an unknown token class, a negative price, or a date whose price already reads otherwise.
    """
    known = {
        tuple(line[name] for name in _KEY): line["usd_per_token"]
        for line in warehouse.query("SELECT * FROM price_lines WHERE layer <> 'list'").to_dicts()
    }
    new = []
    for line in map(_own_line, prices):
        key = tuple(getattr(line, name) for name in _KEY)
        if key not in known:
            new.append(line)
        elif known[key] != line.usd_per_token:
            raise PriceRefused(
                f"the {line.layer} price of {line.model} ({line.token_class}) since {line.valid_from:%Y-%m-%d} is "
                f"{known[key]:f} USD a token in the book; prices are dated: add one with a later valid_from"
            )
    if new:
        with warehouse.transaction() as tx:
            _append(tx, new, f"outlay.toml {now:%Y-%m-%d}", now)
            _close_predecessors(tx)
            # A name nobody sold yesterday may have a price today.
            tx.execute("DELETE FROM model_names")
    return len(new)


def _own_line(price: OwnPrice) -> PriceLine:
    if price.token_class not in TOKEN_CLASSES:
        raise PriceRefused(
            f"{price.model}: there is no token class {price.token_class!r}; it is one of {', '.join(TOKEN_CLASSES)}"
        )
    if price.usd_per_million < 0:
        raise PriceRefused(f"{price.model}: a price of {price.usd_per_million} USD per million tokens is negative")
    return PriceLine(
        layer=price.layer,
        provider=price.provider,
        model=price.model,
        token_class=price.token_class,
        service_tier=price.service_tier,
        min_input_tokens=price.min_input_tokens,
        valid_from=price.valid_from.astimezone(dt.UTC).replace(tzinfo=None)
        if price.valid_from.tzinfo
        else price.valid_from,
        valid_to=FOREVER,
        usd_per_token=price.usd_per_million / 1_000_000,
        source=f"{price.layer} price of this deployment",
    )


def _append(tx: Transaction, lines: Sequence[PriceLine], version: str, now: dt.datetime) -> None:
    first = int(tx.query("SELECT coalesce(max(line_no), 0) + 1 AS n FROM price_lines").item())
    frame = (
        pl.DataFrame({name: [getattr(line, name) for line in lines] for name in _SCHEMA}, schema=_SCHEMA)
        .with_columns(pl.lit(version).alias("book_version"))
        .with_row_index("line_no", offset=first)
    )
    tx.insert("price_lines", frame)
    digest = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    tx.execute(
        "INSERT INTO price_books VALUES ($version, $now, $lines, $digest)",
        {"version": version, "now": now.astimezone(dt.UTC).replace(tzinfo=None), "lines": len(lines), "digest": digest},
    )


def _close_predecessors(tx: Transaction) -> None:
    same = ", ".join(_SAME_PRICE)
    tx.execute(
        f"""
        UPDATE price_lines
        SET valid_to = followed.next_from
        FROM (
            SELECT line_no, lead(valid_from, 1, $forever) OVER (PARTITION BY {same} ORDER BY valid_from) AS next_from
            FROM price_lines
            WHERE layer <> 'list'
        ) AS followed
        WHERE price_lines.line_no = followed.line_no AND price_lines.valid_to <> followed.next_from
        """,  # noqa: S608 - column names of ours
        {"forever": FOREVER},
    )
