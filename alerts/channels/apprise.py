"""Hand a message to Apprise for the hundred services that have no file here; an extra: `pip install 'outlay[apprise]'`.

Apprise calls whom its URL names: only what the operator wrote into `outlay.toml` gets there, never a word of a message.
Where that is a host, it is judged before each message as a webhook's is, though Apprise then asks for its address
again; a redirect is not followed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any, Self

from alerts.channels.address import Resolve, UnsafeAddress, own_port, resolve
from alerts.channels.contract import NotSent, Posted, Unusable, Wiring

TYPES = {"page": "failure", "warn": "warning", "info": "info"}


@dataclass(frozen=True, slots=True)
class Apprise:
    """One Apprise URL."""

    name: str
    target: Any = field(repr=False)  # apprise.Apprise, which is imported only where somebody asked for it
    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """`url` is Apprise's; raises Unusable where it is none, or where the extra is not installed."""
        if not wiring.url:
            raise Unusable("Apprise needs a URL of its own kind, such as ntfys://topic: url")
        try:
            apprise = import_module("apprise")
        except ImportError:
            raise Unusable("kind = \"apprise\" needs an extra: pip install 'outlay[apprise]'") from None
        # Its log quotes the URL, which is often a secret.
        logging.getLogger("apprise").disabled = True
        target = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
        if not target.add(wiring.url):
            raise Unusable("Apprise does not know this kind of URL: url")
        return cls(wiring.name, target, wiring.allow_hosts)

    def send(self, message: Posted, now: datetime) -> None:  # noqa: ARG002 - every channel is told the time
        """Send once; Apprise says only whether it worked."""
        for host, port in _hosts(self.target):
            try:
                own_port(host, port, self.allow_hosts, self.resolver)
            except UnsafeAddress as error:
                raise NotSent(f"not called: {error}", for_good=True) from None
            except (OSError, UnicodeError):
                continue  # no host: some services have a topic or a key in its place
        answers = [f"{action.label}: {action.url}" for action in message.actions]
        told = "\n".join([*message.lines, *answers]) or message.subject
        kind = "success" if message.event == "resolve" else TYPES.get(message.severity, "info")
        if not self.target.notify(body=told, title=message.subject, notify_type=kind, body_format="text"):
            raise NotSent("Apprise could not send it; its own command, apprise -vv with the same URL, says why")


def _hosts(target: Any) -> Iterator[tuple[str, int]]:
    """The hosts a URL names, with their ports; a service whose address Apprise knows by itself has none."""
    for service in target:
        if service.host and any("{host}" in template for template in service.templates):
            yield service.host, service.port or 0
