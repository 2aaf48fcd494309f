"""Look prices up: what holds on a day, and everything the book ever said of one model."""

from __future__ import annotations

import datetime as dt

import polars as pl

from warehouse.prices.book import naive
from warehouse.prices.names import SoldAs, sold_as
from warehouse.prices.naming import own_names, priced
from warehouse.prices.sellers import seller
from warehouse.store import Warehouse

_COLUMNS = """
    line_no, provider, model, token_class, service_tier, min_input_tokens, from_minute, until_minute,
    CAST(usd_per_token * 1000000 AS DECIMAL(18, 6)) AS usd_per_million, layer,
    nullif(valid_from, TIMESTAMP '1970-01-01') AS valid_from, nullif(valid_to, TIMESTAMP '9999-01-01') AS valid_to,
    source, book_version
"""
_ORDER = """
    ORDER BY provider, model, service_tier <> 'standard', service_tier, min_input_tokens, from_minute, token_class,
        price_lines.valid_from, line_no
"""


def prices_on(
    warehouse: Warehouse, at: dt.datetime, *, provider: str | None = None, model: str | None = None
) -> pl.DataFrame:
    """The lines of every layer in force at an instant; `provider` as anyone spells it, `model` any part of the name.

    A line that always held, or holds until further notice, has no `valid_from` or `valid_to`.
    """
    return warehouse.query(
        f"""
        SELECT {_COLUMNS} FROM price_lines
        WHERE price_lines.valid_from <= $at AND $at < price_lines.valid_to
          AND ($provider::VARCHAR IS NULL OR provider IN ($provider, $seller))
          AND ($model::VARCHAR IS NULL OR contains(lower(model), lower($model)))
        {_ORDER}
        """,  # noqa: S608 - constants of this file
        {"at": naive(at), "provider": provider, "seller": seller(provider or "") or provider, "model": model},
    )


def prices_of(warehouse: Warehouse, provider: str, model: str) -> tuple[SoldAs, pl.DataFrame]:
    """How a model's name is understood, and every line it was ever, is or will be charged by, of every layer."""
    with warehouse.snapshot() as tx:
        found = sold_as(provider, model, priced(tx), own_names(tx))
        rows = tx.query(
            f"""
            SELECT {_COLUMNS} FROM price_lines
            WHERE price_lines.valid_from < price_lines.valid_to
              AND (layer = 'list' AND provider = $price_provider AND model = $price_model
                   OR layer <> 'list' AND provider IN ($provider, $seller) AND model IN ($model, $price_model))
            {_ORDER}
            """,  # noqa: S608 - constants of this file
            {
                "price_provider": found.price_provider,
                "price_model": found.price_model,
                "provider": provider,
                "seller": found.seller,
                "model": model,
            },
        )
    return found, rows


def calls_priced_by(warehouse: Warehouse, provider: str, model: str, since: dt.datetime) -> int:
    """How many billed calls on record, from an instant on, a price of the deployment's own under this name is for."""
    found = warehouse.query(
        """
        SELECT count(*) AS n
        FROM calls
        JOIN model_names
          ON model_names.provider = coalesce(calls.provider, '') AND model_names.model = coalesce(calls.model, '')
        WHERE calls.billed AND calls.started_at >= $since
          AND $provider IN (model_names.provider, model_names.seller)
          AND $model IN (model_names.model, model_names.price_model)
        """,
        {"provider": provider, "model": model, "since": naive(since)},
    )
    return int(found.item())
