"""What every channel does: it sends one posted message, or says why it could not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, Self, TextIO


@dataclass(frozen=True, slots=True)
class Posted:
    """A message on its way: `body` is its JSON text, the same bytes at every try."""

    message_id: str
    dedup_key: str
    event: str  # trigger, resolve, notice
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a deployment says about its channels; a channel takes what concerns it."""

    webhook_url: str = ""
    webhook_secret: str = ""
    allow_hosts: tuple[str, ...] = ()
    terminal: TextIO | None = None


class NotSent(Exception):
    """The channel did not take the message. The sentence is kept beside it; `retry_after_s` is the receiver's wish."""

    def __init__(self, sentence: str, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Channel(Protocol):
    """A way to people. `name` is what the outbox calls it."""

    name: ClassVar[str]

    @classmethod
    def wired(cls, wiring: Wiring) -> Self | None:
        """The channel this deployment asked for, or None when it asked for none."""

    def send(self, message: Posted, now: datetime) -> None:
        """Deliver one message once; raises NotSent."""
