"""A message that says it is a test: a beginning and its end, so that no pager is left ringing."""

from __future__ import annotations

from datetime import datetime

from alerts.channels import Posted
from alerts.incidents.incident import identity, stored
from alerts.incidents.message import RESOLVE, TRIGGER, Message, when


def posted_test(channel: str, now: datetime) -> tuple[Posted, ...]:
    """What a channel is sent when somebody asks whether it works."""
    at = stored(now)
    key = f"test:{identity('test', channel, at.isoformat())}"
    told = (
        Message(
            TRIGGER,
            key,
            "[test] Outlay reaches you here",
            (f"Somebody asked for this at {when(at)}; nothing is wrong.",),
        ),
        Message(RESOLVE, key, "[test] Outlay can also say that something is over", ("This ends the test.",)),
    )
    return tuple(
        Posted(identity("message", channel, key, each.event), key, each.event, each.subject, each.body(), "info", at)
        for each in told
    )
