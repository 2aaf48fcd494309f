"""What a fault came to: its bar, what was seen, and whether that holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """One row of the table."""

    fault: str
    bar: str
    seen: str
    holds: bool

    def __str__(self) -> str:
        return f"{self.fault}: {self.seen} (bar: {self.bar})"


def table(rows: list[Seen]) -> str:
    """Rows as aligned text."""
    lines = [("", "fault", "bar", "seen"), *(("✓" if row.holds else "✗", row.fault, row.bar, row.seen) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
