"""What a fault came to: its bar, what was seen, whether that holds, and whether it came in time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """One row of the table."""

    fault: str
    bar: str
    seen: str
    holds: bool
    in_time: bool = True  # the bars of time, which are kept on a quiet machine

    @property
    def passes(self) -> bool:
        """Whether every bar is kept."""
        return self.holds and self.in_time

    def __str__(self) -> str:
        return f"{self.fault}: {self.seen} (bar: {self.bar})"


def table(rows: list[Seen]) -> str:
    """Rows as aligned text."""
    lines = [
        ("", "fault", "bar", "seen"),
        *(("✓" if row.passes else "✗", row.fault, row.bar, row.seen) for row in rows),
    ]
    widths = [max(len(line[at]) for line in lines) for at in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
