"""The facts a page needs that no table holds: whose deployment this is, who is looking, how far the reading is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

READ = "read"
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class View:
    """What the settings say that a reader should see."""

    company: str = "Our company"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    keys_required: bool = False
    otlp_endpoint: str = "http://127.0.0.1:4318"  # where spans go, as an exporter is told
    maturity: timedelta = timedelta(hours=24)  # how long an outcome may still be overturned
    runbooks: Mapping[str, str] = field(default_factory=dict)  # of a team: the address that says what to do
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")  # the names this server answers to; "*" is any


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is looking: the teams they may see (None is every team) and what they may do."""

    teams: tuple[str, ...] | None
    scopes: tuple[str, ...] = (READ,)

    @property
    def may_read(self) -> bool:
        """Whether they may ask questions."""
        return READ in self.scopes or ADMIN in self.scopes

    @property
    def may_command(self) -> bool:
        """Whether they may make the server do something: a command reaches every team."""
        return ADMIN in self.scopes and self.teams is None


# While keys are off there is nobody to tell apart; such a server listens on loopback only.
EVERYONE = Reader(teams=None, scopes=(READ,))


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the reading is behind what was received."""

    journal_entries: int  # requests accepted and kept
    entries: int  # of them, not read yet
    seconds: float  # age of the oldest one not read yet, 0 when all are
    refreshed_at: datetime | None  # when the ledger last changed, aware UTC; None before the first time
