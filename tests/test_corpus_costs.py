"""What every recorded case cost: the provider's own ledger times prices checked by hand, against ours, in Decimal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from samples import SAMPLES, Sample

from ingest import Journal
from ingest.loader import load
from warehouse import Warehouse, refresh, seed_prices


class Price(NamedTuple):
    """US dollars for a million tokens, as the provider's price page had them on 2026-11-20."""

    input: str
    output: str
    cache_read: str
    cache_write_5m: str = "0"
    cache_write_1h: str = "0"


PRICES = {
    ("claude-sonnet-4-5-20250929", "standard"): Price("3", "15", "0.3", "3.75", "6"),
    # Bedrock's regional endpoint: a tenth more than the global one.
    ("anthropic.claude-sonnet-4-5-20250929-v1:0", "standard"): Price("3.3", "16.5", "0.33", "4.125", "6.6"),
    # As an instrumentation names it that takes the vendor off.
    ("claude-sonnet-4-5-20250929-v1:0", "standard"): Price("3.3", "16.5", "0.33", "4.125", "6.6"),
    ("gemini-2.5-flash", "standard"): Price("0.3", "2.5", "0.03"),
    ("gpt-4o-mini-2024-07-18", "standard"): Price("0.15", "0.6", "0.075"),
    ("gpt-4o-mini", "standard"): Price("0.15", "0.6", "0.075"),
    ("gpt-5-2025-08-07", "standard"): Price("1.25", "10", "0.125"),
    ("o4-mini-2025-04-16", "standard"): Price("1.1", "4.4", "0.275"),
    ("o4-mini-2025-04-16", "flex"): Price("0.55", "2.2", "0.138"),
    ("text-embedding-3-small", "standard"): Price("0.02", "0", "0.02"),
}

# What a price needs to be told; elsewhere the call is flagged (test_corpus), and its cost is not compared.
TOLD = ("input", "output", "cache_read", "cache_write", "calls")


def billed_usd(case: Sample) -> Decimal:
    return sum((cost(request) for request in case.expected["ledger"] if request.get("billed")), Decimal(0))


def cost(request: dict[str, Any]) -> Decimal:
    price = PRICES[request["billed_model"], request.get("service_tier", "standard")]
    usage = request["usage"]
    return (
        usage["input_uncached"] * Decimal(price.input)
        + usage["cache_read"] * Decimal(price.cache_read)
        + usage["cache_write_5m"] * Decimal(price.cache_write_5m)
        + usage["cache_write_1h"] * Decimal(price.cache_write_1h)
        + usage["output_tokens"] * Decimal(price.output)
    ) / 1_000_000


COSTED = [case for case in SAMPLES if all(case.expected["recoverable"][figure] for figure in TOLD)]


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, tuple[Decimal, int]]]:
    """What one home says each case cost, and how many of its calls nobody sells: all cases in it, a key each."""
    with Warehouse.in_memory() as warehouse, TemporaryDirectory() as folder, closing(Journal(Path(folder))) as journal:
        seed_prices(warehouse, datetime(2026, 11, 20, tzinfo=UTC))
        for case in COSTED:
            journal.append([replace(entry, key_id=str(case), team=str(case)) for entry in case.entries()])
        while load(journal, warehouse).entries:
            refresh(warehouse)
        rows = warehouse.query(
            "SELECT sender, sum(cost_usd) AS cost_usd, count(unpriced_because) AS unpriced FROM calls GROUP BY sender"
        )
        yield {sender: (cost_usd, unpriced) for sender, cost_usd, unpriced in rows.iter_rows()}


@pytest.mark.parametrize("case", COSTED, ids=str)
def test_a_case_costs_what_its_provider_billed(case: Sample, told: dict[str, tuple[Decimal, int]]) -> None:
    assert told.get(str(case), (Decimal(0), 0)) == (billed_usd(case), 0)
