"""What the loader and the jobs of this process have done since it began, counted for whoever asks."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Meters:
    """What the loader has done since this process began."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    seconds: float = 0.0
    refresh_seconds: float = 0.0  # of these
    turns: int = 0
    entries: int = 0
    spans: int = 0
    duplicates: int = 0
    faults: int = 0

    def refreshed(self, seconds: float) -> None:
        """Count one refresh, of whichever turn."""
        with self.turn:
            self.refresh_seconds += seconds

    def loaded(self, seconds: float, *, entries: int, spans: int, duplicates: int, faults: int) -> None:
        """Count one turn that found something."""
        with self.turn:
            self.seconds += seconds
            self.turns += 1
            self.entries += entries
            self.spans += spans
            self.duplicates += duplicates
            self.faults += faults


@dataclass(slots=True)
class JobMeters:
    """What the jobs have done since this process began; jobs run on threads of their own."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)  # of a job and a result: "done" or "failed"
    seconds: dict[str, float] = field(default_factory=dict)  # of a job

    def ran(self, job: str, result: str, seconds: float) -> None:
        """Count one run, of one period."""
        with self.turn:
            self.runs[job, result] += 1
            self.seconds[job] = self.seconds.get(job, 0.0) + seconds
