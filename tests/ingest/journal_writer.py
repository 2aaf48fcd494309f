"""A process that appends to a journal until it is killed, saying which entries were acknowledged.

python journal_writer.py FOLDER NAME     → a line NAME:0, NAME:1, … on stdout after each append
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from ingest import Busy, Entry, Journal

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def append_groups(folder: str, name: str, groups: Sequence[int]) -> None:
    """Append NAME:0, NAME:1, … in transactions of the sizes given."""
    journal = Journal(Path(folder))
    number = 0
    for size in groups:
        bodies = [f"{name}:{number + n}".encode() for n in range(size)]
        _keep(journal, [Entry(NOW, None, name, "traces", "application/json", "identity", body) for body in bodies])
        number += size
    journal.close()


def _keep(journal: Journal, entries: list[Entry]) -> None:
    """Append, and again while others have the file for longer than one waits: a disk may be slow."""
    while True:
        try:
            return journal.append(entries)
        except Busy:
            continue


def main(folder: str, name: str) -> None:
    journal = Journal(Path(folder))
    for number in count():
        body = f"{name}:{number}".encode()
        # Larger than a page, so that a kill can fall between the pages of one entry.
        _keep(journal, [Entry(NOW, None, name, "traces", "application/json", "identity", body + b"." * 40_000)])
        sys.stdout.write(f"{body.decode()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
