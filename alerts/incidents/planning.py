"""Put a planned event or a silence on the agenda, and end it: with an owner, a reason and an end, and audited."""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.incidents.agenda import COLUMNS, PLANNED, REASON_LENGTH, SILENCED, Entry, entries
from alerts.incidents.audit import audited
from alerts.incidents.incident import COMPANY, UNATTRIBUTED, Incident, stored
from alerts.plain import plain
from warehouse import Transaction, Warehouse

LONGEST = {PLANNED: timedelta(days=92), SILENCED: timedelta(days=31)}
NAME_LENGTH = 80
MOST = 500  # of those that run or come; each is asked about every message and every hour

WRITE = f"""
INSERT INTO agenda ({COLUMNS})
VALUES ($entry_id, $kind, $team, $workflow, $about, $starts_at, $ends_at, $owner, $reason, $most_usd_an_hour,
        $incident_id, $added_by, $added_at, $ended_at, $ended_by, $whole)
"""  # noqa: S608 - columns of ours

BY_ID = f"SELECT {COLUMNS} FROM agenda WHERE entry_id = $entry_id"  # noqa: S608 - columns of ours

END = "UPDATE agenda SET ended_at = $ended_at, ended_by = $ended_by WHERE entry_id = $entry_id"


class AgendaRefused(ValueError):
    """An entry cannot be made or ended; the sentence says why."""


def add_planned(
    warehouse: Warehouse,
    *,
    team: str | None,
    workflow: str | None,
    starts_at: datetime,
    ends_at: datetime,
    owner: str,
    reason: str,
    by: str,
    now: datetime,
    most_usd_an_hour: Decimal | None = None,
) -> Entry:
    """Say that spend will be unusual: from then to then (aware) its hours are set aside, if they cost what was said.

    It holds from the hour it is said in; hours before that were judged. Raises AgendaRefused with a sentence.
    """
    entry = _entry(
        PLANNED,
        team=team,
        workflow=workflow,
        about=None,
        starts_at=starts_at,
        ends_at=ends_at,
        owner=owner,
        reason=reason,
        by=by,
        now=now,
    )
    with warehouse.transaction() as tx:
        return enter(tx, replace(entry, most_usd_an_hour=_amount(most_usd_an_hour)), now)


def add_silence(
    warehouse: Warehouse,
    *,
    team: str | None,
    workflow: str | None,
    about: str | None,
    starts_at: datetime,
    ends_at: datetime,
    owner: str,
    reason: str,
    by: str,
    now: datetime,
) -> Entry:
    """Send nothing about a scope from then to then (aware), pages included; raises AgendaRefused with a sentence."""
    entry = _entry(
        SILENCED,
        team=team,
        workflow=workflow,
        about=about,
        starts_at=starts_at,
        ends_at=ends_at,
        owner=owner,
        reason=reason,
        by=by,
        now=now,
    )
    with warehouse.transaction() as tx:
        return enter(tx, entry, now)


def enter(tx: Transaction, entry: Entry, now: datetime) -> Entry:
    """Write an entry and who made it; raises AgendaRefused when there are too many."""
    if len(entries(tx, since=stored(now))) >= MOST:
        raise AgendaRefused(f"{MOST} planned events and silences run or come already; end some of them first")
    tx.execute(WRITE, asdict(entry))
    audited(
        tx,
        by=entry.added_by,
        what="add",
        about=entry.kind,
        about_id=entry.entry_id,
        now=now,
        team=entry.team,
        reason=entry.reason,
        detail={name: value for name, value in asdict(entry).items() if value is not None},
    )
    return entry


def end_entry(warehouse: Warehouse, entry_id: str, by: str, now: datetime, *, reason: str = "") -> Entry:
    """End a planned event or a silence before its time; raises AgendaRefused when there is none that could be ended."""
    with warehouse.transaction() as tx:
        found = tx.query(BY_ID, {"entry_id": entry_id})
        if found.is_empty():
            raise AgendaRefused(f"there is no planned event or silence {plain(entry_id)}")
        entry = Entry(**found.row(0, named=True))
        if entry.until <= stored(now):
            raise AgendaRefused(f"{entry_id} ended at {entry.until:%Y-%m-%d %H:%M} UTC already")
        return end(tx, entry, stored(now), by, now, reason=reason)


def end(tx: Transaction, entry: Entry, at: datetime, by: str, now: datetime, *, reason: str = "") -> Entry:
    """Have an entry end at an instant (naive UTC); at the one it was added, it never was."""
    name = signed(by)
    tx.execute(END, {"ended_at": at, "ended_by": name, "entry_id": entry.entry_id})
    audited(
        tx,
        by=name,
        what="end",
        about=entry.kind,
        about_id=entry.entry_id,
        now=now,
        team=entry.team,
        reason=" ".join(reason.split())[:REASON_LENGTH],
        detail={"ends_at": entry.ends_at, "ended_at": at},
    )
    return replace(entry, ended_at=at, ended_by=name)


def planned(incident: Incident, until: datetime, *, by: str, reason: str, now: datetime) -> Entry:
    """The entry that marking an incident as expected makes: for its own workflow, or for its whole taken together."""
    owned = UNATTRIBUTED if incident.team is None and incident.whole != COMPANY else incident.team
    entry = _entry(
        PLANNED,
        team=owned,
        workflow=incident.workflow,
        about=None,
        starts_at=now,
        ends_at=until,
        owner=by,
        reason=reason,
        by=by,
        now=now,
    )
    return replace(entry, incident_id=incident.incident_id, whole=incident.whole)


def signed(by: str) -> str:
    """A name to sign with, on one line; raises AgendaRefused for none."""
    name = " ".join(by.split())[:NAME_LENGTH]
    if not name:
        raise AgendaRefused("sign with your name, so that others know whom to ask")
    return plain(name, NAME_LENGTH)


def _entry(
    kind: str,
    *,
    team: str | None,
    workflow: str | None,
    about: str | None,
    starts_at: datetime,
    ends_at: datetime,
    owner: str,
    reason: str,
    by: str,
    now: datetime,
) -> Entry:
    starts, ends, at = stored(starts_at), stored(ends_at), stored(now)
    if not owner.strip():
        raise AgendaRefused("name its owner: whoever is asked about it while it lasts")
    if not reason.strip():
        raise AgendaRefused("say why, so that whoever comes after you knows")
    if ends <= starts or ends <= at:
        raise AgendaRefused("its end must come after its beginning, and after now")
    if ends - max(starts, at) > LONGEST[kind]:
        raise AgendaRefused(f"it may last {LONGEST[kind].days} days at most; say it again when it is over")
    return Entry(
        entry_id=secrets.token_hex(6),
        kind=kind,
        team=team or None,
        workflow=workflow or None,
        about=about or None,
        starts_at=starts,
        ends_at=ends,
        owner=signed(owner),
        reason=" ".join(reason.split())[:REASON_LENGTH],
        most_usd_an_hour=None,
        incident_id=None,
        added_by=signed(by),
        added_at=at,
    )


def _amount(usd_an_hour: Decimal | None) -> Decimal | None:
    if usd_an_hour is not None and not 0 <= usd_an_hour < Decimal("1e12"):
        raise AgendaRefused("what an hour may cost is an amount of US dollars, such as 250.00")
    return usd_an_hour
