"""What `outlay incidents`, `planned` and `silences` ask: what is out of line, and what people say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from alerts import (
    WORDS,
    Entry,
    act,
    add_planned,
    add_silence,
    agenda,
    audit,
    audit_break,
    chances,
    end_entry,
    incident_acts,
    incident_by_id,
    incident_children,
    incident_sentences,
    incidents,
    states,
    undo,
)
from outlay.alerting.telling import pages_url
from outlay.books import Books
from outlay.when import instant
from warehouse import json_value

Params = Mapping[str, Any]
SHOWN_FOR = timedelta(days=30)
# What people say of an incident, beside the words that say what it was.
SAID = {"ack": "acknowledge", "snooze": "snooze", "expect": "expected", "planned": "expected"}


class NoSuchIncident(ValueError):
    """An incident was named that there is not."""


def incident_list(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """The incidents of the last thirty days, or since when it says; with their states, dearest first.

    Once enough answers taught how likely one is to be real, its dollars count by that `chance`; it is NULL until then.
    """
    since = instant(text, books.settings.zone) if (text := params.get("since")) else now - SHOWN_FOR
    team = params.get("team")
    rows = incidents(books.warehouse, since, teams=(team,) if team else None).to_dicts()
    found = states(books.warehouse, [row["incident_id"] for row in rows], now)
    real = chances(books.warehouse, list(found))
    told = [_told(row) | {"state": found[row["incident_id"]], "chance": real.get(row["incident_id"])} for row in rows]
    if not params.get("all"):
        told = [row for row in told if row["state"] != "resolved"]
    return {"incidents": sorted(told, key=_at_stake_usd, reverse=True)}


def _at_stake_usd(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["impact_usd"]) * Decimal(repr(1.0 if row["chance"] is None else row["chance"]))


def incident_show(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """One incident: what it is, why, and what people did about it."""
    name = str(params["incident"])
    incident = incident_by_id(books.warehouse, name)
    if incident is None:
        raise NoSuchIncident(f"there is no incident {name!r}; `outlay incidents list --all` shows them")
    return {
        **_told(incident.row()),
        "state": states(books.warehouse, [name], now)[name],
        "children": incident_children(books.warehouse, name),
        "lines": incident_sentences(incident),
        "acts": [_told(asdict(done)) | {"sentence": done.sentence()} for done in incident_acts(books.warehouse, name)],
    }


def incident_act(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """Acknowledge, snooze, expect, or say what it was."""
    asked = str(params["action"])
    action = SAID.get(asked, asked.replace("-", "_"))
    until = instant(text, books.settings.zone) if (text := params.get("until")) else None
    done = act(
        books.warehouse,
        str(params["incident"]),
        action,
        str(params["by"]),
        now,
        until=until,
        reason=str(params.get("reason") or ""),
        amount_usd=_amount(params.get("most_an_hour")),
        links=_links(books),
    )
    return _told(asdict(done)) | {"sentence": done.sentence(), "means": WORDS.get(action)}


def incident_undo(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """Take back what was last done about an incident."""
    reason = str(params.get("reason") or "")
    undone = undo(books.warehouse, str(params["incident"]), str(params["by"]), now, reason=reason, links=_links(books))
    return _told(asdict(undone)) | {"sentence": undone.sentence()}


def incident_audit(books: Books, params: Params, _now: datetime) -> dict[str, Any]:
    """Who changed what, newest first, and whether a row was changed since it was written."""
    rows = audit(books.warehouse, about_id=params.get("about"), limit=int(params.get("limit") or 200))
    return {"audit": [_told(row) for row in rows.to_dicts()], "broken_at": audit_break(books.warehouse)}


def agenda_list(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """What is planned, or silenced; with `past` also what is over."""
    found = agenda(books.warehouse, now, past=bool(params.get("past")))
    return {"entries": [_entry(each) for each in found if each.kind == params["kind"]]}


def agenda_add(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """Plan an event, or set a silence."""
    zone = books.settings.zone
    told: dict[str, Any] = {
        "team": params.get("team"),
        "workflow": params.get("workflow"),
        "starts_at": instant(str(text), zone) if (text := params.get("since")) else now,
        "ends_at": instant(str(params["until"]), zone),
        "owner": str(params.get("owner") or params["by"]),
        "reason": str(params.get("reason") or ""),
        "by": str(params["by"]),
        "now": now,
    }
    if params["kind"] == "planned":
        return _entry(add_planned(books.warehouse, **told, most_usd_an_hour=_amount(params.get("most_an_hour"))))
    return _entry(add_silence(books.warehouse, **told, about=params.get("about")))


def agenda_end(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """End a planned event or a silence before its time."""
    reason = str(params.get("reason") or "")
    return _entry(end_entry(books.warehouse, str(params["entry"]), str(params["by"]), now, reason=reason))


def _entry(entry: Entry) -> dict[str, Any]:
    return _told(asdict(entry)) | {"sentence": entry.sentence()}


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json_value(value) for name, value in row.items()}


def _links(books: Books) -> str:
    return pages_url(books.settings, f"http://127.0.0.1:{books.settings.server.web_port}")


def _amount(text: Any) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(str(text).replace(",", "").lstrip("$"))
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount; write US dollars such as 250.00") from None


INCIDENT_QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {
    "incidents_list": incident_list,
    "incidents_show": incident_show,
    "incidents_act": incident_act,
    "incidents_undo": incident_undo,
    "incidents_audit": incident_audit,
    "agenda_list": agenda_list,
    "agenda_add": agenda_add,
    "agenda_end": agenda_end,
}
