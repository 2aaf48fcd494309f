"""Tell damage of the warehouse's file from a full disk, a busy file, and a mistake of ours.

DuckDB keeps a checksum of every block and of every entry of its log, so a flipped bit is an error and never another
number. What it does not notice is a log that was cut off: that is found by comparing with what was written down beside
the file (`warehouse.kept`).
"""

from __future__ import annotations

from typing import Final

import duckdb

# What DuckDB 2.0 says when what it reads is not what it wrote; tests/faults damages files until each has been heard.
_DAMAGE: Final = (
    "corrupt",
    "checksum",
    "could not read enough bytes",
    "not a valid duckdb database file",
    "replaying wal",
    "failed to deserialize",
    "serialization error",
    "failed to load metadata pointer",
    "is not a valid block",
)
# The same words may stand around these, which say that the file is sound and the moment is not.
_MOMENT: Final = ("no space left", "disk quota", "out of memory", "set lock on file", "too many open files")
_WAY_OUT: Final = "`outlay serve` and `outlay rebuild` make it anew from the journal, and delete nothing"
_INVALIDATED: Final = "database has been invalidated"


class WarehouseDamaged(RuntimeError):
    """The warehouse's file cannot be read as it was written; it is to be rebuilt from the journal."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence}; {_WAY_OUT}")
        self.sentence = sentence


def damage(error: BaseException) -> str | None:
    """What DuckDB says is damaged, as one line; None when the error is none of damage."""
    if not isinstance(error, duckdb.Error):
        return None
    said = " ".join(str(error).split())
    lowered = said.lower()
    if any(words in lowered for words in _MOMENT):
        return None
    return said[:300] if any(words in lowered for words in _DAMAGE) else None


def unusable(error: BaseException) -> bool:
    """Whether DuckDB refuses all further work until the file is opened anew: after a full disk, for one."""
    return isinstance(error, duckdb.FatalException) or (
        isinstance(error, duckdb.Error) and _INVALIDATED in str(error).lower()
    )
