"""A small company to look at: three teams and what nobody owns, over two months, with something of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from made_once import warehouse_after

from dashboards import Lag, Reader, Sources, View
from dashboards.desk import Desk
from warehouse import Warehouse

NOW = datetime(2026, 11, 20, 15, 24, tzinfo=UTC)
TODAY = datetime(2026, 11, 20, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
LAG = Lag(journal_entries=12, entries=0, seconds=0.0, refreshed_at=NOW - timedelta(seconds=5))

# What a NOT NULL column holds when a case does not care, by the beginning of its type.
DO_NOT_CARE = {
    "VARCHAR": "",
    "BIGINT": "0",
    "INTEGER": "0",
    "SMALLINT": "0",
    "TINYINT": "0",
    "DECIMAL": "0",
    "DOUBLE": "0",
    "BOOLEAN": "false",
    "DATE": "2026-01-01",
    "TIMESTAMP": "2026-01-01 00:00:00",
}
KEYS = {
    "Bearer support": Reader(teams=("Support",)),
    "Bearer search": Reader(teams=("Search",)),
    "Bearer sender": Reader(teams=("Support",), scopes=("ingest",)),
    "Bearer admin": Reader(teams=None, scopes=("read", "admin")),
    "Bearer team-admin": Reader(teams=("Support",), scopes=("read", "admin")),
}


def put(warehouse: Warehouse, table: str, *rows: Mapping[str, Any]) -> None:
    """Insert rows that name only what matters."""
    shape = warehouse.query(f"PRAGMA table_info('{table}')").select("name", "type", "notnull").rows()
    told = dict.fromkeys(column for row in rows for column in row)
    columns = {name: [_text(row.get(name)) for row in rows] for name in told}
    columns |= {
        name: [DO_NOT_CARE[kind.partition("(")[0]]] * len(rows)
        for name, kind, needed in shape
        if needed and name not in told
    }
    with warehouse.transaction() as tx:
        tx.insert(table, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def spend(
    warehouse: Warehouse,
    team: str | None,
    at: datetime,
    cost_usd: str | None,
    *,
    workflow: str = "chat",
    model: str = "gpt-5",
    environment: str = "production",
    calls: int = 1,
    tokens: int = 1000,
) -> None:
    """Calls of one hour, with their tasks and the hour's rollup; a cost of None is a call nobody priced."""
    first = warehouse.query("SELECT coalesce(max(span_no), 0) AS last FROM calls").item() + 1
    stored = at.astimezone(UTC).replace(tzinfo=None)
    whose = {"team": team, "workflow": workflow, "environment": environment}
    each = None if cost_usd is None else Decimal(cost_usd) / calls
    because = None if each is not None else f"no price for {model}"
    what = {"provider": "openai", "model": model, "purpose": "product"}
    for number in range(first, first + calls):
        identity = {"sender": team or "", "trace_id": f"{number:032x}", "span_id": f"{number:016x}"}
        seen = {"started_at": stored, "ended_at": stored + timedelta(seconds=2), "service": f"{team}-api"}
        put(
            warehouse,
            "spans",
            {"span_no": number, **identity, **seen, **whose, "received_at": stored, "dialect": "unknown"},
        )
        usage = {"input_uncached": tokens - 100, "output_text": 100, "billed": True, "cost_usd": each}
        put(
            warehouse,
            "calls",
            {"span_no": number, **identity, **seen, **whose, **what, **usage, "unpriced_because": because},
        )
        if each is not None:
            put(
                warehouse,
                "charges",
                {
                    "span_no": number,
                    "token_class": "input_uncached",
                    "quantity": tokens,
                    "price_line_no": 1,
                    "cost_usd": each,
                },
            )
        done = {"outcome_kind": "resolution", "outcome_status": "resolved", "decided_at": stored + timedelta(minutes=5)}
        work = {"spans": 1, "calls": 1, "input_tokens": tokens - 100, "output_tokens": 100, "cost_usd": each or 0}
        put(
            warehouse,
            "tasks",
            {"task_id": identity["trace_id"], "sender": team or "", **whose, "first_at": stored, **work, **done},
        )
        stands = {"kind": "resolution", "status": "resolved", "decided_at": done["decided_at"], "source": "confirmed"}
        put(warehouse, "task_outcomes", {"task_id": identity["trace_id"], "sender": team or "", **stands})
    hour = {"hour_at": stored.replace(minute=0, second=0, microsecond=0), "calls": calls, "attempts": calls}
    money = {"cost_usd": cost_usd or 0, "unpriced_calls": 0 if cost_usd is not None else calls, "cache_saved_usd": 0}
    used = {"input_uncached": (tokens - 100) * calls, "output_text": 100 * calls}
    put(warehouse, "hours", {**hour, **whose, **what, **money, **used})
    known = {"sender": team or "", "service": f"{team}-api", "first_at": stored, "is_unpriced": cost_usd is None}
    costed = {"costed_calls": 0 if cost_usd is None else calls}
    put(warehouse, "hour_lots", {**hour, **whose, **what, **money, **used, **known, **costed})
    if cost_usd is not None:
        line = {"token_class": "input_uncached", "quantity": tokens * calls, "price_line_no": 1, "cost_usd": cost_usd}
        of = {"hour_at": hour["hour_at"], "provider": "openai", "model": model, "costed": True}
        put(warehouse, "charge_lots", {**of, **whose, **line})


