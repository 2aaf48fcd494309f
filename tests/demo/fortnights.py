"""A fortnight of the demo company with a month's end in it: most facts can be seen there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from recount import Span, spans

from outlay.demo import OUTCOMES, CloseMonth, History, Refresh, Send, Step

NOW = dt.datetime(2026, 11, 12, 10, 30, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Drawn:
    history: History
    steps: tuple[Step, ...]

    @property
    def sends(self) -> list[Send]:
        return [step for step in self.steps if isinstance(step, Send) and step.path != OUTCOMES]

    @property
    def reports(self) -> list[Send]:
        """What the ticket system sent beside the spans."""
        return [step for step in self.steps if isinstance(step, Send) and step.path == OUTCOMES]

    @cached_property
    def spans(self) -> list[Span]:
        return spans(self.sends)

    @property
    def closes(self) -> list[CloseMonth]:
        return [step for step in self.steps if isinstance(step, CloseMonth)]

    def after(self, close: CloseMonth) -> list[Step]:
        return list(self.steps[self.steps.index(close) + 1 :])

    def is_settled_before(self, close: CloseMonth) -> bool:
        return isinstance(self.steps[self.steps.index(close) - 1], Refresh)
