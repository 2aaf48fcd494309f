"""What every channel does: it sends one posted message, or says why it could not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, Self, TextIO

import orjson

from alerts.plain import plain

LINE_LENGTH = 600  # characters


@dataclass(frozen=True, slots=True)
class Action:
    """A link with which a message is answered; it opens a page that asks, and does nothing by being opened."""

    name: str  # acknowledge, snooze, expected
    label: str
    url: str = field(repr=False)  # whoever has it may act


# The actions of an incident's message; the instant is when it was written (naive UTC).
Answers = Callable[[str, datetime], tuple[Action, ...]]


@dataclass(frozen=True, slots=True)
class Posted:
    """A message on its way: `body` is its JSON text, the same bytes at every try."""

    message_id: str
    dedup_key: str
    event: str  # trigger, acknowledge, resolve, notice
    subject: str
    body: str
    severity: str = "info"  # page, warn, info
    written_at: datetime | None = None  # naive UTC
    actions: tuple[Action, ...] = ()
    thread: str | None = None  # what the receiver called the first message of this condition

    def in_thread(self, receipt: str | None) -> Posted:
        """The same, as an answer to what the receiver calls so."""
        return replace(self, thread=receipt)

    @property
    def told(self) -> dict[str, Any]:
        """The body, read."""
        read: dict[str, Any] = orjson.loads(self.body)
        return read

    @property
    def lines(self) -> list[str]:
        """The message's sentences, each one visible line, whoever wrote them.

        Where the incident's page is among the actions, the line that says so is left out.
        """
        opens = any(action.name == "open" for action in self.actions)
        told = [plain(str(line), LINE_LENGTH) for line in self.told.get("lines", ())]
        return [line for line in told if not (opens and line.startswith("Open: "))]

    @property
    def facts(self) -> dict[str, Any]:
        """The same for machines."""
        facts: dict[str, Any] = self.told.get("facts") or {}
        return facts


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a deployment says about one of its channels; a kind takes what concerns it."""

    kind: str
    name: str
    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    to: tuple[str, ...] = ()
    sender: str = ""
    user: str = ""
    allow_hosts: tuple[str, ...] = ()
    terminal: TextIO | None = None


class Unusable(ValueError):
    """A channel cannot work as it was set up; the sentence says which setting to mend."""


class NotSent(Exception):
    """The channel did not take the message. The sentence is kept beside it and names no secret.

    `retry_after_s` is the receiver's wish; `for_good` says that the same message will hardly be taken later.
    """

    def __init__(self, sentence: str, retry_after_s: float | None = None, *, for_good: bool = False) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s
        self.for_good = for_good


class Channel(Protocol):
    """A way to people. `name` is what the outbox and the routes call it."""

    @property
    def name(self) -> str:
        """Its name."""

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """The channel as this deployment set it up; raises Unusable, and UnsafeAddress for whom we never call."""

    def send(self, message: Posted, now: datetime) -> str | None:
        """Deliver one message once; returns the receiver's name for it, if it has one; raises NotSent."""
