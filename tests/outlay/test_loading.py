"""A turn of the loader is one commit, which goes to the ledger's tables when it is large and to its log else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from ingest import Entry
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.reading.loading import FEW_SPANS, REFRESH_AFTER_SPANS, move
from outlay.reading.status import lag_of
from warehouse import Warehouse
from warehouse.locked_down import LOCKED_DOWN
from warehouse.store import WAREHOUSE_FILE
from warehouse.transaction import Params

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SMALLER = 64  # as are the turns here, and so the log that they may make
TOLD = {
    "gen_ai.operation.name": AnyValue(string_value="chat"),
    "gen_ai.provider.name": AnyValue(string_value="openai"),
    "gen_ai.request.model": AnyValue(string_value="gpt-4o-mini"),
    "gen_ai.usage.input_tokens": AnyValue(int_value=1_000),
    "gen_ai.usage.output_tokens": AnyValue(int_value=100),
}


def test_a_turn_is_one_commit_to_the_log_for_a_few_spans_and_to_the_tables_for_a_refresh_s_worth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    megabytes = int(str(LOCKED_DOWN["checkpoint_threshold"]).removesuffix("MB"))
    monkeypatch.setitem(LOCKED_DOWN, "checkpoint_threshold", f"{megabytes * 1_000 // SMALLER}KB")
    with open_books(Home(tmp_path), NOW) as books:
        books.warehouse.checkpoint()
        before = books.warehouse.writes
        logs = [log_after(books, calls=spans // SMALLER) for spans in (FEW_SPANS, REFRESH_AFTER_SPANS)]
        commits = books.warehouse.writes - before
    assert (logs[0] > 0, logs[1], commits) == (True, 0, 2)


def test_a_server_knows_when_it_changed_the_ledger_and_looks_through_no_spans_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(warehouse: Warehouse, sql: str, params: Params | None = None) -> pl.DataFrame:
        asked.append(sql)
        return unwatched(warehouse, sql, params)

    with open_books(Home(tmp_path), NOW) as books:
        log_after(books, calls=1)
        unwatched = Warehouse.query
        monkeypatch.setattr(Warehouse, "query", ask)
        refreshed_at = lag_of(books, NOW).refreshed_at
    assert (refreshed_at, [sql for sql in asked if "FROM spans" in sql]) == (NOW, [])


def log_after(books: Books, calls: int) -> int:
    """Bytes of the ledger's log after a turn that moved so many calls."""
    books.journal.append([Entry(NOW, None, None, "traces", "application/x-protobuf", "identity", request(calls))])
    assert move(books, NOW).calls == calls
    log = books.home.folder / f"{WAREHOUSE_FILE}.wal"
    return log.stat().st_size if log.exists() else 0


def request(calls: int) -> bytes:
    at = int(NOW.timestamp()) * 10**9
    spans = [
        Span(
            trace_id=os.urandom(16),
            span_id=os.urandom(8),
            name="chat gpt-4o-mini",
            start_time_unix_nano=at,
            end_time_unix_nano=at + 10**9,
            attributes=[KeyValue(key=key, value=value) for key, value in TOLD.items()],
        )
        for _ in range(calls)
    ]
    told = ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])
    return ExportTraceServiceRequest(resource_spans=[told]).SerializeToString()
