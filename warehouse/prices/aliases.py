"""Names that only the deployment can explain, from `[[models]]` of outlay.toml: Azure deployments, a gateway's own."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.prices.book import PriceRefused
from warehouse.prices.names import ModelName, sold_as
from warehouse.prices.naming import name_again, priced
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

_ROWS = "SELECT provider, pattern, sold_as FROM own_names ORDER BY place"


def set_model_names(warehouse: Warehouse, names: Sequence[ModelName]) -> bool:
    """Make the names on record those of outlay.toml; returns whether anything changed.

    Calls that have a cost keep it until their month is priced again. Raises PriceRefused for a name that is sold as
    something nobody has a price for.
    """
    told = pl.DataFrame(
        [(place, each.provider, each.pattern, each.sold_as) for place, each in enumerate(names)],
        schema={"place": pl.Int32, "provider": pl.String, "pattern": pl.String, "sold_as": pl.String},
        orient="row",
    )
    with warehouse.transaction() as tx:
        if tx.query(_ROWS).equals(told.drop("place")):
            return False
        for each in names:
            _refuse_priceless(tx, each)
        tx.execute("DELETE FROM own_names")
        tx.insert("own_names", told)
        name_again(tx)
    return True


def _refuse_priceless(tx: Transaction, name: ModelName) -> None:
    if "*" in name.sold_as:
        return  # what it stands for is known when a call comes
    provider, _, model = name.sold_as.partition("/")
    if sold_as(provider, model, priced(tx)).price_model is None:
        raise PriceRefused(
            f"{name.pattern} at {name.provider} is said to be sold as {name.sold_as}, which has no price; "
            "`outlay prices list` shows the names that have"
        )
