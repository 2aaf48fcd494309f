"""Where log lines go: a line that finds no room is dropped, and whoever wrote it goes on."""

from __future__ import annotations

from contextlib import suppress
from typing import TextIO


class Lines:
    """A stream that never raises: the log often lies on the disk whose being full it has to tell."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what there is room for."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Have it written now, if it can be."""
        with suppress(OSError, ValueError):
            self._stream.flush()
