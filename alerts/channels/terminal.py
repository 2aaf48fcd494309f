"""Write a message where `outlay serve` was started: a block that stands out and reads well."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TextIO

from alerts.channels.contract import LINE_LENGTH, NotSent, Posted, Unusable, Wiring
from alerts.plain import plain

WIDTH = 100  # of a line, so that a block fits beside a log


@dataclass(frozen=True, slots=True)
class Terminal:
    """A stream."""

    stream: TextIO
    name: str = "terminal"

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """The stream the deployment gave."""
        if wiring.terminal is None:
            raise Unusable("there is no terminal to write to")
        return cls(wiring.terminal, wiring.name)

    def send(self, message: Posted, now: datetime) -> None:  # noqa: ARG002 - every channel is told the time
        """Write the block and flush it; raises NotSent when the stream is closed or broken."""
        try:
            self.stream.write(block(message))
            self.stream.flush()
        except (OSError, ValueError) as error:
            raise NotSent(f"the terminal could not be written to: {error}") from None


def block(message: Posted) -> str:
    """The message as lines between two rules; a link stands on a line of its own, so that it can be clicked."""
    wrapped = [row for line in message.lines for row in textwrap.wrap(line, WIDTH - 2, break_on_hyphens=False) or [""]]
    answers = [f"{action.label}: {action.url}" for action in message.actions]
    shown = [plain(message.subject, LINE_LENGTH), *(f"  {row}" for row in (*wrapped, *answers))]
    return "\n".join(["", "─" * WIDTH, *shown, "─" * WIDTH, ""])
