"""A budget: whose spend, how much of it, and in which stretches of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

from alerts.plain import plain
from warehouse import Month, usd

COMPANY, TEAM, WORKFLOW, COST_CENTRE, USER, MODEL = "company", "team", "workflow", "cost_centre", "user", "model"
KINDS = (COMPANY, TEAM, WORKFLOW, COST_CENTRE, USER, MODEL)
MONTHLY, QUARTERLY, ANNUAL = "monthly", "quarterly", "annual"
PERIODS = (MONTHLY, QUARTERLY, ANNUAL)
MONTHS = {MONTHLY: 1, QUARTERLY: 3, ANNUAL: 12}
SPOKEN = {WORKFLOW: "workflow ", COST_CENTRE: "cost centre ", USER: "user ", MODEL: "model "}


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Whose spend: everybody's, or that of one team, workflow, cost centre, user or model; `team` narrows it to one."""

    kind: str
    name: str = ""
    team: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a kind there is not, and for a name too many or too few."""
        if self.kind not in KINDS:
            raise ValueError(
                f"{self.kind!r} is no scope; there are: company, {', '.join(f'{k}:NAME' for k in KINDS[1:])}"
            )
        if bool(self.name) == (self.kind == COMPANY):
            raise ValueError(f"write a scope as company, or as KIND:NAME such as team:support, not {self.text!r}")
        if self.team is not None and self.kind in {COMPANY, TEAM}:
            raise ValueError(f"{self.text} cannot be narrowed to a team; a workflow, cost centre, user or model can")

    @classmethod
    def parse(cls, text: str, team: str | None = None) -> Self:
        """The scope written 'company', 'team:support', 'user:ada@example.com'; raises ValueError with a sentence."""
        kind, _, name = text.partition(":")
        return cls(kind, name, team)

    @property
    def text(self) -> str:
        """'team:support', as it is written in a command and a URL."""
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @property
    def title(self) -> str:
        """'support', 'workflow triage of support', 'the company': as it is said."""
        if self.kind == COMPANY:
            return "the company"
        return f"{SPOKEN.get(self.kind, '')}{self.name}{f' of {self.team}' if self.team is not None else ''}"

    @property
    def owner(self) -> str | None:
        """The team it belongs to; None where it is more than one team's."""
        return self.name if self.kind == TEAM else self.team

    def is_seen_by(self, teams: Sequence[str] | None) -> bool:
        """Whether a reader of these teams (None = all) may know of it."""
        return teams is None or (self.owner is not None and self.owner in teams)


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of the calendar in the business zone; `key` is '2026-10', '2026-Q4' or '2026'."""

    key: str
    since: datetime  # aware UTC, half-open
    until: datetime

    @classmethod
    def of(cls, period: str, now: datetime, zone: ZoneInfo) -> Self:
        """The month, quarter or year that `now` lies in."""
        month, length = Month.of(now, zone), MONTHS[period]
        first = Month(month.year, (month.number - 1) // length * length + 1)
        last = Month(first.year, first.number + length - 1)
        key = {1: str(first), 3: f"{first.year:04}-Q{last.number // 3}", 12: f"{first.year:04}"}[length]
        return cls(key, first.bounds(zone)[0], last.bounds(zone)[1])


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent on a scope in each period, and who says so."""

    scope: Scope
    period: str
    amount_usd: Decimal
    source: str = "file"
    set_by: str = ""
    set_at: datetime | None = None  # naive UTC

    def __post_init__(self) -> None:
        """Raise ValueError for a period there is not, and for an amount that is none."""
        if self.period not in PERIODS:
            raise ValueError(f"{self.period!r} is no period of a budget; there are: {', '.join(PERIODS)}")
        if not (self.amount_usd.is_finite() and self.amount_usd >= 0):
            raise ValueError(f"{self.amount_usd} is no amount for {self.scope.text}; write US dollars such as 2500.00")

    def sentence(self) -> str:
        """What is so from now on."""
        if not self.amount_usd:
            return f"There is no {self.period} budget of {plain(self.scope.title)} any more."
        return f"The {self.period} budget of {plain(self.scope.title)} is {usd(self.amount_usd)} from now on."
