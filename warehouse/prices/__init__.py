"""What a token costs and since when: the list from `genai-prices`, the deployment's own prices above it.

`words` says what a price line is, `seed` expands the list, `book` writes lines to the warehouse; `own` and `discounts`
are the deployment's prices. `sellers`, `spelling`, `catalogue` and `names` find the name a model is sold under, `tiers`
its service tier, and `naming` keeps both on record. The choice of a line for a call is plain SQL: `steps/5_prices.sql`.
"""

from warehouse.prices.aliases import set_model_names
from warehouse.prices.book import PriceRefused, seed_prices
from warehouse.prices.discounts import Discount, set_discounts
from warehouse.prices.names import ModelName, SoldAs, sold_as
from warehouse.prices.own import OwnPrice, set_own_prices
from warehouse.prices.words import INPUT_CLASSES, OUTPUT_CLASSES, TOKEN_CLASSES, PriceLine

__all__ = [
    "INPUT_CLASSES",
    "OUTPUT_CLASSES",
    "TOKEN_CLASSES",
    "Discount",
    "ModelName",
    "OwnPrice",
    "PriceLine",
    "PriceRefused",
    "SoldAs",
    "seed_prices",
    "set_discounts",
    "set_model_names",
    "set_own_prices",
    "sold_as",
]
