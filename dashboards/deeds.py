"""What a page may change, handed in by whoever starts the server: nothing here writes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol


class Deeds(Protocol):
    """What people may do about incidents, say ahead, and let be spent; everything is signed.

    Every deed gives a sentence that says what was done, and raises AnswerRefused with one that says why not.
    """

    @property
    def words(self) -> Mapping[str, tuple[str, str]]:
        """The words of feedback on a spike: of each its label, and what it does."""

    def act(
        self,
        incident_id: str,
        action: str,
        *,
        by: str,
        now: datetime,
        until: datetime | None = None,
        reason: str = "",
        amount_usd: Decimal | None = None,
    ) -> str:
        """Acknowledge, snooze (`until`), expect (`until`, `reason`, dollars an hour), or one of the words."""

    def undo(self, incident_id: str, *, by: str, now: datetime) -> str:
        """Take back what was last done about an incident."""

    def plan(
        self,
        *,
        team: str | None,
        workflow: str | None,
        starts_at: datetime,
        ends_at: datetime,
        owner: str,
        reason: str,
        most_usd_an_hour: Decimal | None,
        by: str,
        now: datetime,
    ) -> str:
        """Say that spend will be unusual; None is every team, every workflow; instants are aware."""

    def silence(
        self,
        *,
        team: str | None,
        workflow: str | None,
        about: str | None,
        starts_at: datetime,
        ends_at: datetime,
        owner: str,
        reason: str,
        by: str,
        now: datetime,
    ) -> str:
        """Have nothing sent; `about` is a kind of incident, None is all."""

    def budget(self, scope: str, *, team: str | None, period: str, amount_usd: Decimal, by: str, now: datetime) -> str:
        """Set a budget from now on; `scope` as 'company' or 'team:support', None is everybody's, 0 takes it away."""

    def end(self, entry_id: str, *, by: str, now: datetime) -> str:
        """End a planned event or a silence before its time."""
