"""The demo's script: which requests are sent, in which order, and when months are closed in between.

Steps come in the company's time. The days some vans report late come after the close of their month.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from outlay.demo.closing import Closing, closings
from outlay.demo.company import Company
from outlay.demo.emitters import Parcel, Pen, write_task
from outlay.demo.facts import HOUR, Task, instant, micros
from outlay.demo.ledger import Ledger
from outlay.demo.stories import Plot, Story
from outlay.demo.traffic import Traffic

SEED = 20_261
DAYS = 90
SPANS_A_REQUEST = 450  # a task is never split, so a request holds at most a task more
TRACES = "/v1/traces"
OUTCOMES = "/v1/outcomes"
RESENT_EVERY = 40  # every so many requests the exporter does not hear the answer, and sends the request again


@dataclass(frozen=True, slots=True)
class Send:
    """POST this body to `path`. `refused` of its `spans` are malformed; `progress` is 0 to 1 over the history."""

    body: bytes = field(repr=False)
    content_type: str
    content_encoding: str | None
    spans: int
    refused: int
    progress: float
    path: str = TRACES


@dataclass(frozen=True, slots=True)
class Refresh:
    """Everything sent so far must be in the warehouse and refreshed before the next step."""


@dataclass(frozen=True, slots=True)
class CloseMonth:
    """Finance closes the month ('2026-10'), at that instant."""

    month: str
    at: dt.datetime


Step = Send | Refresh | CloseMonth


class History:
    """A company's history as steps. Its ledger and its stories are complete when the steps have been drawn, once.

    `now` is aware; `days` is how far back the history goes. The same arguments give the same bytes.
    """

    def __init__(self, now: dt.datetime, days: int = DAYS, seed: int = SEED) -> None:
        self.now = now.astimezone(dt.UTC).replace(microsecond=0)
        self.since = self.now.replace(hour=0, minute=0, second=0) - dt.timedelta(days=days)
        self.company = Company.read(self.now)
        self.ledger = Ledger(self.company.zone)
        self.closings = closings(self.since, self.now, self.company.zone)
        self._plot = Plot(self.company, self.since, self.now)
        self.seed = seed
        self._lanes: dict[str, _Lane] = {}
        self._reopened: list[Task] = []  # whose reopening the ticket system has yet to report
        self._posts = 0

    def __iter__(self) -> Iterator[Step]:
        """The steps, in order."""
        traffic = Traffic(self.company, self._plot, self.since, self.now, self.seed)
        held: dict[str, list[Task]] = {closing.month: [] for closing in self.closings}
        to_close = list(self.closings)
        for task in traffic.tasks():
            while to_close and task.started >= micros(to_close[0].closed_at):
                yield from self._close(to_close.pop(0), held)
            month = self._late_for(task)
            if month is not None:
                held[month].append(task)
            else:
                self.ledger.book(task)
                yield from self._write(task)
        for closing in to_close:
            yield from self._close(closing, held)
        yield from self._flush()
        yield from self._report(micros(self.now) + 1)
        yield Refresh()

    def stories(self) -> list[Story]:
        """What there is to find, with the dollars the ledger booked for it."""
        costs = dict(self.ledger.extras)
        for chapter in self._plot.of_kind("over-budget"):
            costs[chapter.key] = self._over_budget(chapter.workflow.team or "")
        return self._plot.stories(costs)

    def _close(self, closing: Closing, held: dict[str, list[Task]]) -> Iterator[Step]:
        yield from self._flush()
        yield from self._report(micros(closing.closed_at))
        yield Refresh()
        yield CloseMonth(closing.month, closing.closed_at)
        self.ledger.close(closing.month)
        story = next(chapter.key for chapter in self._plot.of_kind("late"))
        for task in held.pop(closing.month):
            self.ledger.book(task, late_for=story)
            yield from self._write(task)

    def _report(self, until: int) -> Iterator[Send]:
        """What the ticket system has to tell of the tasks that were sent: those reopened before that instant."""
        due = [task for task in self._reopened if task.outcome and (task.outcome.reopened or until) < until]
        self._reopened = [task for task in self._reopened if task not in due]
        if not due:
            return
        for task in due:
            self.ledger.reopen(task)
        body = json.dumps([_reopening(task) for task in due]).encode()
        done = min((instant(until) - self.since) / (self.now - self.since), 1.0)
        yield Send(body, "application/json", None, spans=0, refused=0, progress=done, path=OUTCOMES)

    def _late_for(self, task: Task) -> str | None:
        """The month that will be closed before this task's spans arrive; None for the punctual ones."""
        chapter = self._plot.chapter(task.workflow, "late")
        if chapter is None:
            return None
        held = chapter.facts["held_hours"] * HOUR
        for closing in self.closings:
            if micros(closing.until) - held <= task.started < micros(closing.until):
                return closing.month
        return None

    def _write(self, task: Task) -> Iterator[Send]:
        encoding = task.workflow.encoding
        lane = self._lanes.get(encoding)
        if lane is None:
            lane = self._lanes[encoding] = _Lane(encoding)
        write_task(lane.pen, task)
        if task.outcome and task.outcome.reopened is not None:
            self._reopened.append(task)
        lane.refused += task.malformed
        lane.last = task.started
        if len(lane.pen.parcel) >= SPANS_A_REQUEST:
            yield from self._posted(lane)

    def _flush(self) -> Iterator[Send]:
        for lane in self._lanes.values():
            if len(lane.pen.parcel):
                yield from self._posted(lane)

    def _posted(self, lane: _Lane) -> Iterator[Send]:
        done = (instant(lane.last) - self.since) / (self.now - self.since)
        sent = lane.sent(min(max(done, 0.0), 1.0))
        self.ledger.spans += sent.spans - sent.refused
        self.ledger.refused_spans += sent.refused
        yield sent
        self._posts += 1
        if self._posts % RESENT_EVERY == 0:
            self.ledger.resent_spans += sent.spans - sent.refused
            yield sent

    def _over_budget(self, team: str) -> tuple[Decimal, int]:
        """What the team spent above its budget, over the months that ended within the history."""
        budget = self.company.teams[team].monthly_budget_usd
        over, calls = Decimal(0), 0
        for total in self.ledger.totals(by=("team", "month")):
            if total.of[0] == team and total.cost_usd > budget:
                over += total.cost_usd - budget
                calls += total.calls
        return over, calls


