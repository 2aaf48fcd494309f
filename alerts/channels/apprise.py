"""Hand a message to Apprise for the hundred services that have no file here; an extra: `pip install 'outlay[apprise]'`.

Apprise calls whom its URL names, without our judgement of addresses and following redirects: only what the operator
wrote into `outlay.toml` gets there, never a word of a message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any, Self

from alerts.channels.contract import NotSent, Posted, Unusable, Wiring

TYPES = {"page": "failure", "warn": "warning", "info": "info"}


@dataclass(frozen=True, slots=True)
class Apprise:
    """One Apprise URL."""

    name: str
    target: Any = field(repr=False)  # apprise.Apprise, which is imported only where somebody asked for it

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """`url` is Apprise's; raises Unusable where it is none, or where the extra is not installed."""
        if not wiring.url:
            raise Unusable("Apprise needs a URL of its own kind, such as ntfys://topic: url")
        try:
            apprise = import_module("apprise")
        except ImportError:
            raise Unusable("kind = \"apprise\" needs an extra: pip install 'outlay[apprise]'") from None
        target = apprise.Apprise()
        if not target.add(wiring.url):
            raise Unusable("Apprise does not know this kind of URL: url")
        return cls(wiring.name, target)

    def send(self, message: Posted, now: datetime) -> None:  # noqa: ARG002 - every channel is told the time
        """Send once; Apprise says only whether it worked."""
        answers = [f"{action.label}: {action.url}" for action in message.actions]
        told = "\n".join([*message.lines, *answers]) or message.subject
        kind = "success" if message.event == "resolve" else TYPES.get(message.severity, "info")
        if not self.target.notify(body=told, title=message.subject, notify_type=kind, body_format="text"):
            raise NotSent("Apprise could not send it")