def incident(warehouse: Warehouse, incident_id: str, team: str | None, impact_usd: str = "236", **more: Any) -> None:
    """An open spend spike, with the message that told of it."""
    opened = datetime(2026, 11, 20, 8, 0, tzinfo=UTC).replace(tzinfo=None)
    told = {
        "incident_id": incident_id,
        "kind": "spend_spike",
        "team": team,
        "workflow": "chat",
        "opened_at": opened,
        "noticed_at": opened + timedelta(minutes=62),
        "last_seen_at": opened + timedelta(hours=3),
        "state": "open",
        "severity": "page",
        "actual_usd": "312",
        "expected_usd": "76",
        "impact_usd": impact_usd,
        "driver": "calls",
        "cause": f"calls of {team} rose",
    }
    put(warehouse, "incidents", told | more)
    whose = {"incident_id": incident_id}
    prod = {"environment": "production", "provider": "openai", "purpose": "product", "team": team, "workflow": "chat"}
    put(
        warehouse,
        "incident_leaves",
        whose | prod | {"place": 0, "model": "gpt-5", "actual_usd": "310", "expected_usd": "70", "is_cause": True},
        whose | prod | {"place": 1, "model": "gpt-5-mini", "actual_usd": "2", "expected_usd": "6", "is_cause": False},
    )
    put(
        warehouse,
        "incident_evidence",
        whose | {"kind": "prompt", "name": f"{team} v13", "seen_at": opened, "cost_usd": "300"},
        whose | {"kind": "trace", "name": f"trace of {team}", "seen_at": opened, "cost_usd": "41.5"},
    )
    put(
        warehouse,
        "incident_drivers",
        whose | {"place": 0, "driver": "calls", "part_usd": "240", "times": "4.1", "is_cause": True},
        whose | {"place": 1, "driver": "tokens_per_call", "part_usd": "-4", "times": "0.98", "is_cause": False},
    )
    ahead = {"last_hour_usd": "58", "projected_usd": "1100", "projected_until": opened + timedelta(hours=24)}
    put(warehouse, "incident_outlook", whose | ahead | {"rising": True, "score": "6.2", "window_hours": 6})
    put(
        warehouse,
        "link_uses",
        whose
        | {
            "action": "acknowledge",
            "act_id": f"a-{incident_id}",
            "done_by": f"Dana of {team}",
            "used_at": opened + timedelta(hours=2),
        },
    )
    words = f'{{"lines": ["Spent $312 for {team}."]}}'
    put(
        warehouse,
        "outbox",
        {
            "message_id": f"m-{incident_id}",
            "incident_id": incident_id,
            "channel": "webhook",
            "event": "trigger",
            "subject": f"[page] {team}",
            "body": words,
            "written_at": opened,
        },
    )


