"""What the pages may change: the deeds of `alerts`, with refusals as pages show them and a line in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from alerts import (
    ACTIONS,
    WORDS,
    Act,
    Budget,
    Entry,
    LinkRefused,
    Scope,
    act,
    add_planned,
    add_silence,
    end_entry,
    set_budget,
    signed,
    undo,
)
from dashboards import AnswerRefused
from outlay.books import Books
from outlay.keeping.records import keep_records

log = structlog.get_logger("core")


@dataclass(frozen=True, slots=True)
class Deeds:
    """The deeds of one home; `links` is the address of its pages, for messages."""

    books: Books
    links: str

    @property
    def words(self) -> Mapping[str, tuple[str, str]]:
        """The words of feedback on spend out of line: of each its label, and what it does."""
        return {word: (ACTIONS[word], does) for word, does in WORDS.items()}

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
        """Do one of them."""

        def do() -> Act:
            return act(
                self.books.warehouse,
                incident_id,
                action,
                by,
                now,
                until=until,
                reason=reason,
                amount_usd=amount_usd,
                links=self.links,
            )

        return self._done(do, action=action, incident=incident_id)

    def undo(self, incident_id: str, *, by: str, now: datetime) -> str:
        """Take back what was last done about an incident."""
        return self._done(
            lambda: undo(self.books.warehouse, incident_id, by, now, links=self.links),
            action="undo",
            incident=incident_id,
        )

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
        """Say that spend will be unusual."""

        def do() -> Entry:
            return add_planned(
                self.books.warehouse,
                team=team,
                workflow=workflow,
                starts_at=starts_at,
                ends_at=ends_at,
                owner=owner,
                reason=reason,
                by=by,
                now=now,
                most_usd_an_hour=most_usd_an_hour,
            )

        return self._done(do, action="plan")

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
        """Have nothing sent about a scope."""

        def do() -> Entry:
            return add_silence(
                self.books.warehouse,
                team=team,
                workflow=workflow,
                about=about,
                starts_at=starts_at,
                ends_at=ends_at,
                owner=owner,
                reason=reason,
                by=by,
                now=now,
            )

        return self._done(do, action="silence")

    def budget(self, scope: str, *, team: str | None, period: str, amount_usd: Decimal, by: str, now: datetime) -> str:
        """Set a budget from now on."""

        def do() -> Budget:
            told = Budget(Scope.parse(scope, team), period, amount_usd)
            return set_budget(self.books.warehouse, told, by=signed(by), now=now)

        return self._done(do, action="budget", scope=scope)

    def end(self, entry_id: str, *, by: str, now: datetime) -> str:
        """End a planned event or a silence before its time."""
        done = self._done(lambda: end_entry(self.books.warehouse, entry_id, by, now), action="end", entry=entry_id)
        return f"Ended: {done}"

    def _done(self, do: Callable[[], Act | Entry | Budget], **told: str) -> str:
        try:
            done = do()
        except (LinkRefused, ValueError) as refused:
            text = str(refused)
            raise AnswerRefused(f"{text[:1].upper()}{text[1:]}.") from None
        # What people said is on disk a second time before whoever said it hears that it is done.
        keep_records(self.books)
        log.info("said on a page", **told)
        return done.sentence()