def _reopening(task: Task) -> dict[str, str]:
    """An outcome as /v1/outcomes takes it."""
    if task.outcome is None or task.outcome.reopened is None:
        raise ValueError(f"task {task.task_id} was not reopened")
    return {
        "outcome_id": f"crm-{task.task_id}",
        "task_id": task.task_id,
        "kind": task.outcome.kind,
        "status": "reopened",
        "decided_at": instant(task.outcome.reopened).isoformat(),
        "source": "human",
    }


class _Lane:
    """Services that share a way of sending: through the collector, or directly in their own encoding."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.pen = Pen()
        self.refused = 0
        self.last = 0

    def sent(self, progress: float) -> Send:
        """Take what the lane holds; it starts afresh."""
        parcel, refused = self.pen.parcel, self.refused
        self.pen.parcel, self.refused = Parcel(), 0
        body = parcel.json() if self.encoding == "json" else parcel.protobuf()
        return Send(
            body=gzip.compress(body, 6, mtime=0) if self.encoding == "gzip" else body,
            content_type="application/json" if self.encoding == "json" else "application/x-protobuf",
            content_encoding="gzip" if self.encoding == "gzip" else None,
            spans=len(parcel),
            refused=refused,
            progress=progress,
        )


def script(now: dt.datetime, days: int = DAYS, seed: int = SEED) -> Iterator[Step]:
    """The steps of a history, for whoever does not need its ledger."""
    return iter(History(now, days, seed))
