"""Which token classes are billed at another's price, so that a price agreed for the one holds for the other."""

from __future__ import annotations

from warehouse.prices.catalogue import find
from warehouse.prices.gaps import price_sets
from warehouse.prices.seed import sold_at
from warehouse.prices.sellers import seller
from warehouse.prices.words import TOKEN_CLASSES

# Billed as these wherever nobody says otherwise: reasoning is output, a write of unknown duration is a short one.
_ALWAYS = {"output_text": ("reasoning",), "cache_write_5m": ("cache_write_other",)}


def followers(provider: str, model: str, token_class: str) -> tuple[str, ...]:
    """The classes that the list bills at this class's price; for a model it does not have, those always billed so."""
    identity = seller(provider)
    found = find(identity, model) if identity else None
    if found is None:
        return _ALWAYS.get(token_class, ())
    at = sold_at(found.model, list(price_sets(found.model))[-1])
    if token_class not in at:
        return _ALWAYS.get(token_class, ())
    # Of several classes billed alike, the first of the list leads: plain input before what is cached of it.
    (leader, *rest) = [each for each in TOKEN_CLASSES if at.get(each) == at[token_class]]
    return tuple(rest) if leader == token_class else ()
