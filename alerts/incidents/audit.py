"""Who changed what, when and why: appended, and sealed row by row, so that a row that was changed or lost shows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import polars as pl

from alerts.incidents.incident import stored
from warehouse import Transaction, Warehouse, json_value

LAST = "SELECT audit_no, chain FROM audit ORDER BY audit_no DESC LIMIT 1"

WRITE = """
INSERT INTO audit VALUES
    ($audit_no, $done_at, $done_by, $what, $about, $about_id, $team, $reason, $detail, $chain)
"""

LATEST = """
SELECT audit_no, done_at, done_by, what, about, about_id, team, reason, detail
FROM audit
WHERE ($about_id IS NULL OR about_id = $about_id) AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY audit_no DESC
LIMIT $limit
"""

ALL = """
SELECT audit_no, done_at, done_by, what, about, about_id, team, reason, detail, chain
FROM audit
ORDER BY audit_no
"""


def audited(
    tx: Transaction,
    *,
    by: str,
    what: str,
    about: str,
    about_id: str,
    now: datetime,
    team: str | None = None,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note a change in the transaction that makes it: what cannot be noted is not done."""
    last = tx.query(LAST)
    number, chain = (1, "") if last.is_empty() else (last["audit_no"][0] + 1, last["chain"][0])
    row = {
        "audit_no": number,
        "done_at": stored(now),
        "done_by": by,
        "what": what,
        "about": about,
        "about_id": about_id,
        "team": team,
        "reason": reason,
        "detail": orjson.dumps({name: json_value(value) for name, value in (detail or {}).items()}).decode(),
    }
    tx.execute(WRITE, {**row, "chain": _sealed(row, chain)})


def audit(
    warehouse: Warehouse,
    *,
    about_id: str | None = None,
    teams: tuple[str, ...] | None = None,
    limit: int = 200,
) -> pl.DataFrame:
    """The latest changes, newest first: of one thing where `about_id` names it, of some teams where these are given."""
    asked = {"about_id": about_id, "teams": None if teams is None else list(teams), "limit": limit}
    return warehouse.query(LATEST, asked)


def audit_break(warehouse: Warehouse) -> int | None:
    """The first row that is not as it was written, or that follows one that is gone; None when all are sound."""
    chain = ""
    for number, row in enumerate(warehouse.query(ALL).iter_rows(named=True), 1):
        found = row.pop("chain")
        if row["audit_no"] != number or found != _sealed(row, chain):
            return number
        chain = found
    return None


def _sealed(row: Mapping[str, Any], chain: str) -> str:
    told = orjson.dumps([chain, *(json_value(value) for value in row.values())])
    return hashlib.sha256(told).hexdigest()
