"""What the pages show that another room computes: handed in by whoever starts the server.

A source that is not wired leaves its tile out; nothing on a page is made up in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import polars as pl

from dashboards.deeds import Deeds

Teams = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the running month will come to, in US dollars: the likely sum and the range around it."""

    low_usd: Decimal
    likely_usd: Decimal
    high_usd: Decimal
    because: str  # a sentence: how it was computed, and from what


@dataclass(frozen=True, slots=True)
class StatementFile:
    """One file of a month's statement, made or read only when somebody asks for its bytes."""

    name: str
    media_type: str
    read: Callable[[], bytes]


class Forecasts(Protocol):
    """Forecast the business month that `now` lies in."""

    def __call__(self, *, teams: Teams, now: datetime) -> Forecast | None:
        """The forecast for these teams (None is all); None when there is too little history to say."""


class StatementFiles(Protocol):
    """Make or find the files of a month's statement."""

    def __call__(self, *, month: str, teams: Teams, now: datetime) -> Sequence[StatementFile]:
        """Those of the month ('2026-10') that a reader of these teams may have; ValueError for what is no month."""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One budget in its running period, in US dollars; what nobody can say yet is None."""

    scope: str  # 'team:support'
    title: str  # 'support'
    owner: str | None  # the team it belongs to; None where it is more than one team's
    period: str
    window: str  # '2026-10'
    first: date
    last: date
    budget_usd: Decimal
    spent_usd: Decimal
    used: float  # shares of one
    expected: float
    burn: float | None
    low_usd: Decimal | None
    likely_usd: Decimal | None
    high_usd: Decimal | None
    because: str
    gone_on: date | None
    state: str  # over, heading over, near, ok
    set_by: str
    spent_by: tuple[tuple[date, Decimal], ...] = ()  # spent until the end of each day so far
    likely_by: tuple[tuple[date, Decimal], ...] = ()  # and likely until the end of today and each later day


class Budgets(Protocol):
    """Say how every budget stands."""

    def __call__(self, *, teams: Teams, now: datetime) -> Sequence[BudgetLine]:
        """Those that a reader of these teams (None is all) may see, in a lasting order."""


class Accuracy(Protocol):
    """Say how good the forecasts were that were frozen."""

    def __call__(self, *, teams: Teams, now: datetime) -> pl.DataFrame:
        """One row for each forecast of a month that is over.

        Columns: scope, title, month, day, spent_usd, p10_usd, p50_usd, p90_usd, naive_usd, actual_usd, method.
        """


class MaySpend(Protocol):
    """Answer a gateway."""

    def __call__(self, *, scope: str, team: str | None, teams: Teams, now: datetime) -> dict[str, Any]:
        """The answer as JSON; ValueError for what is no scope, PermissionError for one that is not the reader's."""


class ExpectedHours(Protocol):
    """Say what the detector expected."""

    def __call__(self, *, incident_id: str) -> pl.DataFrame | None:
        """The hours around an incident; None when the detector no longer knows.

        Columns: `hour_at` (naive UTC), `actual_usd`, `expected_usd`, and `high_usd`, where the usual range ends.
        """


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One condition that is watched, and what it would have told of the days before."""

    kind: str  # 'spend_spike', as incidents have it
    title: str
    setting: str  # where it is set, and to what: 'conditions.drift_percent = 20'
    watched: bool
    days: int
    fired: int | None  # None: the past of this cannot be asked
    impact_usd: Decimal | None  # of those; None where dollars are not the matter
    examples: tuple[str, ...] = ()
    judged: tuple[int, int] | None = None  # of so many that people said a word about, so many were real
    tries: tuple[tuple[str, str], ...] = ()  # the settings of which another value can be tried, each with its own


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """A condition with another value of a setting."""

    line: RuleLine
    toml: str  # what would stand in outlay.toml


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One way to people, with what became of its messages; nothing that is secret."""

    name: str
    kind: str
    fallback: str | None
    waiting: int
    given_up: int
    last_sent_at: datetime | None  # naive UTC
    last_error: str | None


@dataclass(frozen=True, slots=True)
class RouteLine:
    """Who hears what, in the order in which routes are asked."""

    channels: tuple[str, ...]
    teams: tuple[str, ...]  # empty is everybody's
    severities: tuple[str, ...]  # empty is all of them
    kinds: tuple[str, ...]
    when: str  # 'at once', 'once a day at 09:00'
    most_a_day: int | None


class Watching(Protocol):
    """Say what is watched and who is told."""

    def rules(self, *, now: datetime) -> Sequence[RuleLine]:
        """Every condition."""

    def try_rule(self, *, setting: str, value: str, now: datetime) -> RuleTrial:
        """What a condition would have told with another value; ValueError, with a sentence, for one it cannot have."""

    def channels(self) -> Sequence[ChannelLine]:
        """Every channel."""

    def routes(self) -> Sequence[RouteLine]:
        """Every route, the usual ones last."""

    def links(self) -> str:
        """The address that messages link to; '' where nobody knows it."""

    def send_test(self, *, channel: str, now: datetime) -> str | None:
        """Send a message that says it is a test: None when it was taken, else why not."""


class AnswerRefused(Exception):
    """A message's link does nothing; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a message's link would do, for its page to ask."""

    title: str
    lines: tuple[str, ...]
    verb: str
    asks_until: bool = False
    asks_reason: bool = False


class Answering(Protocol):
    """Read and obey the links of messages; both raise AnswerRefused."""

    def look(self, token: str, now: datetime) -> Question:
        """What the link would do; changes nothing."""

    def act(self, token: str, *, by: str, until: datetime | None, reason: str, now: datetime) -> str:
        """Do it, once; a sentence that says what was done."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that is handed in."""

    forecast: Forecasts | None = None
    statement_files: StatementFiles | None = None
    expected_hours: ExpectedHours | None = None
    budgets: Budgets | None = None
    accuracy: Accuracy | None = None
    may_spend: MaySpend | None = None
    answering: Answering | None = None
    watching: Watching | None = None
    deeds: Deeds | None = None
    chances: Callable[[Sequence[str]], Mapping[str, float]] | None = None  # that incidents are real; none until known
    metrics: Callable[[], str] | None = None  # numbers about this process, in Prometheus' text format
