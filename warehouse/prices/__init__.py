"""What a token costs and since when: the list from `genai-prices`, the deployment's own prices above it.

`words` says what a price line is, `seed` expands the list, `book` writes lines to the warehouse, `names` finds the
name a model is sold under. The choice of a line for a call is plain SQL: `steps/5_charges.sql`.
"""

from warehouse.prices.book import OwnPrice, PriceRefused, seed_prices, set_own_prices
from warehouse.prices.names import SoldAs, sold_as
from warehouse.prices.words import INPUT_CLASSES, OUTPUT_CLASSES, TOKEN_CLASSES, PriceLine

__all__ = [
    "INPUT_CLASSES",
    "OUTPUT_CLASSES",
    "TOKEN_CLASSES",
    "OwnPrice",
    "PriceLine",
    "PriceRefused",
    "SoldAs",
    "seed_prices",
    "set_own_prices",
    "sold_as",
]