def company() -> Warehouse:
    """Support $30 and Search $12 in the first days of November, half of it in October, and 50 cents of nobody's."""
    return warehouse_after(_found)


def _found(warehouse: Warehouse) -> None:
    put(
        warehouse,
        "teams",
        {"team": "Support", "cost_centre": "CC-1", "monthly_budget_usd": "25"},
        {"team": "Search", "monthly_budget_usd": "100"},
    )
    put(
        warehouse,
        "price_lines",
        {
            "line_no": 1,
            "provider": "openai",
            "model": "gpt-5",
            "layer": "list",
            "token_class": "input_uncached",
            "usd_per_token": "0.00000125",
            "valid_to": "2100-01-01",
        },
    )
    for day in range(3):
        for month, share in ((10, 1), (11, 2)):
            at = datetime(2026, month, 2 + day, 10, 30, tzinfo=UTC)
            spend(warehouse, "Support", at, str(5 * share), calls=2)
            spend(warehouse, "Search", at, str(2 * share), workflow="answers", model="claude-sonnet-4-5")
    spend(warehouse, None, datetime(2026, 11, 3, 9, 0, tzinfo=UTC), "0.5", workflow="misc")
    spend(warehouse, "Search", datetime(2026, 11, 4, 9, 0, tzinfo=UTC), None, model="house-7b", environment="staging")
    spend(warehouse, "Support", NOW - timedelta(hours=2), "0.000412")
    incident(warehouse, "spike-1", "Support")
    incident(warehouse, "spike-2", "Search", "12.5", state="resolved", resolved_at="2026-11-20 12:00:00")
    received = NOW.replace(tzinfo=None) - timedelta(hours=1)
    ahead = {"starts_at": received, "ends_at": received + timedelta(days=2), "added_by": "Dana", "added_at": received}
    put(
        warehouse,
        "agenda",
        ahead | {"entry_id": "e-1", "kind": "planned", "team": "Support", "owner": "Sam", "reason": "Support migrates"},
        ahead | {"entry_id": "e-2", "kind": "silence", "team": "Search", "owner": "Kim", "reason": "Search is tested"},
    )
    change = {"done_at": received, "what": "add", "detail": "{}", "chain": ""}
    put(
        warehouse,
        "audit",
        change
        | {"audit_no": 1, "done_by": "Dana", "about": "planned", "about_id": "e-1", "team": "Support"}
        | {"reason": "Support migrates"},
        change
        | {"audit_no": 2, "done_by": "=HYPERLINK(0)", "about": "silence", "about_id": "e-2", "team": "Search"}
        | {"reason": "<b>Search</b> is tested"},
        change
        | {"audit_no": 3, "done_by": "Kim", "about": "budget", "about_id": "company monthly", "what": "set"}
        | {"reason": "", "detail": '{"amount_usd": "2500", "before_usd": null}'},
    )
    put(
        warehouse,
        "faults",
        {"received_at": received, "sender": "Support", "culprit": "span 1", "sentence": "is wrong for Support"},
    )
    put(
        warehouse,
        "task_checks",
        {"team": "Support", "checked_at": received, "kind": "guardrail", "name": "pii", "result": "blocked"},
    )


def desk(warehouse: Warehouse, *, keys_required: bool = False, sources: Sources | None = None, lag: Lag = LAG) -> Desk:
    """The company's desk on 20 November 2026, half past four in Berlin."""
    view = View(company="Northwind", zone=ZONE, keys_required=keys_required, hosts=("testserver",))
    return Desk(warehouse, view, lambda header: KEYS.get(header or ""), lambda: lag, lambda: NOW, sources or Sources())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    return f"{value:f}" if isinstance(value, Decimal) else str(value).lower()
