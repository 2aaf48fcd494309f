"""What the demo company's software did: every task of the history, in the order in which they began.

One seed, one history. Traffic knows nothing of spans (emitters write those) and of sums (the ledger keeps those).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from random import Random
from typing import NamedTuple

from outlay.demo import rhythm
from outlay.demo.company import Company, Workflow
from outlay.demo.consumption import Consumption
from outlay.demo.facts import HOUR, SECOND, Call, Check, Outcome, Task, Tool, micros
from outlay.demo.stories import Chapter, Plot
from outlay.demo.worth import worth

STAGING = 0.07  # share of tasks that are somebody trying something out
GIVE_UP_AFTER = 4  # failed attempts
REPEATED_IN_A_STORM = 0.45  # share of answers that came after the caller had hung up, and were asked for again
MALFORMED = 0.006  # share of an outdated emitter's calls that are followed by a span no one can book


class _Start(NamedTuple):
    """A task about to begin; `surge` is the story without which it would not."""

    at: int
    place: int
    workflow: Workflow
    surge: Chapter | None


class Traffic:
    """The tasks of a company from `since` to `now`, as the plot has it."""

    def __init__(self, company: Company, plot: Plot, since: dt.datetime, now: dt.datetime, seed: int) -> None:
        self._company, self._plot = company, plot
        self._since, self._now = since, now
        self._random = Random(seed)  # noqa: S311 - repeatable is the point
        self._consumption = Consumption(company, plot, self._random)

    def tasks(self) -> Iterator[Task]:
        """Every task that has ended by now."""
        now = micros(self._now)
        for start in sorted(self._starts()):
            begun = self._agent_task(start) if start.workflow.agent else self._single_calls(start)
            yield from (task for task in begun if task.ended <= now)

    def _starts(self) -> Iterator[_Start]:
        period = rhythm.hours(self._since, self._now, self._company.zone)
        place = 0
        for workflow in chain(self._company.workflows, self._company.unattributed):
            silence = self._plot.chapter(workflow, "silence")
            for at in rhythm.starts(workflow.rhythm, workflow.tasks_per_day, workflow.growth, period, self._random):
                if self._since <= at < self._now and (silence is None or micros(at) < silence.since):
                    place += 1
                    yield _Start(micros(at), place, workflow, None)
        for chapter in chain(self._plot.of_kind("loop"), self._plot.of_kind("storm")):
            gap = HOUR // chapter.facts["tasks_per_hour"]
            for at_us in range(max(chapter.since, micros(self._since)), chapter.until, gap):
                place += 1
                yield _Start(at_us + self._random.randrange(gap), place, chapter.workflow, chapter)

    def _agent_task(self, start: _Start) -> Iterator[Task]:
        random, workflow, surge = self._random, start.workflow, start.surge
        loop = surge if surge and surge.kind == "loop" else None
        environment = "staging" if surge is None and random.random() < STAGING else "prod"
        clock = start.at + random.randrange(2_000, 40_000)
        calls: list[Call] = []
        tools: list[Tool] = []
        wanted = loop.facts["calls"] + random.randrange(3) if loop else random.randint(*workflow.calls)
        gave_up = False
        for turn in range(wanted):
            attempts, clock, gave_up = self._attempts(workflow, clock)
            calls += attempts
            if gave_up:
                break
            more = turn + 1 < wanted and bool(workflow.tools)
            for extra in self._repeats(workflow, clock, surge):
                call = self._consumption.call(workflow, environment, clock, turn, surge=extra, more=more)
                calls.append(call)
                clock = call.ended + random.randrange(3_000, 90_000)
            if more:
                ended = clock + random.randrange(20_000, 2_500_000)
                name = workflow.tools[(turn + random.randrange(2)) % len(workflow.tools)]
                # Who runs in a circle asks for the same again and again; what others ask for is told by nobody.
                asked = sha256(name.encode()).hexdigest()[:16] if loop else None
                tools.append(Tool(self._span_id(), clock, ended, name, asked))
                clock = ended + random.randrange(1_000, 8_000)
        checks = self._checks(workflow, start.at, clock, calls, gave_up=gave_up)
        if workflow.judge and any(check.kind == "evaluation" for check in checks):
            calls.append(self._consumption.judge(clock))
            clock = calls[-1].ended + random.randrange(1_000, 9_000)
            checks = [replace(check, at=clock) if check.kind == "evaluation" else check for check in checks]
        ended = clock + random.randrange(500, 5_000)
        blocked = any(check.result == "blocked" and check.source == "output" for check in checks)
        status = "failed" if gave_up or loop else "refused" if blocked else None
        yield Task(
            task_id=f"{workflow.service}-{random.getrandbits(48):012x}",
            trace_id=self._trace_id(),
            root_id=self._span_id(),
            workflow=workflow,
            environment=environment,
            user=self._user(workflow),
            started=start.at,
            ended=ended,
            calls=tuple(calls),
            tools=tuple(tools),
            checks=tuple(checks),
            outcome=self._outcome(workflow, ended, status),
        )

    def _single_calls(self, start: _Start) -> Iterator[Task]:
        """A workflow without an agent: each call is a trace of its own."""
        random, workflow = self._random, start.workflow
        environment = "staging" if random.random() < STAGING else "prod"
        clock = start.at
        for turn in range(random.randint(*workflow.calls)):
            call = self._consumption.call(workflow, environment, clock, turn)
            trace_id = self._trace_id()
            malformed = workflow.emitter == "old-semconv" and random.random() < MALFORMED
            yield Task(
                task_id=trace_id.hex(),
                trace_id=trace_id,
                root_id=call.span_id,
                workflow=workflow,
                environment=environment,
                user="",
                started=clock,
                ended=call.ended,
                calls=(call,),
                tools=(),
                checks=(),
                outcome=self._outcome(workflow, call.ended, None),
                malformed=malformed,
            )
            clock = call.ended + random.randrange(50_000, 3 * SECOND)

    def _attempts(self, workflow: Workflow, clock: int) -> tuple[list[Call], int, bool]:
        """The attempts that failed before one succeeds: (they, when the next may start, whether the caller gave up)."""
        random = self._random
        storm = self._plot.on(workflow, "storm", clock)
        rate = storm.facts["failure_rate"] if storm else workflow.model.provider.failure_rate
        failed: list[Call] = []
        while random.random() < rate:
            failed.append(self._consumption.failure(workflow, clock))
            clock = failed[-1].ended + int(SECOND * 0.6 * 2 ** len(failed) * random.uniform(0.7, 1.3))
            if len(failed) == GIVE_UP_AFTER:
                return failed, clock, True
        return failed, clock, False

    def _repeats(self, workflow: Workflow, clock: int, surge: Chapter | None) -> tuple[Chapter | None, ...]:
        """How often the answer is asked for: each time with the story without which it would not have been."""
        storm = self._plot.on(workflow, "storm", clock)
        return (surge, storm) if storm and self._random.random() < REPEATED_IN_A_STORM else (surge,)

    def _checks(self, workflow: Workflow, began: int, clock: int, calls: list[Call], *, gave_up: bool) -> list[Check]:
        random = self._random
        checks = []
        for guardrail in workflow.guardrails:
            if gave_up and guardrail.source != "input":
                continue
            draw, result = random.random(), "passed"
            for triggered, rate in guardrail.triggers.items():
                if draw < rate:
                    result = triggered
                    break
                draw -= rate
            at = began + 1_000 if guardrail.source == "input" else clock
            span_id = self._span_id() if guardrail.span else None
            checks.append(Check("guardrail", guardrail.name, at, result, source=guardrail.source, span_id=span_id))
        evaluation = workflow.evaluation
        if evaluation and not gave_up and random.random() < evaluation.share:
            prompt = self._plot.on(workflow, "prompt", calls[0].started)
            passed = random.random() < (prompt.facts["pass"] if prompt else evaluation.passed)
            score = round(random.uniform(0.7, 1.0) if passed else random.uniform(0.15, 0.69), 2)
            checks.append(Check("evaluation", evaluation.name, clock, "passed" if passed else "failed", score=score))
        return checks

    def _outcome(self, workflow: Workflow, ended: int, status: str | None) -> Outcome | None:
        if workflow.outcome is None:
            return None
        random = self._random
        drawn = random.choices(list(workflow.rates), list(workflow.rates.values()))[0]
        if status or not workflow.decided_after_hours:
            return worth(workflow, Outcome(workflow.outcome, status or drawn, ended), micros(self._now))
        decided = ended + int(workflow.decided_after_hours * HOUR * random.lognormvariate(0, 0.5))
        if decided > micros(self._now):
            return None
        told = Outcome(workflow.outcome, drawn, decided, span_id=self._span_id(), trace_id=self._trace_id())
        return worth(workflow, told, micros(self._now))

    def _user(self, workflow: Workflow) -> str:
        # A few users do most of the asking.
        return f"user-{int(workflow.users * self._random.random() ** 2):04d}" if workflow.users else ""

    def _span_id(self) -> bytes:
        return self._random.getrandbits(64).to_bytes(8, "big")

    def _trace_id(self) -> bytes:
        return self._random.getrandbits(128).to_bytes(16, "big")
