"""Wake somebody by PagerDuty's Events API v2: an incident opens with its dedup key and ends with the same one.

What is only said and can wait, such as a digest, becomes a change event: it stands on the service's time line, and
PagerDuty notifies nobody of it, nor leaves an incident open that nothing would ever end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import orjson

from alerts.channels.address import Resolve, check, resolve
from alerts.channels.calling import TIMEOUT_S, Caller
from alerts.channels.contract import Posted, Unusable, Wiring
from alerts.plain import plain

EVENTS = "https://events.pagerduty.com/v2/enqueue"
CHANGES = "/change/enqueue"  # in the place of /enqueue
SUMMARY_LENGTH = 1024  # characters, PagerDuty's bound
KEY_LENGTH = 255
DETAIL_LINES = 40
SEVERITIES = {"page": "critical", "warn": "warning", "info": "info"}
ACTIONS = {"trigger": "trigger", "acknowledge": "acknowledge", "resolve": "resolve", "notice": "trigger"}


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """One service of PagerDuty, by its routing key."""

    name: str
    routing_key: str = field(repr=False)
    url: str = EVENTS
    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve
    timeout_s: float = TIMEOUT_S

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """`secret` is the routing key of an Events API v2 integration; `url` only where it is not the usual one."""
        if not wiring.secret:
            raise Unusable("PagerDuty needs the routing key of an Events API v2 integration: secret")
        url = wiring.url or EVENTS
        check(url, wiring.allow_hosts)
        return cls(wiring.name, wiring.secret, url, wiring.allow_hosts)

    def send(self, message: Posted, now: datetime) -> None:
        """Enqueue one event; raises NotSent for anything but a 2xx answer."""
        url, told = self.url, event(message, self.routing_key)
        if message.event == "notice" and message.severity == "info":
            url, told = f"{self.url.removesuffix('/enqueue')}{CHANGES}", change(message, self.routing_key)
        Caller(self.allow_hosts, self.resolver, self.timeout_s).post_json(url, orjson.dumps(told)).taken(now)


def change(message: Posted, routing_key: str) -> dict[str, Any]:
    """What is only said, as a change event."""
    payload = {
        "summary": plain(message.subject, SUMMARY_LENGTH),
        "source": "outlay",
        "custom_details": {"lines": message.lines[:DETAIL_LINES], "message_id": message.message_id},
        **_written(message),
    }
    return {"routing_key": routing_key, "payload": payload}


def event(message: Posted, routing_key: str) -> dict[str, Any]:
    """The event as PagerDuty reads it; only what begins carries a payload."""
    action = ACTIONS[message.event]
    told: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": message.dedup_key[:KEY_LENGTH],
    }
    if action != "trigger":
        return told
    facts = message.facts
    payload = {
        "summary": plain(message.subject, SUMMARY_LENGTH),
        "source": plain(str(facts.get("team") or "outlay")),
        "severity": SEVERITIES.get(message.severity, "warning"),
        "component": plain(str(facts.get("workflow") or "")),
        "class": message.dedup_key.partition(":")[0],
        "custom_details": {"lines": message.lines[:DETAIL_LINES], "message_id": message.message_id},
        **_written(message),
    }
    links = [{"href": action.url, "text": action.label} for action in message.actions]
    return told | {"payload": payload, "client": "Outlay", "links": links}


def _written(message: Posted) -> dict[str, str]:
    return {"timestamp": f"{message.written_at.isoformat(timespec='seconds')}Z"} if message.written_at else {}
