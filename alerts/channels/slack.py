"""Tell a Slack channel: with a bot's token the first message is updated and answered in its thread.

Names and causes go into `plain_text` blocks, where Slack reads no markup, no mention and no link; the notification's
text, which it does read, is escaped. (Slack: "Formatting text for app surfaces", "Block Kit".)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import orjson

from alerts.channels.address import Resolve, check, resolve
from alerts.channels.calling import TIMEOUT_S, Answer, Caller
from alerts.channels.contract import NotSent, Posted, Unusable, Wiring
from alerts.plain import plain

API = "https://slack.com/api"
HEADER_LENGTH = 150  # characters Slack takes in a header block
SECTION_LENGTH = 3000
TEXT_LENGTH = 3000
MOST_LINES = 40  # of the 50 blocks a message may have
MARK = "\u2060"  # word joiner: unseen, and keeps @here from being a mention
# What a later try does not mend; everything else may pass.
FOR_GOOD = frozenset(
    {
        *("account_inactive", "channel_not_found", "invalid_auth", "is_archived", "missing_scope"),
        *("not_authed", "not_in_channel", "token_expired", "token_revoked"),
    }
)


@dataclass(frozen=True, slots=True)
class Slack:
    """One Slack channel: by its incoming webhook's URL, or by a bot's token and the channel's id."""

    name: str
    url: str = field(repr=False)
    token: str = field(default="", repr=False)
    channel: str = ""
    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve
    timeout_s: float = TIMEOUT_S

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """`url` alone is an incoming webhook; `secret` is a bot's token, and then `to` names the channel."""
        if wiring.secret and len(wiring.to) != 1:
            raise Unusable("a Slack bot's token needs one channel id in `to`, such as C0123456789")
        if not wiring.secret and not wiring.url:
            raise Unusable(
                "Slack needs the URL of an incoming webhook, or a bot's token in `secret` and a channel in `to`"
            )
        url = (wiring.url or API).rstrip("/") if wiring.secret else wiring.url
        check(url, wiring.allow_hosts)
        return cls(wiring.name, url, wiring.secret, "".join(wiring.to[:1]), wiring.allow_hosts)

    def send(self, message: Posted, now: datetime) -> str | None:
        """Post once; with a token, returns 'CHANNEL:TS' of the message that later ones belong to."""
        if not self.token:
            self._post(self.url, content(message), now)
            return None
        told = content(message) | {"unfurl_links": False, "unfurl_media": False, "parse": "none"}
        if message.thread is None:
            metadata = {"event_type": "outlay", "event_payload": {"dedup_key": message.dedup_key}}
            answer = self._ask("chat.postMessage", {"channel": self.channel, "metadata": metadata, **told}, now)
            return f"{answer.get('channel', self.channel)}:{answer.get('ts', '')}"
        channel, _, first = message.thread.partition(":")
        # The update can be repeated, the answer cannot: so it comes last. An acknowledgement leaves the first as it is.
        if message.event != "acknowledge":
            self._ask("chat.update", {"channel": channel, "ts": first, **told}, now)
        self._ask("chat.postMessage", {"channel": channel, "thread_ts": first, **told}, now)
        return message.thread

    def _ask(self, method: str, told: dict[str, Any], now: datetime) -> dict[str, Any]:
        answer = self._post(f"{self.url}/{method}", told, now, {"Authorization": f"Bearer {self.token}"})
        said = _read(answer)
        if said.get("ok") is True:
            return said
        error = str(said.get("error", ""))
        named = error if re.fullmatch(r"[a-z_]{1,60}", error) else "an answer that is not Slack's"
        raise NotSent(f"Slack did not take it: {named}", for_good=error in FOR_GOOD)

    def _post(self, url: str, told: dict[str, Any], now: datetime, headers: dict[str, str] | None = None) -> Answer:
        caller = Caller(self.allow_hosts, self.resolver, self.timeout_s)
        return caller.post_json(url, orjson.dumps(told), headers).taken(now)


def content(message: Posted) -> dict[str, Any]:
    """The notification's text and the blocks: headline, sentences, buttons that open a page."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(message.subject, HEADER_LENGTH)}]
    if len(message.subject) > HEADER_LENGTH:
        blocks.append(_section(message.subject))
    blocks += [_section(line) for line in message.lines[:MOST_LINES]]
    if message.actions:
        buttons = [
            {"type": "button", "text": _plain(action.label, 75), "url": action.url, "action_id": action.name}
            for action in message.actions
        ]
        blocks.append({"type": "actions", "elements": buttons})
    return {"text": escaped(message.subject), "blocks": blocks}


def escaped(text: str) -> str:
    """Safe as mrkdwn: no link, no mention, and no formatting that a name brought along."""
    safe = plain(text, TEXT_LENGTH // 6).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([@*_~`#])", rf"\1{MARK}", safe)


def _plain(text: str, at_most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": plain(text, at_most) or " ", "emoji": False}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _plain(text, SECTION_LENGTH)}


def _read(answer: Answer) -> dict[str, Any]:
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
