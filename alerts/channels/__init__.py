"""The ways to people: each is a file in this folder and a name in `EVERY`.

In:   a posted message (subject, JSON body) and the deployment's wiring.
Out:  the message delivered once, or NotSent with a sentence and, where the receiver named one, a delay.
Not:  it decides neither what is said (`alerts.message`) nor how often it is tried (`alerts.outbox`).
"""

from __future__ import annotations

from alerts.channels.contract import Channel, NotSent, Posted, Wiring
from alerts.channels.terminal import Terminal
from alerts.channels.webhook import Webhook

EVERY: tuple[type[Channel], ...] = (Terminal, Webhook)

__all__ = ["EVERY", "Channel", "NotSent", "Posted", "Terminal", "Webhook", "Wiring", "channels"]


def channels(wiring: Wiring) -> tuple[Channel, ...]:
    """The channels a deployment asked for; raises UnsafeAddress when its webhook may never be called."""
    return tuple(channel for kind in EVERY if (channel := kind.wired(wiring)) is not None)
