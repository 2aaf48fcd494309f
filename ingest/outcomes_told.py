"""What entries of the journal tell of outcomes: rows of `reported_outcomes`, and a fault for what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final

import orjson
import polars as pl

from ingest.bodies import WHOLE, Faulty
from ingest.entry import Entry
from ingest.faults import Fault
from ingest.keys import EVERY
from ingest.outcome_requests import SIGNAL
from ingest.outcomes import Outcome, read_back

REPORTED: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "sender": pl.String, "speaks_for": pl.List(pl.String), "outcome_id": pl.String, "digest": pl.String,
    "task_id": pl.String, "trace_id": pl.String, "team": pl.String, "kind": pl.String, "status": pl.String,
    "decided_at": pl.Datetime("us"), "source": pl.String, "value_usd": pl.Decimal(18, 6), "csat": pl.Decimal(4, 2),
    "human_minutes": pl.Decimal(12, 2), "received_at": pl.Datetime("us"), "journal_day": pl.Date,
    "journal_seq": pl.Int64,
}  # fmt: skip


def outcomes_told(entries: Sequence[Entry]) -> tuple[pl.DataFrame, Faulty]:
    """The rows in the order in which they came; faults name entries by their index."""
    rows: list[tuple[Any, ...]] = []
    faults: Faulty = []
    for number, entry in enumerate(entries):
        if entry.signal == SIGNAL:
            try:
                told = [read_back(each) for each in orjson.loads(entry.body)["outcomes"]]
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                faults.append((number, Fault(WHOLE, f"its outcomes cannot be read: {error}")))
            else:
                rows += [_row(entry, outcome) for outcome in told]
    return pl.DataFrame(rows, schema=dict(REPORTED), orient="row"), faults


def _row(entry: Entry, outcome: Outcome) -> tuple[Any, ...]:
    return (
        entry.sender,
        _speaks_for(entry),
        outcome.outcome_id,
        outcome.digest,
        outcome.task_id,
        outcome.trace_id,
        outcome.team,
        outcome.kind,
        outcome.status,
        outcome.decided_at.astimezone(UTC).replace(tzinfo=None),
        outcome.source,
        outcome.value_usd,
        outcome.csat,
        outcome.human_minutes,
        entry.received_at.astimezone(UTC).replace(tzinfo=None),
        entry.day,
        entry.seq,
    )


def _speaks_for(entry: Entry) -> list[str] | None:
    """The teams of whose tasks the entry may tell, beside those it sent itself; None is every team."""
    others = entry.speaks_for or ()
    if EVERY in others:
        return None
    return [team for team in (entry.team, *others) if team is not None]
