"""What is known of letters when messages wait to be addressed, and what is decided about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from alerts.delivery.letters import Waiting
from alerts.incidents.acts import Act
from alerts.incidents.agenda import Entry
from alerts.incidents.message import Message


@dataclass(frozen=True, slots=True)
class Carrier:
    """How people on a channel heard that a condition began."""

    channel: str
    letter_key: str
    form: str  # single, group, digest


@dataclass(frozen=True, slots=True)
class Known:
    """What has been sent and written before, as far as it matters to what waits."""

    recent: Mapping[str, Sequence[datetime]]  # channel → when the letters of the last minutes were written, naive UTC
    today: Mapping[tuple[str, str | None], int]  # (channel, team) → letters of this business day
    carriers: Mapping[str, Sequence[Carrier]]  # dedup key → how its beginning was told
    members: Mapping[str, Sequence[str]]  # a group's key → its members' keys
    ends: Mapping[str, Waiting]  # dedup key → the message that ended it
    over: frozenset[tuple[str, str]]  # (channel, key) whose last letter was an end
    done: frozenset[tuple[str, str]]  # (message, channel) carried already
    acts: Mapping[str, Act] = field(default_factory=dict)  # incident → what somebody last did about it
    silences: Sequence[Entry] = ()  # that are on
    parents: Mapping[str, str] = field(default_factory=dict)  # incident → the one that explains it
    heard: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (parent, channel) that told of it → how severe
    capped: frozenset[tuple[str, str | None]] = frozenset()  # (channel, team) that heard today that the rest waits


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send, and which messages it carries."""

    channel: str
    message: Message | Waiting
    carries: tuple[Waiting, ...]
    form: str


@dataclass(slots=True)
class Plan:
    """What is decided: letters, what waits until when and why, and what is settled with the reason it went nowhere."""

    letters: list[Letter] = field(default_factory=list)
    held: dict[str, tuple[datetime, str, bool]] = field(default_factory=dict)  # message → (until, why, for the digest)
    nowhere: dict[str, str] = field(default_factory=dict)
    joined: list[tuple[Waiting, Carrier]] = field(default_factory=list)  # ends that a group's own end will tell
    settled: list[Waiting] = field(default_factory=list)  # everybody its route names has heard of it


def carried(plan: Plan) -> Iterator[Waiting]:
    """Every message that a letter carries, that a group's end will tell, or that was carried before."""
    letters = (each for letter in plan.letters for each in letter.carries)
    return chain(letters, (each for each, _ in plan.joined), plan.settled)
