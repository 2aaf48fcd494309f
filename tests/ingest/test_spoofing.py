"""Nobody spends in another team's name: every way to claim one, in both codecs, with every kind of key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from otlp_bodies import JSON, PROTOBUF, written
from otlp_requests import CHAT, pairs, request, span
from starlette.testclient import TestClient

from ingest import Journal, Key, Keys
from ingest.app import create
from ingest.config import IngestConfig
from ingest.loader import Owners, Rule, load
from warehouse import Warehouse, refresh

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)

# Rules that a company may have: what a service is called, and where it runs, names the team.
RULES = Owners(
    rules=(Rule({"team": "board"}, service=("board*",)), Rule({"team": "{k8s.namespace.name}"})),
    teams={"board": "CC-BOARD", "sales": "CC-SALES"},
)

ATTRIBUTES: dict[str, dict[str, Any]] = {
    "as we spell it": {"outlay.team": "board"},
    "as anybody spells it": {"team": "board"},
    "by another name": {"team.name": "board", "team.id": "board", "service.team": "board"},
    "in capitals": {"outlay.team": "BOARD"},
    "the key in capitals": {"OUTLAY.TEAM": "board", "Outlay.Team": "board"},
    "in full width": {"outlay.team": "ｂｏａｒｄ"},
    "with a mark nobody sees": {"outlay.team": "bo\u200bard"},
    "from right to left": {"outlay.team": "\u202eboard\u202c"},
    "with spaces": {"outlay.team": " board\t\n"},
    "with a zero byte": {"outlay.team": "board\x00sales"},
    "with a line break": {"outlay.team": "sales\nboard"},
    "quoted as JSON": {"outlay.team": '"board"'},
    "as a list": {"outlay.team": ["board"]},
    "as a map": {"outlay": {"team": "board"}, "outlay.team": {"team": "board"}},
    "as a gateway's own name": {"outlay.team": "a gateway of\nboard\nboard"},
    "as every team": {"outlay.team": "*"},
    "as a pattern": {"outlay.team": "b%", "team": "board' OR 1=1 --"},
    "as LiteLLM's proxy says it": {"metadata.user_api_key_team_alias": "board", "litellm.team.id": "board"},
    "as OpenLLMetry says it": {"traceloop.association.properties.team": "board"},
    "as Langfuse and LangSmith say it": {"langfuse.trace.metadata.team": '"board"', "langsmith.metadata.team": "board"},
    "as its account": {"outlay.cost_centre": "CC-BOARD"},
    "as a rule reads the service": {"service.name": "board-report"},
    "as a rule reads the place": {"k8s.namespace.name": "board"},
}
HEADERS = {
    "in a header": {"x-team": "board", "x-outlay-team": "board", "outlay-team": "board"},
    "as baggage": {"baggage": "outlay.team=board,team=board"},
    "as another's key": {"x-api-key": "board", "x-forwarded-user": "board"},
}


def forms(kind: str) -> Iterator[tuple[str, Any, str, dict[str, str]]]:
    """(what it is called, the request, the query of its URL, its further headers), each a request of one span."""
    later = 0 if kind == PROTOBUF else 1000

    def named(name: str, attributes: dict[str, Any], number: int, **fields: Any) -> Any:
        number += later
        said = CHAT | {"gen_ai.response.id": f"chatcmpl-{number}"} | attributes
        told = span(said, number=number, name=name, **fields)
        told.trace_id = number.to_bytes(16, "big")
        return told

    for number, (name, attributes) in enumerate(ATTRIBUTES.items(), start=1):
        yield f"{name}, on the span", request(named(f"{name}, on the span", attributes, number)), "", {}
        on_resource = request(named(f"{name}, on the resource", {}, 100 + number), resource=attributes)
        yield f"{name}, on the resource", on_resource, "", {}
    for number, (name, headers) in enumerate(HEADERS.items(), start=200):
        yield name, request(named(name, {}, number)), "", headers
    yield "in the URL", request(named("in the URL", {}, 300)), "?team=board&outlay.team=board", {}
    twice = named("twice", {"outlay.team": "sales"}, 301)
    twice.attributes.extend(pairs({"outlay.team": "board"}))
    yield "twice", request(twice), "", {}
    yield "on an event", request(named("on an event", {}, 302, events=[("e", {"outlay.team": "board"})])), "", {}
    linked = named("on a link", {}, 303)
    linked.links.add(trace_id=bytes([9] * 16), span_id=bytes([9] * 8)).attributes.extend(
        pairs({"outlay.team": "board"})
    )
    yield "on a link", request(linked), "", {}
    scoped = request(named("on the scope", {}, 304))
    scoped.resource_spans[0].scope_spans[0].scope.attributes.extend(pairs({"outlay.team": "board"}))
    yield "on the scope", scoped, "", {}
    stated = named("in the trace state", {}, 305)
    stated.trace_state = "outlay=team:board"
    yield "in the trace state", request(stated), "", {}


def sent_under(home: Path, secret: str) -> None:
    """Send every form through a real socket, once as protobuf and once, later and with other ids, as JSON."""
    with TestClient(create(home, IngestConfig(keys_required=True))) as client:
        for kind in (PROTOBUF, JSON):
            for name, told, query, headers in forms(kind):
                key = {"content-type": kind, "authorization": f"Bearer {secret}"}
                answer = client.post(f"/v1/traces{query}", content=written(told, kind), headers=headers | key)
                assert (name, answer.status_code) == (name, 200)


def ledger_of(home: Path, owners: Owners = RULES) -> Warehouse:
    warehouse = Warehouse.in_memory()
    while load(Journal(home / "journal"), warehouse, owners=owners).entries:
        pass
    refresh(warehouse)
    return warehouse


def rows_of(warehouse: Warehouse, team: str) -> list[tuple[str, str]]:
    """Every row of the ledger that stands in a team's name, or on its account: (table, what it is)."""
    found: list[tuple[str, str]] = []
    for table in ("spans", "calls", "tasks", "task_parts", "hours"):
        label = "name" if table == "spans" else "coalesce(workflow, '')"
        account = "cost_centre = 'CC-' || upper($team)" if table in {"spans", "calls", "hours"} else "FALSE"
        foul = f"SELECT {label} AS label FROM {table} WHERE lower(team) = $team OR {account}"
        if table in {"spans", "calls", "tasks"}:
            foul += " OR sender = $team"
        found += [(table, label) for (label,) in warehouse.query(foul, {"team": team}).rows()]
    return found


