"""What happened to an incident, in order: it opened, was noticed, told, answered, and was over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.incident_story import Story
from dashboards.words import at
from warehouse import usd

DONE = {
    "acknowledge": "Acknowledged",
    "snooze": "Snoozed",
    "expected": "Marked as expected",
    "incident": "Said to be a real incident",
    "new_normal": "Said to be the new normal",
    "too_small": "Said to be too small to tell",
    "false_alarm": "Said to be a false alarm",
}
HISTORY = "not sent: history"  # as the outbox says it
BEGAN = {
    "spend_spike": "The first hour that was out of line began.",
    "spend_drop": "The first hour with next to nothing began.",
    "silence": "It was heard for the last time.",
    "budget": "The hour began in which the budget was gone.",
}
HEARD = {"trigger": "Told", "acknowledge": "Told of the answer", "resolve": "Told that it is over", "notice": "Told"}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, at an instant (naive UTC); `text` is a message as it was sent."""

    at: datetime
    said: str
    text: str = ""
    undone: bool = False


def timeline(told: Story, zone: ZoneInfo) -> list[Event]:
    """The events, the first first; what happened at one instant in the order of a story."""
    return sorted(_events(told, zone), key=lambda event: event.at)


def _events(told: Story, zone: ZoneInfo) -> Iterator[Event]:
    incident = told.incident
    yield Event(incident["opened_at"], BEGAN.get(incident["kind"], "It began."))
    yield Event(incident["noticed_at"], "Noticed.")
    for message in told.messages.iter_rows(named=True):
        yield _sent(message)
    for act in told.acts.iter_rows(named=True):
        yield from _answered(act, zone)
    if incident["resolved_at"] is not None:
        yield Event(incident["resolved_at"], "Over.")


def _sent(message: Mapping[str, Any]) -> Event:
    heard = HEARD.get(message["event"], str(message["event"]).capitalize())
    text = message_text(message["subject"], message["body"])
    if message["sent_at"] is not None:
        return Event(message["sent_at"], f"{heard} by {message['channel']}.", text)
    failed = message["last_error"]
    if failed == HISTORY:
        return Event(message["written_at"], "Nobody was told: it was long over when it was noticed.", text)
    fate = f"not delivered: {failed}" if failed else "waits to be sent"
    return Event(message["written_at"], f"Written for {message['channel']}, {fate}.", text)


def _answered(act: Mapping[str, Any], zone: ZoneInfo) -> Iterator[Event]:
    done = DONE.get(act["action"], str(act["action"]).replace("_", " ").capitalize())
    until = f" until {at(act['until_at'], zone)}" if act["until_at"] is not None else ""
    because = f": {act['reason']}" if act["reason"] else ""
    most = f", at most {usd(act['amount_usd'])} an hour" if act["amount_usd"] is not None else ""
    undone = act["undone_at"] is not None
    yield Event(act["used_at"], f"{done} by {act['done_by']}{until}{most}{because}.", undone=undone)
    if undone:
        yield Event(act["undone_at"], f"Taken back by {act['undone_by']}.")


def message_text(subject: str, body: str) -> str:
    """A message as people read it: its lines, when its body tells them, else the body as it was sent."""
    try:
        told = json.loads(body)
        lines = told["lines"]
        return "\n".join([subject, *(str(line) for line in lines)])
    except (ValueError, KeyError, TypeError):
        return f"{subject}\n{body}"
