"""The API through a real ASGI client: what it answers, to whom, and that nothing is open by accident."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from northwind import KEYS, LAG, NOW, desk
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from dashboards import Sources, StatementFile
from dashboards.api import MAX_COMMAND_BYTES
from dashboards.app import CommandRefused, create
from warehouse import Warehouse, metric_names

OPEN = {"/healthz"}


def echo(payload: dict[str, Any]) -> dict[str, Any]:
    if payload.get("refuse"):
        raise CommandRefused("2026-10 was closed on 3 November; a closed month never changes")
    return {"told": payload}


def statement_files(*, month: str, teams: tuple[str, ...] | None, now: object) -> list[StatementFile]:
    if month != "2026-10":
        raise ValueError(f"{month!r} is not a month; write it as 2026-10")
    names = ["Support.csv", "Search.csv"] if teams is None else [f"{team}.csv" for team in teams]
    return [StatementFile(name, "text/csv", lambda name=name: f"lines of {name}".encode()) for name in names]


def application(warehouse: Warehouse, *, keys_required: bool) -> FastAPI:
    laid = desk(warehouse, keys_required=keys_required)
    return create(
        warehouse,
        view=laid.view,
        authorise=laid.authorise,
        commands={"close": echo},
        lag=laid.lag,
        clock=laid.clock,
        sources=Sources(statement_files=statement_files),
    )


@pytest.fixture(scope="module")
def client(northwind: Warehouse) -> Iterator[TestClient]:
    """A server without keys; its pages are not started, so no test here waits for Streamlit."""
    return TestClient(application(northwind, keys_required=False), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def locked(northwind: Warehouse) -> TestClient:
    """A server with keys."""
    return TestClient(application(northwind, keys_required=True), raise_server_exceptions=False)


def as_(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


def routes(found: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every method and path, however deep the routers are nested."""
    for route in found:
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in sorted(route.methods))
        yield from routes(
            list(getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", []))
        )


def test_status_tells_how_much_is_known_and_how_late(client: TestClient) -> None:
    told = client.get("/api/v1/status").json()
    assert told == {
        "spans": 21,
        "calls": 21,
        "journal_entries": LAG.journal_entries,
        "journal_lag_entries": 0,
        "journal_lag_seconds": 0.0,
        "refreshed_at": "2026-11-20T15:23:55Z",
    }


def test_the_list_of_metrics_says_what_each_is_for(client: TestClient) -> None:
    told = client.get("/api/v1/metrics").json()["metrics"]
    assert ([metric["name"] for metric in told], {bool(metric["why"]) for metric in told}) == (metric_names(), {True})


@pytest.mark.parametrize("name", metric_names())
def test_every_metric_answers(client: TestClient, name: str) -> None:
    assert client.get(f"/api/v1/metrics/{name}?since=2026-10-01&until=2026-12-01").json()["metric"] == name


def test_money_is_told_with_every_digit(client: TestClient) -> None:
    rows = client.get("/api/v1/metrics/spend_by_team?since=2026-11-01").json()["rows"]
    assert {row["team"]: row["cost_usd"] for row in rows} == {"Support": "30.000412", "Search": "12", None: "0.5"}


def test_the_days_are_those_of_the_business_zone(client: TestClient) -> None:
    params = client.get("/api/v1/metrics/spend_by_team?since=2026-11-01").json()["params"]
    assert params["since"] == "2026-10-31T23:00:00Z"


def test_csv_has_the_same_rows(client: TestClient) -> None:
    response = client.get("/api/v1/metrics/spend_by_team?since=2026-11-01&format=csv")
    table = pl.read_csv(io.BytesIO(response.content), schema_overrides={"cost_usd": pl.String})
    assert (response.headers["content-type"], table["cost_usd"].to_list()) == (
        "text/csv; charset=utf-8",
        ["30.000412", "12", "0.5"],
    )


def test_arrow_keeps_money_decimal(client: TestClient) -> None:
    response = client.get("/api/v1/metrics/spend_by_team?since=2026-11-01&format=arrow")
    assert pl.read_ipc_stream(io.BytesIO(response.content))["cost_usd"].sum() == Decimal("42.500412")


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("metrics/spend_by_tea", 404, "did you mean spend_by_team"),
        ("metrics/spend_by_team?since=soon", 400, "since='soon' is no date"),
        ("metrics/spend_by_team?sinc=2026-10-01", 400, "'sinc' is no part of a question"),
        ("incidents/nobody", 404, "there is no incident 'nobody'"),
        ("incidents?by=team", 400, "'by' is no part of this question"),
        ("nothing/here", 404, "nothing is at /api/v1/nothing/here"),
        ("statements/2026-1", 400, "is not a month"),
        ("statements/2026-10/other.csv", 404, "2026-10 has no file 'other.csv'"),
        ("statements/2026-10/..%2F..%2Fkeys.db", 404, "nothing is at"),
    ],
)
def test_what_cannot_be_answered_says_why(client: TestClient, path: str, status: int, sentence: str) -> None:
    response = client.get(f"/api/v1/{path}")
    assert (response.status_code, sentence in response.json()["error"]) == (status, True), response.text


def test_a_statement_is_downloaded_by_its_name(client: TestClient) -> None:
    names = client.get("/api/v1/statements/2026-10").json()["files"]
    assert client.get(f"/api/v1/statements/2026-10/{names[0]}").content == b"lines of Support.csv"


def test_a_command_is_carried_out_for_the_administrator(client: TestClient) -> None:
    response = client.post("/api/v1/commands/close", json={"month": "2026-10"}, headers=as_("admin"))
    assert response.json() == {"told": {"month": "2026-10"}}


