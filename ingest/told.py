"""What entries of all three signals tell: spans, log records that are read as spans, and data points that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import polars as pl

from ingest.bodies import Faulty, of_no_signal
from ingest.dialects import DIALECTS, METERS
from ingest.entry import Entry
from ingest.faults import Fault
from ingest.owner import SPELLINGS, Owners
from ingest.owner_rules import named_tasks, ruled
from ingest.reading import Dialect, Reading, read
from ingest.reading.lots import lots
from ingest.reading.metrics import Counted, countable, read_points
from ingest.reading.records import as_spans
from ingest.signals import LOGS, METRICS, Signal
from ingest.wire import Columns, columns
from ingest.wire_logs import log_columns
from ingest.wire_points import point_columns

_OTHERS: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "entry": pl.UInt32,
    "signal": pl.String,
    "scope_name": pl.String,
    "name": pl.String,
    "records": pl.UInt32,
}
_OF_NOTHING: Final = pl.DataFrame(schema={name: kind for name, kind in _OTHERS.items() if name != "signal"})


@dataclass(frozen=True, slots=True)
class Told:
    """`reading` holds spans and records, `points` rows of their table; `faults` name entries by their index.

    `others`: how many log records and data points told nothing of ours, by `entry`, `signal`, `scope_name`, `name`.
    """

    reading: Reading
    points: pl.DataFrame
    others: pl.DataFrame
    faults: tuple[tuple[int, Fault], ...]


def told(entries: Sequence[Entry], owners: Owners, spoken: Sequence[Dialect] = DIALECTS) -> Told:
    """Read everything the entries hold."""
    found, others = calls_told(entries, spoken)
    counted, unread = _points_told(entries)
    reading = read(found, spoken, SPELLINGS)
    return Told(
        reading=replace(
            reading,
            spans=named_tasks(ruled(reading.spans, found, entries, owners.rules), found, entries, owners.tasks),
            resources=pl.concat([reading.resources, counted.resources]).unique("resource_id", maintain_order=True),
        ),
        points=countable(ruled(counted.points, counted.columns, entries, owners.rules)),
        others=pl.concat(
            [
                pl.DataFrame(schema=_OTHERS),
                *(
                    lot.with_columns(signal=pl.lit(signal.name)).select(list(_OTHERS))
                    for signal, lot in ((LOGS, others), (METRICS, counted.others))
                ),
            ]
        ),
        faults=(*found.faults, *unread, *of_no_signal(entries)),
    )


def calls_told(entries: Sequence[Entry], spoken: Sequence[Dialect] = DIALECTS) -> tuple[Columns, pl.DataFrame]:
    """The spans of the entries, and their log records that are read as spans; beside them, how many others."""
    spans = columns(entries)
    if not _any(entries, LOGS):
        return spans, _OF_NOTHING
    records, others = as_spans(log_columns(entries), spoken, SPELLINGS, entries)
    return lots(spans, records), others


def _points_told(entries: Sequence[Entry]) -> tuple[Counted, Faulty]:
    if not _any(entries, METRICS):
        return _no_points(), []
    points = point_columns(entries)
    return read_points(points, METERS, SPELLINGS), list(points.faults)


@cache
def _no_points() -> Counted:
    """What is read where there are no metrics: most batches hold one signal, and a reading costs even then."""
    return read_points(point_columns([]), METERS, SPELLINGS)


def _any(entries: Sequence[Entry], signal: Signal) -> bool:
    return any(entry.signal == signal.name for entry in entries)
