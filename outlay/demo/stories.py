"""What goes wrong, and right, in the demo company: when each story happens, to whom, and what it changes.

`stories.toml` tells them; traffic asks the plot what holds at an instant; the ledger says what each one cost.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

from outlay.demo.company import Company, Model, Workflow
from outlay.demo.facts import instant, micros


@dataclass(frozen=True, slots=True)
class Story:
    """One story as a reader finds it. `usd`: what the ledger booked for it between `since` and `until`, exactly: what
    it added (negative: saved), or what its `effect` says; None where there is nothing to know. `calls`: how many billed
    calls it touched."""

    key: str
    title: str
    team: str | None
    workflow: str
    model: str | None
    since: dt.datetime
    until: dt.datetime
    see: str
    effect: str
    usd: Decimal | None = None
    calls: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Chapter:
    """A story's part in the plot: its kind says what it does to the traffic of its workflow from `since` to `until`,
    in microseconds since 1970."""

    key: str
    kind: str
    workflow: Workflow
    since: int
    until: int
    facts: Mapping[str, Any]
    model: Model | None = None

    def holds(self, us: int) -> bool:
        """Whether the story is on at that instant."""
        return self.since <= us < self.until

    def progress(self, us: int) -> float:
        """How far the story has come, 0 to 1."""
        return min(max((us - self.since) / max(self.until - self.since, 1), 0.0), 1.0)


class Plot:
    """All chapters of a history that ends at `now`, found by workflow and kind."""

    def __init__(self, company: Company, since: dt.datetime, now: dt.datetime) -> None:
        self.company, self.since, self.now = company, since, now
        self._told = tomllib.loads(files("outlay.demo").joinpath("stories.toml").read_text(encoding="utf-8"))["stories"]
        workflows = {workflow.name: workflow for workflow in company.workflows}
        self.chapters = tuple(self._chapter(told, workflows) for told in self._told)
        self._by_place = {(chapter.workflow.name, chapter.kind): chapter for chapter in self.chapters}

    def chapter(self, workflow: Workflow, kind: str) -> Chapter | None:
        """The story of that kind that happens to the workflow, if there is one."""
        return self._by_place.get((workflow.name, kind))

    def on(self, workflow: Workflow, kind: str, us: int) -> Chapter | None:
        """The same, if it is on at that instant."""
        chapter = self._by_place.get((workflow.name, kind))
        return chapter if chapter is not None and chapter.holds(us) else None

    def of_kind(self, kind: str) -> Iterator[Chapter]:
        """Every story of that kind."""
        return (chapter for chapter in self.chapters if chapter.kind == kind)

    def stories(self, costs: Mapping[str, tuple[Decimal, int]]) -> list[Story]:
        """The stories with what they cost, from the ledger's books: (dollars, billed calls) by key."""
        return [
            self._story(told, chapter, *costs.get(chapter.key, (Decimal(0), 0)))
            for told, chapter in zip(self._told, self.chapters, strict=True)
        ]

    def _story(self, told: Mapping[str, Any], chapter: Chapter, usd: Decimal, calls: int) -> Story:
        shown = {"usd": f"${abs(usd):,.2f}", "calls": calls, "since": f"{instant(chapter.since):%d %B, %H:%M} UTC"}
        return Story(
            key=chapter.key,
            title=told["title"],
            team=chapter.workflow.team,
            workflow=chapter.workflow.name,
            model=chapter.model.billed_as if chapter.model else None,
            since=max(self.since, instant(chapter.since)),
            until=instant(chapter.until),
            see=told["see"],
            effect=told["effect"].format(**shown),
            usd=None if chapter.kind in {"unpriced", "silence"} else usd,
            calls=calls,
        )

    def _chapter(self, told: Mapping[str, Any], workflows: Mapping[str, Workflow]) -> Chapter:
        since = self._before_end(told["begins"])
        until = self.now
        if "ends" in told:
            until = self._before_end(told["ends"])
        elif "hours" in told:
            # A storm breaks in the middle of a working day.
            since = since.replace(hour=9)
            until = since + dt.timedelta(hours=told["hours"])
        return Chapter(
            key=told["key"],
            kind=told["kind"],
            workflow=workflows[told["workflow"]],
            since=micros(since),
            until=micros(until),
            facts=told,
            model=self.company.models[told["model"]] if "model" in told else None,
        )

    def _before_end(self, text: str) -> dt.datetime:
        count, unit = int(text[:-1]), text[-1]
        if unit == "h":
            return self.now.replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=count)
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=count)