def test_a_command_that_is_refused_says_why(client: TestClient) -> None:
    response = client.post("/api/v1/commands/close", json={"refuse": True}, headers=as_("admin"))
    assert (response.status_code, "closed month never changes" in response.json()["error"]) == (409, True)


@pytest.mark.parametrize("key", [None, "support", "sender", "team-admin", "wrong"])
def test_without_keys_a_command_still_takes_the_administrator(client: TestClient, key: str | None) -> None:
    response = client.post("/api/v1/commands/close", json={}, headers=as_(key) if key else {})
    assert response.status_code == (401 if key in (None, "wrong") else 403)


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"close"', b"\xff"])
def test_a_payload_that_is_no_object_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/v1/commands/close", content=body, headers=as_("admin"))
    assert (response.status_code, "a command's payload is a JSON object" in response.json()["error"]) == (400, True)


def test_a_payload_without_end_is_cut_off(client: TestClient) -> None:
    response = client.post("/api/v1/commands/close", content=b" " * (MAX_COMMAND_BYTES + 1), headers=as_("admin"))
    assert response.status_code == 413


def test_who_gives_up_while_sending_leaves_no_traceback(client: TestClient) -> None:
    path = "/api/v1/commands/close"
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "query_string": b""}
    scope["headers"] = [(b"host", b"testserver"), (b"authorization", b"Bearer admin")]
    said: list[Any] = []

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def heard(message: Any) -> None:
        said.append(message)

    asyncio.run(client.app(scope, gone, heard))  # type: ignore[arg-type]  # - it is a coroutine
    assert [message["status"] for message in said if "status" in message] == [499]


def test_every_route_is_closed_without_a_key(northwind: Warehouse) -> None:
    app = application(northwind, keys_required=True)
    asking = TestClient(app)
    paths = [(method, re.sub(r"\{[^}]*\}", "x", path)) for method, path in routes(app.routes) if path not in OPEN]
    answers = {asking.request(method, path).status_code for method, path in paths}
    assert (len(paths) >= 11, answers) == (True, {401})


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic c3VwcG9ydDp4", "Bearer wrong", "support", "Bearer\x00support", "Bearer support "],
)
def test_a_header_that_is_no_key_opens_nothing(locked: TestClient, header: str) -> None:
    assert locked.get("/api/v1/status", headers={"Authorization": header.encode()}).status_code == 401


def test_a_key_that_may_only_send_does_not_read(locked: TestClient) -> None:
    assert locked.get("/api/v1/status", headers=as_("sender")).status_code == 403


def test_the_key_may_stand_in_x_api_key(locked: TestClient) -> None:
    assert locked.get("/api/v1/status", headers={"x-api-key": "support"}).status_code == 200


def test_asking_for_another_s_team_is_refused_not_answered_empty(locked: TestClient) -> None:
    response = locked.get("/api/v1/metrics/spend_by_team?team=Search", headers=as_("support"))
    assert (response.status_code, response.json()["error"]) == (403, "this key shows Support; it does not show Search")


def test_an_incident_is_told_with_every_digit(client: TestClient) -> None:
    told = client.get("/api/v1/incidents/spike-1").json()
    leaves = sum(Decimal(leaf["excess_usd"]) for leaf in told["leaves"])
    drivers = sum(Decimal(driver["part_usd"]) for driver in told["drivers"])
    assert (told["impact_usd"], leaves, drivers, told["outlook"]["projected_usd"], told["standing"]) == (
        "236",
        Decimal(236),
        Decimal(236),
        "1100",
        "acknowledged",
    )


def test_the_incidents_of_a_period_are_those_that_lasted_into_it_and_the_open_ones(client: TestClient) -> None:
    told = client.get("/api/v1/incidents?since=2026-12-01").json()["incidents"]
    assert [incident["incident_id"] for incident in told] == ["spike-1"]


def test_another_team_s_incident_is_not_there(locked: TestClient) -> None:
    assert locked.get("/api/v1/incidents/spike-1", headers=as_("search")).status_code == 404


@pytest.mark.parametrize(
    "path", ["status", "incidents", "statements/2026-10", *(f"metrics/{name}" for name in metric_names())]
)
@pytest.mark.parametrize(("key", "foreign"), [("support", "Search"), ("search", "Support")])
def test_a_reader_sees_nothing_of_another_team(locked: TestClient, path: str, key: str, foreign: str) -> None:
    told = locked.get(f"/api/v1/{path}", headers=as_(key)).json()
    assert (foreign in json.dumps(told), None in [row.get("team", "") for row in told.get("rows", [])]) == (
        False,
        False,
    )


def test_a_reader_s_status_counts_their_own_spans(locked: TestClient) -> None:
    assert locked.get("/api/v1/status", headers=as_("search")).json()["spans"] == 7


def test_the_process_says_that_it_lives_to_anyone(locked: TestClient) -> None:
    assert locked.get("/healthz").json() == {"status": "ok"}


def test_another_name_for_this_server_is_not_answered(client: TestClient) -> None:
    assert client.get("/api/v1/status", headers={"Host": "evil.example"}).status_code == 400


def test_keys_are_asked_about_every_time(northwind: Warehouse) -> None:
    keys = dict(KEYS)
    laid = desk(northwind, keys_required=True)
    app = create(
        northwind,
        view=laid.view,
        authorise=lambda header: keys.get(header or ""),
        commands={},
        lag=laid.lag,
        clock=lambda: NOW,
    )
    asking = TestClient(app)
    before = asking.get("/api/v1/status", headers=as_("support")).status_code
    del keys["Bearer support"]
    assert (before, asking.get("/api/v1/status", headers=as_("support")).status_code) == (200, 401)
