"""The ways to people: each is a file in this folder and a kind in `KINDS`.

In:   a posted message (subject, JSON body) and the deployment's wiring.
Out:  the message delivered once, or NotSent with a sentence and, where the receiver named one, a delay.
Not:  it decides neither what is said (`alerts.message`) nor to whom (`alerts.routes`) nor how often it is tried
      (`alerts.delivery`).
"""

from __future__ import annotations

from collections.abc import Iterable

from alerts.channels.alertmanager import Alertmanager
from alerts.channels.apprise import Apprise
from alerts.channels.calling import Caller
from alerts.channels.contract import Action, Answers, Channel, NotSent, Posted, Unusable, Wiring
from alerts.channels.email import Email
from alerts.channels.pagerduty import PagerDuty
from alerts.channels.slack import Slack
from alerts.channels.terminal import Terminal
from alerts.channels.webhook import Webhook

KINDS: dict[str, type[Channel]] = {
    "terminal": Terminal,
    "webhook": Webhook,
    "slack": Slack,
    "pagerduty": PagerDuty,
    "email": Email,
    "alertmanager": Alertmanager,
    "apprise": Apprise,
}

__all__ = [
    "KINDS",
    "Action",
    "Alertmanager",
    "Answers",
    "Apprise",
    "Caller",
    "Channel",
    "Email",
    "NotSent",
    "PagerDuty",
    "Posted",
    "Slack",
    "Terminal",
    "Unusable",
    "Webhook",
    "Wiring",
    "channels",
]


def channels(wirings: Iterable[Wiring]) -> tuple[Channel, ...]:
    """The channels a deployment asked for; raises Unusable, and UnsafeAddress when one may never be called."""
    return tuple(KINDS[wiring.kind].wired(wiring) for wiring in wirings)
