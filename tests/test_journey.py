"""One span's journey, room by room: from the socket's judgement to the statement its team pays by."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from alerts import write_statements
from ingest import Entry, Journal, Limits, receive
from ingest.loader import load
from warehouse import (
    Month,
    Question,
    Warehouse,
    answer,
    close_month,
    list_calls,
    refresh,
    seed_prices,
    statement,
)

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
BEGAN_S = int(datetime(2026, 10, 7, 14, 30, tzinfo=UTC).timestamp())
UTC_ZONE = ZoneInfo("UTC")
PROMPT = "Where is my parcel? My name is Ada Lovelace."

# A call as the GenAI conventions tell it: 10,000 input tokens, 4,000 of them from the cache, and 2,000 output tokens.
SPAN = {
    "traceId": "5b8aa5a2d2c872e8321cf37308d69df2",
    "spanId": "051581bf3cb55c13",
    "name": "chat gpt-4o-mini",
    "startTimeUnixNano": f"{BEGAN_S}000000000",
    "endTimeUnixNano": f"{BEGAN_S + 2}000000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
        {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-4o-mini-2024-07-18"}},
        {"key": "gen_ai.response.id", "value": {"stringValue": "chatcmpl-42"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "10000"}},
        {"key": "gen_ai.usage.cache_read.input_tokens", "value": {"intValue": "4000"}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "2000"}},
        {"key": "gen_ai.input.messages", "value": {"stringValue": PROMPT}},
        {"key": "outlay.workflow", "value": {"stringValue": "parcel-questions"}},
        {"key": "outlay.task_id", "value": {"stringValue": "ticket-4711"}},
        {"key": "outlay.outcome", "value": {"stringValue": "resolved"}},
    ],
}
BODY = orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]})
# gpt-4o-mini on that day, in dollars for a million tokens: 0.15 in, 0.075 from the cache, 0.60 out.
COST_USD = (6_000 * Decimal("0.15") + 4_000 * Decimal("0.075") + 2_000 * Decimal("0.60")) / 1_000_000


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse.in_memory() as opened:
        seed_prices(opened, NOW)
        yield opened


def test_one_span_from_the_socket_to_the_statement(tmp_path: Path, warehouse: Warehouse) -> None:
    # 1 socket: judged, and its texts stay outside.
    receipt = receive(signal="traces", content_type="application/json", content_encoding="", body=BODY, limits=Limits())
    assert (receipt.spans, receipt.faults, PROMPT.encode() in receipt.body) == (1, (), False)

    # 2 journal: on disk, stamped with the team of the key that sent it. Only now does the sender hear 200.
    journal = Journal(tmp_path / "journal")
    journal.append(
        [
            Entry(
                received_at=NOW,
                key_id="k1234567",
                team="support",
                signal=receipt.signal,
                content_type=receipt.content_type,
                content_encoding=receipt.content_encoding,
                body=receipt.body,
            )
        ]
    )
    assert journal.lag({}, NOW).entries == 1

    # 3 wire, 4 dialect, 5 store: columns, then what the emitter meant, then a row, with the mark that covers it.
    assert load(journal, warehouse).spans == 1
    journal.close()
    row = warehouse.query("SELECT role, team, input_uncached, cache_read, output_text FROM spans").row(0)
    assert row == ("call", "support", 6_000, 4_000, 2_000)

    # 6 refresh: one billed call, its charges by the price in force that day, its task and its hour.
    assert refresh(warehouse).calls == 1
    (call,) = list_calls(warehouse)
    assert Decimal(call["cost_usd"]) == COST_USD
    assert warehouse.query("SELECT task_id, outcome_status, cost_usd FROM tasks").rows() == [
        ("ticket-4711", "resolved", COST_USD)
    ]

    # 7 ask: any metric, with its coverage.
    asked = answer(warehouse, "dollars_per_resolution", Question(None, None, None, NOW)).as_json()["rows"][0]
    assert (asked["workflow"], asked["resolved_tasks"], asked["coverage"]) == ("parcel-questions", 1, 1.0)
    assert Decimal(asked["dollars_per_resolution"]) == COST_USD

    # 8 tell: the month is closed, and the team's statement says what it owes.
    october = Month(2026, 10)
    close_month(warehouse, october, zone=UTC_ZONE, by="finance", now=NOW)
    written = write_statements(statement(warehouse, october, zone=UTC_ZONE, now=NOW), tmp_path / "statements")
    (team_csv,) = (path for path in written if path.name.startswith("team-support") and path.suffix == ".csv")
    (line, *_) = list(csv.DictReader(team_csv.read_text(encoding="utf-8-sig").splitlines()))
    assert (line["status"], line["workflow"], Decimal(line["cost_usd"])) == ("FINAL", "parcel-questions", COST_USD)
