"""What holds for spans holds for log records and data points: a key's team owns them, whatever they say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from otlp_bodies import JSON, PROTOBUF, written
from otlp_requests import any_value, pairs
from starlette.testclient import TestClient

from ingest import Journal, Keys
from ingest.app import create
from ingest.config import IngestConfig
from ingest.loader import Owners, load
from warehouse import Warehouse, refresh

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
NANOS = int(NOW.timestamp()) * 10**9
BOARD = {"outlay.team": "board", "team": "board", "outlay.cost_centre": "CC-BOARD"}
OWNERS = Owners(teams={"board": "CC-BOARD", "sales": "CC-SALES"})
# One call of Claude Code, as its log tells it and as its metric counts it.
TOLD = {
    "event.name": "api_request",
    "model": "claude-sonnet-4-5-20250929",
    "input_tokens": "100",
    "output_tokens": "20",
    "cache_read_tokens": "0",
    "cache_creation_tokens": "0",
    "duration_ms": "1000",
}


def log(resource: dict[str, Any], attributes: dict[str, Any], number: int = 1) -> Any:
    told = ExportLogsServiceRequest()
    of_resource = told.resource_logs.add()
    of_resource.resource.attributes.extend(pairs({"service.name": "claude-code"} | resource))
    scope = of_resource.scope_logs.add()
    scope.scope.name, scope.scope.version = "com.anthropic.claude_code.events", "2.1.0"
    record = scope.log_records.add(time_unix_nano=NANOS + number, body=any_value("claude_code.api_request"))
    record.attributes.extend(pairs(TOLD | {"request_id": f"req_{number}"} | attributes))
    return told


def metric(resource: dict[str, Any], attributes: dict[str, Any], number: int = 1) -> Any:
    told = ExportMetricsServiceRequest()
    of_resource = told.resource_metrics.add()
    of_resource.resource.attributes.extend(pairs({"service.name": "claude-code"} | resource))
    scope = of_resource.scope_metrics.add()
    scope.scope.name, scope.scope.version = "com.anthropic.claude_code", "2.1.0"
    counted = scope.metrics.add(name="claude_code.token.usage", unit="tokens")
    counted.sum.aggregation_temporality, counted.sum.is_monotonic = 1, True
    for kind in ("input", "output"):
        at = {"time_unix_nano": NANOS + number, "start_time_unix_nano": NANOS - 10**9}
        point = counted.sum.data_points.add(as_int=100, **at)
        point.attributes.extend(pairs({"type": kind, "model": "claude-sonnet-4-5-20250929"} | attributes))
    return told


SIGNALS = {"logs": log, "metrics": metric}


def ledger_of(home: Path, secret: str, *sent: tuple[str, Any], kind: str = PROTOBUF) -> Warehouse:
    """Everything sent under one key, loaded and refreshed."""
    with TestClient(create(home, IngestConfig(keys_required=True))) as client:
        for signal, body in sent:
            headers = {"content-type": kind, "x-api-key": secret}
            assert client.post(f"/v1/{signal}", content=written(body, kind), headers=headers).status_code == 200
    warehouse = Warehouse.in_memory()
    load(Journal(home / "journal"), warehouse, owners=OWNERS)
    refresh(warehouse)
    return warehouse


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize(("team", "speaks_for"), [("sales", []), ("sales", ["search"]), (None, ["search"])])
def test_a_claim_on_a_record_or_its_resource_makes_no_row_of_another_team(
    tmp_path: Path, signal: str, kind: str, team: str | None, speaks_for: list[str]
) -> None:
    _, secret = Keys(tmp_path / "keys.db").create(team, speaks_for=speaks_for, scopes=["ingest"], now=NOW)
    made = SIGNALS[signal]
    sent = [(signal, made({}, BOARD, 1)), (signal, made(BOARD, {}, 2))]
    with ledger_of(tmp_path, secret, *sent, kind=kind) as warehouse:
        calls = warehouse.query("SELECT DISTINCT team, cost_centre, claimed_team FROM calls").rows()
    assert calls == [(team, None, "board")]


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_gateway_s_records_are_of_the_team_they_name(tmp_path: Path, signal: str) -> None:
    _, secret = Keys(tmp_path / "keys.db").create(None, speaks_for=["Board", "sales"], scopes=["ingest"], now=NOW)
    sent = [(signal, SIGNALS[signal]({"team": "BOARD"}, {}, 1)), (signal, SIGNALS[signal]({"team": "sales"}, {}, 2))]
    with ledger_of(tmp_path, secret, *sent) as warehouse:
        calls = warehouse.query("SELECT team, count(*) FROM calls GROUP BY team ORDER BY team").rows()
        tasks = warehouse.query("SELECT team, count(*) FROM tasks GROUP BY team ORDER BY team").rows()
    assert (calls, tasks) == ([("Board", 1), ("sales", 1)],) * 2


def test_what_a_gateway_sends_for_one_team_silences_no_metrics_of_another(tmp_path: Path) -> None:
    _, secret = Keys(tmp_path / "keys.db").create(None, speaks_for=["sales", "search"], scopes=["ingest"], now=NOW)
    sent = [("metrics", metric({"team": "search"}, {})), ("logs", log({"team": "sales"}, {}))]
    with ledger_of(tmp_path, secret, *sent) as warehouse:
        calls = warehouse.query("SELECT team, signal FROM calls ORDER BY team").rows()
    assert calls == [("sales", "log"), ("search", "metric")]


def test_what_a_team_tells_call_by_call_silences_its_own_metrics_through_a_gateway_too(tmp_path: Path) -> None:
    _, secret = Keys(tmp_path / "keys.db").create(None, speaks_for=["sales", "search"], scopes=["ingest"], now=NOW)
    sent = [("metrics", metric({"team": "sales"}, {})), ("logs", log({"team": "sales"}, {}))]
    with ledger_of(tmp_path, secret, *sent) as warehouse:
        calls = warehouse.query("SELECT team, signal FROM calls ORDER BY team").rows()
    assert calls == [("sales", "log")]
