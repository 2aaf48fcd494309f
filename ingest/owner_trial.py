"""Try the owners on a span that was never sent: what each field would be, and which rule or attribute says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import polars as pl

from ingest.dialects import DIALECTS
from ingest.entry import Entry
from ingest.keys import Key
from ingest.owner import SPELLINGS, Owners, owned
from ingest.owner_rules import FIELDS, decided, ruled
from ingest.reading import read
from ingest.wire import Columns, columns

# Any instant will do: nothing here is stored.
_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """A span as one may tell it in a line: its attributes, those of its resource, its scope's name, and its key."""

    attributes: Mapping[str, str]
    resource: Mapping[str, str]
    scope: str = ""
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One field's value, None for nobody's, and who said so."""

    field: str
    value: str | None
    because: str


def try_owners(sent: Sent, owners: Owners) -> list[Said]:
    """What the loader would make of the span, through the same rooms; one answer for each field a rule may set."""
    entries = [_entry(sent)]
    found = columns(entries)
    told = read(found, DIALECTS, SPELLINGS).spans
    final = owned(ruled(told, found, entries, owners.rules), entries, owners).row(0, named=True)
    by_rule = _numbers(told, found, entries, owners)
    answers = []
    for name, column in FIELDS.items():
        because = _because(column, by_rule.get(column), told[column].item(), sent)
        if name == "team":
            because = _by_key(sent.key, final["team"], final["claimed_team"], because)
        elif name == "cost_centre" and final[column] is None:
            because = _account(final["team"], because, owners)
        answers.append(Said(name, final[column], because))
    return answers


def _numbers(told: pl.DataFrame, found: Columns, entries: list[Entry], owners: Owners) -> dict[str, int]:
    if not owners.rules:
        return {}
    by = decided(told, found, entries, owners.rules).row(0, named=True)
    return {name.removeprefix("by_"): number for name, number in by.items() if name.startswith("by_") and number}


def _because(column: str, rule: int | None, told: str | None, sent: Sent) -> str:
    if rule is not None:
        return f"rule {rule} of [[owners]]"
    if told is None:
        return "no rule and no attribute says"
    for place, attributes in (("the attribute", sent.attributes), ("the resource's attribute", sent.resource)):
        for field, spellings in SPELLINGS.items():
            for spelling in spellings if field == column else ():
                if attributes.get(str(spelling)):
                    return f"{place} {spelling}"
    return "an attribute of its dialect"


def _by_key(key: Key | None, team: str | None, claimed: str | None, because: str) -> str:
    if key is None:
        return because
    if claimed is not None:
        return f"the key {key.key_id} may not speak for {claimed}, which {because} names"
    if not key.speaks_for:
        return f"the key {key.key_id}"
    if because.startswith("no rule"):
        return f"{because}; it is the key {key.key_id}'s own" if team else because
    return f"{because}; the key {key.key_id} may speak for it"


def _account(team: str | None, because: str, owners: Owners) -> str:
    if not because.startswith("no rule"):
        return f"{because} names another team's cost centre"
    account = owners.teams.get(team or "")
    return f"{because}; the team's own is {account}" if account else because


def _entry(sent: Sent) -> Entry:
    span = {
        "traceId": "1" * 32,
        "spanId": "1" * 16,
        "name": "chat",
        "startTimeUnixNano": "1",
        "endTimeUnixNano": "2",
        "attributes": _listed(sent.attributes),
    }
    scopes = [{"scope": {"name": sent.scope}, "spans": [span]}]
    body = {"resourceSpans": [{"resource": {"attributes": _listed(sent.resource)}, "scopeSpans": scopes}]}
    return Entry(
        received_at=_AT,
        key_id=sent.key.key_id if sent.key else None,
        team=sent.key.team if sent.key else None,
        signal="traces",
        content_type="application/json",
        content_encoding="identity",
        body=json.dumps(body).encode(),
        speaks_for=sent.key.speaks_for if sent.key else None,
    )


def _listed(attributes: Mapping[str, str]) -> list[dict[str, object]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
