"""Outcomes from a file: a CSV whose columns are an outcome's fields, through the same judgement as requests."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ingest import EVERY, OUTCOME_FIELDS, Entry, Fault, Journal, Limits, judge_outcomes

OUTCOMES_AN_ENTRY = 1_000
# A cell that is larger is no outcome's; reading it would only fill the memory.
LARGEST_CELL = 32 * 2**20


class NoOutcomes(RuntimeError):
    """A file that cannot be read as outcomes; the sentence says why."""


@dataclass(slots=True)
class Taken:
    """What a file held: outcomes that went into the journal, repeated ones, and the first of the faults."""

    accepted: int = 0
    repeated: int = 0
    rejected: int = 0
    faults: list[Fault] = field(default_factory=list)


def take(
    file: Path,
    journal: Journal,
    *,
    team: str | None,
    limits: Limits,
    now: datetime,
    told: Callable[[int], None] = lambda _rows: None,
) -> Taken:
    """Put a file's outcomes into the journal, as a key of `team` would (None: one that speaks for every team).

    `told` hears how many rows are done. Raises NoOutcomes for a file that is no CSV of outcomes.
    """
    done, read, rows = Taken(), _rows(file), 0
    while chunk := tuple(islice(read, OUTCOMES_AN_ENTRY)):
        found = judge_outcomes(chunk, None, limits, now)
        receipt = found.receipt()
        journal.append(
            [
                Entry(
                    received_at=now,
                    key_id=None,
                    team=team,
                    signal=receipt.signal,
                    content_type=receipt.content_type,
                    content_encoding=receipt.content_encoding,
                    body=receipt.body,
                    faults=receipt.faults,
                    speaks_for=None if team else (EVERY,),
                )
            ]
        )
        done.accepted += len(found.outcomes)
        done.repeated += found.repeated
        done.rejected += found.rejected
        done.faults += found.faults[: max(limits.faults_kept - len(done.faults), 0)]
        rows += len(chunk)
        told(rows)
    return done


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    csv.field_size_limit(LARGEST_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            _refuse_columns(file, reader.fieldnames or ())
            for row in reader:
                yield f"line {reader.line_num}", _told(row)
    except OSError as error:
        raise NoOutcomes(f"{file} cannot be read: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise NoOutcomes(f"{file} is no CSV in UTF-8: {error}; nothing behind that place was taken") from None


def _told(row: dict[str, Any]) -> dict[str, Any]:
    # What stands beyond the header's columns is under None.
    return {name if name is not None else "(beyond the columns)": value for name, value in row.items()}


def _refuse_columns(file: Path, columns: Any) -> None:
    unknown = [name for name in columns if name not in OUTCOME_FIELDS]
    if unknown or "status" not in columns or not {"task_id", "trace_id"} & set(columns):
        what = f"{unknown[0]!r} is no field of an outcome" if unknown else "it needs status, and task_id or trace_id"
        raise NoOutcomes(f"{file}: {what}; its first line names columns among {', '.join(OUTCOME_FIELDS)}")
