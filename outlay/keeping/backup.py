"""Copy a home as it is, while it serves: the copy is a home itself, so that restoring it is moving a folder.

The core writes the copy of the warehouse, because nobody else may touch its file; the rest is copied here. The
warehouse goes first: what the journal holds beyond it will be read when the copy is opened.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from outlay.home import Home
from outlay.settings.file import FILE
from warehouse import WAREHOUSE_FILE, to_disk

Progress = Callable[[str, float], None]  # what is being copied, and how much of it is done (0 to 1)
FOLDERS = ("archive", "records", "statements")


class NoBackup(RuntimeError):
    """The copy could not be made; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was copied."""

    folder: str
    files: int
    bytes: int


def back_up(home: Home, target: Path, copy_warehouse: Callable[[], Path], progress: Progress) -> BackedUp:
    """Copy a home into a new folder; on return all of it is on disk. `copy_warehouse` gives a copy to be moved there.

    Raises NoBackup when the folder exists already or cannot be written.
    """
    target = target.absolute()
    if target.exists():
        raise NoBackup(f"{target} exists already; name a folder that does not, one for each backup")
    if target.is_relative_to(home.folder.absolute()):
        raise NoBackup(f"{target} lies in the home itself, and would be lost with it; name a folder elsewhere")
    try:
        with _draft(target) as draft:
            progress("The warehouse", 0.0)
            shutil.move(copy_warehouse(), draft / WAREHOUSE_FILE)
            progress("The warehouse", 1.0)
            _copy_journal(home, draft, progress)
            _copy_rest(home, draft)
            files = [path for path in draft.rglob("*") if path.is_file()]
            for path in files:
                to_disk(path)
            size = sum(path.stat().st_size for path in files)
            draft.rename(target)
            to_disk(target.parent)
    except OSError as error:
        raise NoBackup(f"{target} cannot be written: {error.strerror or error}; make room, or name another") from None
    return BackedUp(str(target), len(files), size)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    draft = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _copy_journal(home: Home, draft: Path, progress: Progress) -> None:
    days = sorted(home.journal.glob("*.db")) if home.journal.is_dir() else []
    (draft / home.journal.name).mkdir()
    for number, day in enumerate(days):
        progress("The journal", number / len(days))
        _copy_sqlite(day, draft / home.journal.name / day.name)
    progress("The journal", 1.0)


def _copy_rest(home: Home, draft: Path) -> None:
    if home.keys.exists():
        _copy_sqlite(home.keys, draft / home.keys.name)
        (draft / home.keys.name).chmod(home.keys.stat().st_mode & 0o777)
    if (home.folder / FILE).exists():
        shutil.copy2(home.folder / FILE, draft / FILE)
    for name in FOLDERS:
        if (home.folder / name).is_dir():
            shutil.copytree(home.folder / name, draft / name)


def _copy_sqlite(source: Path, copy: Path) -> None:
    """One database as of one moment, whoever writes to it meanwhile; a file that cannot be read is copied as it is."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(copy)) as writing,
        ):
            reading.backup(writing)
    except sqlite3.DatabaseError:
        copy.unlink(missing_ok=True)
        shutil.copy2(source, copy)