def key_of(keys: Keys, kind: str) -> tuple[Key, str]:
    team, speaks_for, scopes = KEYS[kind]
    return keys.create(team, speaks_for=speaks_for, scopes=scopes, now=NOW)


KEYS: dict[str, tuple[str | None, tuple[str, ...], tuple[str, ...]]] = {
    "a team's": ("sales", (), ("ingest", "read")),
    "a team's administrator's": ("sales", (), ("ingest", "read", "admin")),
    "a team's that may only send": ("sales", (), ("ingest",)),
    "a gateway's": ("sales", ("search", "support"), ("ingest",)),
    "a gateway's of no team": (None, ("search", "support"), ("ingest",)),
}


@pytest.mark.parametrize("kind", KEYS)
def test_no_form_of_claim_makes_a_row_of_another_team(tmp_path: Path, kind: str) -> None:
    key, secret = key_of(Keys(tmp_path / "keys.db"), kind)
    sent_under(tmp_path, secret)
    with ledger_of(tmp_path) as warehouse:
        owned = warehouse.query("SELECT DISTINCT team FROM spans").to_series().to_list()
        spans = warehouse.query("SELECT count(*) AS n FROM spans").item()
        assert (rows_of(warehouse, "board"), owned, spans) == ([], [key.team], 2 * len(list(forms(JSON))))


@pytest.mark.parametrize("kind", KEYS)
def test_what_was_claimed_is_kept_and_shown(tmp_path: Path, kind: str) -> None:
    _, secret = key_of(Keys(tmp_path / "keys.db"), kind)
    sent_under(tmp_path, secret)
    with ledger_of(tmp_path) as warehouse:
        shown = set(warehouse.query("SELECT name FROM spans WHERE lower(claimed_team) = 'board'").to_series().to_list())
    claims = ("as we spell it", "as anybody spells it", "in capitals", "in full width", "with a mark nobody sees")
    assert {f"{claim}, on the {place}" for claim in claims for place in ("span", "resource")} <= shown


@pytest.mark.parametrize(("revoked", "scopes", "status"), [(True, ["ingest"], 401), (False, ["read"], 403)])
def test_a_key_that_may_not_send_leaves_no_trace(tmp_path: Path, revoked: bool, scopes: list[str], status: int) -> None:
    keys = Keys(tmp_path / "keys.db")
    key, secret = keys.create("board", now=NOW, scopes=scopes)
    if revoked:
        keys.revoke(key.key_id, NOW)
    with TestClient(create(tmp_path, IngestConfig(keys_required=True))) as client:
        headers = {"content-type": PROTOBUF, "x-api-key": secret}
        answer = client.post("/v1/traces", content=written(request(span(CHAT)), PROTOBUF), headers=headers)
    assert (answer.status_code, Journal(tmp_path / "journal").days()) == (status, [])


def test_a_gateway_s_word_counts_for_the_teams_it_lists_in_any_spelling(tmp_path: Path) -> None:
    _, secret = Keys(tmp_path / "keys.db").create("platform", now=NOW, speaks_for=["Board", "sales"], scopes=["ingest"])
    sent_under(tmp_path, secret)
    with ledger_of(tmp_path, Owners()) as warehouse:
        owned = set(warehouse.query("SELECT DISTINCT team FROM spans").to_series().to_list())
        spelled = {name for (name,) in warehouse.query("SELECT name FROM spans WHERE team = 'Board'").rows()}
    assert (owned, "in full width, on the span" in spelled) == ({"Board", "platform"}, True)


@pytest.mark.parametrize("kind", KEYS)
def test_a_span_that_wears_another_team_s_ids_takes_nothing_from_it(tmp_path: Path, kind: str) -> None:
    keys = Keys(tmp_path / "keys.db")
    _, theirs = keys.create("board", now=NOW)
    _, ours = key_of(keys, kind)
    real = span(CHAT | {"outlay.task_id": "t-1"}, name="real")
    forged = span(
        CHAT | {"outlay.task_id": "t-1", "outlay.team": "board", "gen_ai.usage.input_tokens": 9}, name="forged"
    )
    inside = span(CHAT | {"outlay.team": "board"}, name="inside", number=2, parent=1)
    with TestClient(create(tmp_path, IngestConfig(keys_required=True))) as client:
        for told, secret in ((forged, ours), (inside, ours), (real, theirs), (forged, ours)):
            headers = {"content-type": PROTOBUF, "x-api-key": secret}
            client.post("/v1/traces", content=written(request(told), PROTOBUF), headers=headers)
    with ledger_of(tmp_path) as warehouse:
        calls = warehouse.query("SELECT input_uncached, duplicates FROM calls WHERE team = 'board'").rows()
        tasks = warehouse.query("SELECT calls, input_tokens FROM tasks WHERE team = 'board'").rows()
    assert (calls, tasks) == ([(1125, 0)], [(1, 1125)])
