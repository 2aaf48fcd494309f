"""What the loader of this process has done since it began, counted for whoever asks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Meters:
    """What the loader has done since this process began."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    seconds: float = 0.0
    turns: int = 0
    entries: int = 0
    spans: int = 0
    duplicates: int = 0
    faults: int = 0

    def loaded(self, seconds: float, *, entries: int, spans: int, duplicates: int, faults: int) -> None:
        """Count one turn that found something."""
        with self.turn:
            self.seconds += seconds
            self.turns += 1
            self.entries += entries
            self.spans += spans
            self.duplicates += duplicates
            self.faults += faults
