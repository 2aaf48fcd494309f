"""The time line of an incident: what happened in order, and messages as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from dashboards.incident_story import Story
from dashboards.incident_timeline import message_text, timeline

AT = datetime(2026, 11, 20, 8)
ZONE = ZoneInfo("Europe/Berlin")
INCIDENT = {
    "kind": "spend_spike",
    "opened_at": AT,
    "noticed_at": AT.replace(hour=9),
    "resolved_at": AT.replace(hour=14),
}
TOLD = {
    "written_at": AT.replace(hour=9),
    "sent_at": AT.replace(hour=9, minute=1),
    "channel": "chat",
    "event": "trigger",
    "subject": "[page] Support",
    "body": "{}",
    "last_error": None,
}
DONE = {
    "used_at": AT.replace(hour=10),
    "action": "snooze",
    "done_by": "Dana",
    "until_at": AT.replace(hour=12),
    "reason": "at it",
    "amount_usd": None,
    "undone_at": None,
    "undone_by": None,
}


def story_of(message: dict[str, Any], act: dict[str, Any]) -> Story:
    nothing = pl.DataFrame()
    return Story(INCIDENT, nothing, nothing, nothing, pl.DataFrame([act]), pl.DataFrame([message]), {}, None, nothing)


def lines(message: dict[str, Any] = TOLD, act: dict[str, Any] = DONE) -> list[str]:
    return [event.said for event in timeline(story_of(message, act), ZONE)]


def test_a_time_line_tells_what_happened_in_order() -> None:
    assert lines() == [
        "The first hour that was out of line began.",
        "Noticed.",
        "Told by chat.",
        "Snoozed by Dana until 20 Nov, 13:00: at it.",
        "Over.",
    ]


def test_what_was_taken_back_stays_and_is_struck_through() -> None:
    told = timeline(story_of(TOLD, DONE | {"undone_at": AT.replace(hour=11), "undone_by": "Kim"}), ZONE)
    assert [(event.said, event.undone) for event in told][-3:] == [
        ("Snoozed by Dana until 20 Nov, 13:00: at it.", True),
        ("Taken back by Kim.", False),
        ("Over.", False),
    ]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("the channel answered 500", "Written for chat, not delivered: the channel answered 500."),
        (None, "Written for chat, waits to be sent."),
        ("not sent: history", "Nobody was told: it was long over when it was noticed."),
    ],
)
def test_a_message_that_reached_nobody_says_why(reason: str | None, said: str) -> None:
    assert said in lines(TOLD | {"sent_at": None, "last_error": reason})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"lines": ["a", "b"]}', "subject\na\nb"),
        ('{"other": 1}', 'subject\n{"other": 1}'),
        ("no json", "subject\nno json"),
        ("[1]", "subject\n[1]"),
    ],
)
def test_a_message_is_read_as_it_was_sent(body: str, text: str) -> None:
    assert message_text("subject", body) == text
