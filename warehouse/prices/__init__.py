"""What a token costs and since when: the list from `genai-prices`, the deployment's own prices above it.

`words` says what a price line is, `seed` expands the list, `book` writes lines to the warehouse. `own` and `discounts`
are the deployment's prices; `snapshot`, `diff` and `amend` take a newer list in; `listing` looks prices up.
`sellers`, `spelling`, `catalogue` and `names` find the name a model is sold under, `tiers` its service tier, `gaps`
what tokens do not tell; `naming` keeps them on record. Which line a call is charged by is SQL: `steps/5_prices.sql`.
"""

from warehouse.prices.aliases import set_model_names
from warehouse.prices.amend import IMPACT_DAYS, Amendment, amend, compare
from warehouse.prices.book import PriceRefused, seed_prices
from warehouse.prices.diff import Change, Diff
from warehouse.prices.discounts import Discount, set_discounts
from warehouse.prices.listing import calls_priced_by, prices_of, prices_on
from warehouse.prices.names import ModelName, SoldAs, sold_as
from warehouse.prices.own import OwnPrice, set_own_prices
from warehouse.prices.seed import BOOK_VERSION, list_lines
from warehouse.prices.snapshot import read_snapshot
from warehouse.prices.words import INPUT_CLASSES, OUTPUT_CLASSES, TOKEN_CLASSES, PriceLine

__all__ = [
    "BOOK_VERSION",
    "IMPACT_DAYS",
    "INPUT_CLASSES",
    "OUTPUT_CLASSES",
    "TOKEN_CLASSES",
    "Amendment",
    "Change",
    "Diff",
    "Discount",
    "ModelName",
    "OwnPrice",
    "PriceLine",
    "PriceRefused",
    "SoldAs",
    "amend",
    "calls_priced_by",
    "compare",
    "list_lines",
    "prices_of",
    "prices_on",
    "read_snapshot",
    "seed_prices",
    "set_discounts",
    "set_model_names",
    "set_own_prices",
    "sold_as",
]
