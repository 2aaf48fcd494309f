"""What the page behind a message's link asks `alerts`: what is this link for, and do it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

import structlog

from alerts import Asked, LinkRefused, Links, act, incident_by_id, incident_sentences, latest_acts, used
from dashboards import AnswerQuestion, AnswerRefused
from outlay.books import Books
from outlay.home import Home

log = structlog.get_logger("core")

KEY_BYTES = 32
TITLES = {
    "acknowledge": "Acknowledge this incident?",
    "snooze": "Snooze this incident?",
    "expected": "Mark this incident as expected?",
}
VERBS = {"acknowledge": "Acknowledge", "snooze": "Snooze", "expected": "Mark as expected"}


def link_key(home: Home) -> bytes:
    """What signs a home's links; made at the first use, for its owner only."""
    for _ in range(2):
        try:
            return home.link_key.read_bytes()
        except FileNotFoundError:
            fresh = home.link_key.with_suffix(f".{os.getpid()}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(KEY_BYTES))
            try:
                # A link fails where another process was first; then its key is the key.
                os.link(fresh, home.link_key)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
    return home.link_key.read_bytes()


@dataclass(frozen=True, slots=True)
class Answering:
    """The links of one home, read and obeyed."""

    books: Books
    links: Links

    def look(self, token: str, now: datetime) -> AnswerQuestion:
        """What the link would do; raises AnswerRefused for one that does nothing."""
        asked = self._asked(token, now)
        incident = incident_by_id(self.books.warehouse, asked.incident_id)
        if incident is None:
            raise AnswerRefused("this incident is not known any more")
        acts = latest_acts(self.books.warehouse, [asked.incident_id])
        lines = [*incident_sentences(incident), *(done.sentence() for done in acts.values())]
        return AnswerQuestion(
            title=TITLES[asked.action],
            lines=tuple(lines),
            verb=VERBS[asked.action],
            asks_until=asked.action != "acknowledge",
            asks_reason=asked.action == "expected",
        )

    def act(self, token: str, *, by: str, until: datetime | None, reason: str, now: datetime) -> str:
        """Do it, once; a sentence that says what was done."""
        asked = self._asked(token, now)
        try:
            done = act(
                self.books.warehouse,
                asked.incident_id,
                asked.action,
                by,
                now,
                until=until,
                reason=reason,
                digest=asked.digest,
                links=self.links.pages,
            )
        except LinkRefused as refused:
            raise AnswerRefused(_sentence(refused)) from None
        log.info("incident answered", incident=asked.incident_id, action=asked.action, by=done.done_by)
        return done.sentence()

    def _asked(self, token: str, now: datetime) -> Asked:
        try:
            asked = self.links.read(token, now)
        except LinkRefused as refused:
            raise AnswerRefused(_sentence(refused)) from None
        if told := used(self.books.warehouse, asked.digest):
            raise AnswerRefused(_sentence(told))
        return asked


def _sentence(told: object) -> str:
    text = str(told)
    return f"{text[:1].upper()}{text[1:]}."
