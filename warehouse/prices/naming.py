"""Keep on record which price a provider's model and a service tier lead to: `model_names` and `tier_names`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.prices.names import ModelName, sold_as
from warehouse.prices.sellers import seller
from warehouse.prices.tiers import tier
from warehouse.transaction import Transaction

_NAMES = ("provider", "model", "price_provider", "price_model", "matched_by", "seller", "because")
_TIERS = ("provider", "told", "tier")


def name_calls(tx: Transaction) -> None:
    """Look up the names and tiers of `fresh_calls` that nobody has met before."""
    new = tx.query(
        "SELECT DISTINCT coalesce(provider, '') AS provider, coalesce(model, '') AS model FROM fresh_calls"
        " EXCEPT SELECT provider, model FROM model_names"
    )
    _name(tx, new)
    tiers = tx.query(
        "SELECT DISTINCT coalesce(provider, '') AS provider, service_tier AS told FROM fresh_calls"
        " WHERE service_tier IS NOT NULL EXCEPT SELECT provider, told FROM tier_names"
    )
    _insert(tx, "tier_names", _TIERS, [(by, told, tier(seller(by), told)) for by, told in tiers.iter_rows()])


def name_again(tx: Transaction) -> None:
    """Look up every name on record again: a price or a name of the deployment's own has been added."""
    known = tx.query("SELECT provider, model FROM model_names ORDER BY provider, model")
    tx.execute("DELETE FROM model_names")
    _name(tx, known)


def own_names(tx: Transaction) -> list[ModelName]:
    """The names the deployment explains itself, in the order of outlay.toml."""
    rows = tx.query("SELECT provider, pattern, sold_as FROM own_names ORDER BY place")
    return [ModelName(*row) for row in rows.iter_rows()]


def priced(tx: Transaction) -> set[tuple[str, str]]:
    """(provider, model) of everything the book has a price for, set or imported ones included."""
    return set(tx.query("SELECT DISTINCT provider, model FROM price_lines").iter_rows())


def _name(tx: Transaction, asked: pl.DataFrame) -> None:
    if asked.is_empty():
        return
    book, names = priced(tx), own_names(tx)
    found = [(provider, model, *sold_as(provider, model, book, names)) for provider, model in asked.iter_rows()]
    _insert(tx, "model_names", _NAMES, found)


def _insert(tx: Transaction, table: str, columns: Sequence[str], rows: Sequence[tuple[str | None, ...]]) -> None:
    tx.insert(table, pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row"))
