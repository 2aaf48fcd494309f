"""A warehouse that was sent the fortnight, as the company's software sent it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fortnights import NOW, Drawn

from ingest import Entry, Journal, Limits, Receipt
from ingest.loader import Emitter, dialects, load
from ingest.outcome_requests import told_in
from ingest.receive import receive
from outlay.demo import GATEWAY, OUTCOMES, CloseMonth, Ledger, PriceLine, Refresh, Send
from warehouse import (
    Close,
    Month,
    OutcomeRule,
    OwnPrice,
    Question,
    Warehouse,
    answer,
    close_month,
    refresh,
    seed_prices,
    set_economics,
    set_own_prices,
)

# The company describes its gateway in its settings.
SPOKEN = dialects([Emitter(GATEWAY.name)])


@dataclass
class Product:
    """A warehouse that has seen the fortnight as it was sent."""

    warehouse: Warehouse
    ledger: Ledger
    closes: list[Close]
    spans: int = 0
    duplicates: int = 0
    faults: int = 0
    rejected: int = 0

    def rows(self, metric: str, *by: str) -> list[dict[str, Any]]:
        """The answer's rows, grouped as the metric is unless told otherwise."""
        question = Question(None, None, None, NOW, by=by or None, zone=self.ledger.zone)
        rows: list[dict[str, Any]] = answer(self.warehouse, metric, question).as_json()["rows"]
        return rows


def sent_to(fortnight: Drawn, folder: Path) -> Product:
    """Send the fortnight through the socket's judgement, the journal, the loader and the refresh."""
    journal = Journal(folder / "journal")
    warehouse = Warehouse.in_memory()
    seed_prices(warehouse, NOW)
    set_own_prices(warehouse, [_own(line) for line in fortnight.history.company.own_prices], NOW)
    company = fortnight.history.company
    set_economics(
        warehouse,
        outcomes=[OutcomeRule("", 24)],
        prices=company.servings,
        human_usd_per_hour=company.usd_per_hour,
    )
    found = Product(warehouse, fortnight.history.ledger, [])
    for step in fortnight.steps:
        if isinstance(step, Refresh):
            _load(journal, found)
        elif isinstance(step, CloseMonth):
            zone = fortnight.history.company.zone
            found.closes.append(close_month(warehouse, Month.parse(step.month), zone=zone, by="test", now=step.at))
        else:
            receipt = _received(step)
            found.rejected += receipt.rejected
            journal.append(
                [
                    Entry(
                        received_at=NOW,
                        key_id=None,
                        team=None,
                        signal=receipt.signal,
                        content_type=receipt.content_type,
                        content_encoding=receipt.content_encoding,
                        body=receipt.body,
                        faults=receipt.faults,
                    )
                ]
            )
    journal.close()
    return found


def _received(step: Send) -> Receipt:
    if step.path == OUTCOMES:
        return told_in(step.content_type, step.body, None, Limits(), NOW).receipt()
    return receive(
        signal="traces",
        content_type=step.content_type,
        content_encoding=step.content_encoding,
        body=step.body,
        limits=Limits(),
    )


def _own(line: PriceLine) -> OwnPrice:
    return OwnPrice(
        layer=line.layer,
        provider=line.provider,
        model=line.model,
        token_class=line.token_class,
        valid_from=dt.datetime.combine(line.valid_from, dt.time(tzinfo=dt.UTC)),
        usd_per_million=line.usd_per_million,
    )


def _load(journal: Journal, product: Product) -> None:
    while (taken := load(journal, product.warehouse, spoken=SPOKEN)).entries:
        product.spans += taken.spans
        product.duplicates += taken.duplicates
        product.faults += taken.faults
    refresh(product.warehouse)
