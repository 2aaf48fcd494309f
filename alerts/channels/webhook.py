"""Post a message as signed JSON to one address, and follow it nowhere else.

The receiver checks `Outlay-Signature: v1=` HMAC-SHA256(secret, `Outlay-Timestamp` + "." + body) and drops what it
has seen by `Outlay-Message-Id`; messages of one episode share `Outlay-Dedup-Key`.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import orjson

from alerts.channels.address import Resolve, check, resolve
from alerts.channels.calling import TIMEOUT_S, Caller
from alerts.channels.contract import Posted, Unusable, Wiring


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver."""

    url: str = field(repr=False)  # its path is often a secret
    secret: str = field(repr=False)
    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve
    timeout_s: float = TIMEOUT_S
    name: str = "webhook"

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """The receiver the deployment named; raises UnsafeAddress for one that may never be called."""
        if not wiring.url:
            raise Unusable("a webhook needs its address: url")
        check(wiring.url, wiring.allow_hosts)
        return cls(wiring.url, wiring.secret, wiring.allow_hosts, name=wiring.name)

    def send(self, message: Posted, now: datetime) -> None:
        """Deliver once; raises NotSent for anything but a 2xx answer. Call it outside an event loop."""
        body = told(message)
        timestamp = str(int(now.timestamp()))
        headers = {
            "Outlay-Message-Id": message.message_id,
            "Outlay-Dedup-Key": message.dedup_key,
            "Outlay-Timestamp": timestamp,
            **({"Outlay-Signature": f"v1={signature(self.secret, timestamp, body)}"} if self.secret else {}),
        }
        Caller(self.allow_hosts, self.resolver, self.timeout_s).post_json(self.url, body, headers).taken(now)


def told(message: Posted) -> bytes:
    """The body: the message's own, with its severity and, where it can be answered, the links for that."""
    actions = {action.name: action.url for action in message.actions}
    return orjson.dumps({**message.told, "severity": message.severity, **({"actions": actions} if actions else {})})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hex HMAC-SHA256 over `timestamp.body`."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
