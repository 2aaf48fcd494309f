"""What we know: the spans as read, the calls they tell of, what each cost, and the months finance closed.

In:   canonical records from `ingest.loader` (polars frames with the columns of `migrations/0001_spans.sql`).
Out:  answers — a metric by name, a call with its charges, a month with its statement — as polars frames.
Not:  it knows no emitter, no socket, no page and no channel, and it never asks what time it is.

The way through: `store` (spans appended) → `refresh` with `steps/*.sql` (calls → charges → tasks → hours)
→ `metrics` (questions) and `close` (months). `prices` holds what a token costs and since when.
"""

from warehouse.advice import Advice
from warehouse.answers import Answer
from warehouse.append import Appended, Batch, append, begin_again
from warehouse.archive import (
    archive_day,
    archived_days,
    days_read,
    entries_archived,
    entries_read,
    entries_taken,
    outgrown_days,
    restore_day,
)
from warehouse.cells import canonical_csv, csv_cell, json_value, to_arrow, to_csv
from warehouse.change import Bridge, Leaf, Period, Scope, bridge, summed
from warehouse.change_words import PART_TITLES, in_words, phrase, signed, worth_saying
from warehouse.charged import charge_as_before, save_charges
from warehouse.close import AlreadyClosed, Close, NotClosed, TooEarly, close_month, closes, verify_closed
from warehouse.damage import WarehouseDamaged
from warehouse.economics import OutcomeRule, set_economics
from warehouse.emitter import Emitter, emitters, examined
from warehouse.explain import NoSuchCall, explain
from warehouse.failure_modes import FailureRule, failure_modes, set_failure_rules, top_failure_modes
from warehouse.instants import stored
from warehouse.kept import Records, keep, loss, records, restore, spent, to_disk
from warehouse.lock import HomeInUse, own
from warehouse.marks import Mark, marks
from warehouse.metrics import Metric, NotGrouped, Question, UnknownMetric, answer, metric, metric_names
from warehouse.money import exact_text, rounded, share_out, tokens, usd, usd_exact, usd_per_million
from warehouse.months import Month
from warehouse.owed import by_team
from warehouse.prices import (
    BOOK_VERSION,
    IMPACT_DAYS,
    TOKEN_CLASSES,
    Amendment,
    Change,
    Diff,
    Discount,
    ModelName,
    OwnPrice,
    PriceLine,
    PriceRefused,
    SoldAs,
    amend,
    calls_priced_by,
    compare,
    list_lines,
    prices_of,
    prices_on,
    read_snapshot,
    seed_prices,
    set_discounts,
    set_model_names,
    set_own_prices,
)
from warehouse.proofs import Check
from warehouse.ratios import wilson
from warehouse.refresh import Refreshed, refresh
from warehouse.regression_words import MEASURES, moved_text, regression_sentence, value_text
from warehouse.regressions import Compared, VersionChange, version_changes
from warehouse.reprice import MonthIsClosed, Repricing, reprice
from warehouse.settled import OutOfOrder
from warehouse.statements import Statement, statement
from warehouse.store import WAREHOUSE_FILE, Warehouse
from warehouse.transaction import Transaction
from warehouse.usage import UnknownDimension, list_calls, usage
from warehouse.waiting import waiting_outcomes
from warehouse.waste import Waste, waste, wasted_calls
from warehouse.waste_days import keep_waste
from warehouse.waste_rules import UnknownRule, WasteRule, waste_rule, waste_rules

__all__ = [
    "BOOK_VERSION",
    "IMPACT_DAYS",
    "MEASURES",
    "PART_TITLES",
    "TOKEN_CLASSES",
    "WAREHOUSE_FILE",
    "Advice",
    "AlreadyClosed",
    "Amendment",
    "Answer",
    "Appended",
    "Batch",
    "Bridge",
    "Change",
    "Check",
    "Close",
    "Compared",
    "Diff",
    "Discount",
    "Emitter",
    "FailureRule",
    "HomeInUse",
    "Leaf",
    "Mark",
    "Metric",
    "ModelName",
    "Month",
    "MonthIsClosed",
    "NoSuchCall",
    "NotClosed",
    "NotGrouped",
    "OutOfOrder",
    "OutcomeRule",
    "OwnPrice",
    "Period",
    "PriceLine",
    "PriceRefused",
    "Question",
    "Records",
    "Refreshed",
    "Repricing",
    "Scope",
    "SoldAs",
    "Statement",
    "TooEarly",
    "Transaction",
    "UnknownDimension",
    "UnknownMetric",
    "UnknownRule",
    "VersionChange",
    "Warehouse",
    "WarehouseDamaged",
    "Waste",
    "WasteRule",
    "amend",
    "answer",
    "append",
    "archive_day",
    "archived_days",
    "begin_again",
    "bridge",
    "by_team",
    "calls_priced_by",
    "canonical_csv",
    "charge_as_before",
    "close_month",
    "closes",
    "compare",
    "csv_cell",
    "days_read",
    "emitters",
    "entries_archived",
    "entries_read",
    "entries_taken",
    "exact_text",
    "examined",
    "explain",
    "failure_modes",
    "in_words",
    "json_value",
    "keep",
    "keep_waste",
    "list_calls",
    "list_lines",
    "loss",
    "marks",
    "metric",
    "metric_names",
    "moved_text",
    "outgrown_days",
    "own",
    "phrase",
    "prices_of",
    "prices_on",
    "read_snapshot",
    "records",
    "refresh",
    "regression_sentence",
    "reprice",
    "restore",
    "restore_day",
    "rounded",
    "save_charges",
    "seed_prices",
    "set_discounts",
    "set_economics",
    "set_failure_rules",
    "set_model_names",
    "set_own_prices",
    "share_out",
    "signed",
    "spent",
    "statement",
    "stored",
    "summed",
    "to_arrow",
    "to_csv",
    "to_disk",
    "tokens",
    "top_failure_modes",
    "usage",
    "usd",
    "usd_exact",
    "usd_per_million",
    "value_text",
    "verify_closed",
    "version_changes",
    "waiting_outcomes",
    "waste",
    "waste_rule",
    "waste_rules",
    "wasted_calls",
    "wilson",
    "worth_saying",
]
