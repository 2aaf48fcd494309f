"""What a reader chose to look at, cut down to what they may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.periods import Days
from warehouse import Question


@dataclass(frozen=True, slots=True)
class Selection:
    """Days, teams and an environment, as seen at one instant.

    `teams` None is every team and Unattributed, and only a reader of all teams has it. `before` are the days that the
    complete ones of `days` are compared with.
    """

    days: Days
    before: Days | None
    teams: tuple[str, ...] | None
    environment: str | None
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The business day that is not over yet."""
        return self.now.astimezone(self.zone).date()

    @property
    def partial(self) -> date | None:
        """Today, when the selection reaches into it."""
        return self.today if self.days.first <= self.today < self.days.until else None

    @property
    def complete(self) -> Selection:
        """The same without what is not over yet: the side of a comparison that is fair to the other."""
        return self.on(self.days.complete(self.today))

    @property
    def compared(self) -> Selection | None:
        """The same on the days it is compared with."""
        return self.on(self.before) if self.before else None

    def on(self, days: Days) -> Selection:
        """The same on other days."""
        return replace(self, days=days, before=None)

    def question(self) -> Question:
        """As a metric is asked. What has matured is judged by the hour, so that an answer can be kept for one."""
        since, until = self.days.bounds(self.zone)
        return Question(since, until, self.teams, self.now.replace(minute=0, second=0, microsecond=0))

    def params(self) -> dict[str, Any]:
        """As the queries in `questions/` are asked: naive UTC instants, the zone by name."""
        since, until = self.days.bounds(self.zone)
        return {
            "since": since.replace(tzinfo=None),
            "until": until.replace(tzinfo=None),
            "teams": None if self.teams is None else list(self.teams),
            "environment": self.environment,
            "zone": self.zone.key,
        }
