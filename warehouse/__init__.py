"""What we know: the spans as read, the calls they tell of, what each cost, and the months finance closed.

In:   canonical records from `ingest.loader` (polars frames with the columns of `migrations/0001_spans.sql`).
Out:  answers — a metric by name, a call with its charges, a month with its statement — as polars frames.
Not:  it knows no emitter, no socket, no page and no channel, and it never asks what time it is.

The way through: `store` (spans appended) → `refresh` with `steps/*.sql` (calls → charges → tasks → hours)
→ `metrics` (questions) and `close` (months). `prices` holds what a token costs and since when.
"""

from warehouse.answers import Answer
from warehouse.append import Appended, Batch, append
from warehouse.cells import csv_cell, json_value, to_arrow, to_csv
from warehouse.metrics import Metric, Question, UnknownMetric, answer, metric, metric_names
from warehouse.money import exact_text, rounded, share_out, tokens, usd, usd_exact, usd_per_million
from warehouse.months import Month
from warehouse.prices import TOKEN_CLASSES, OwnPrice, PriceRefused, seed_prices, set_own_prices
from warehouse.refresh import Refreshed, refresh
from warehouse.store import HomeInUse, Transaction, Warehouse
from warehouse.usage import UnknownDimension, list_calls, usage

__all__ = [
    "TOKEN_CLASSES",
    "Answer",
    "Appended",
    "Batch",
    "HomeInUse",
    "Metric",
    "Month",
    "OwnPrice",
    "PriceRefused",
    "Question",
    "Refreshed",
    "Transaction",
    "UnknownDimension",
    "UnknownMetric",
    "Warehouse",
    "answer",
    "append",
    "csv_cell",
    "exact_text",
    "json_value",
    "list_calls",
    "metric",
    "metric_names",
    "refresh",
    "rounded",
    "seed_prices",
    "set_own_prices",
    "share_out",
    "to_arrow",
    "to_csv",
    "tokens",
    "usage",
    "usd",
    "usd_exact",
    "usd_per_million",
]
