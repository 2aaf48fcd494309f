"""What entries of all three signals tell: spans, log records that are read as spans, and data points that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from ingest.bodies import of_no_signal
from ingest.dialects import DIALECTS, METERS
from ingest.entry import Entry
from ingest.faults import Fault
from ingest.owner import SPELLINGS, Owners
from ingest.owner_rules import ruled
from ingest.reading import Reading, read
from ingest.reading.lots import lots
from ingest.reading.metrics import countable, read_points
from ingest.reading.records import as_spans
from ingest.signals import LOGS, METRICS
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


@dataclass(frozen=True, slots=True)
class Told:
    """`reading` holds spans and records, `points` rows of their table; `faults` name entries by their index.

    `others`: how many log records and data points told nothing of ours, by `entry`, `signal`, `scope_name`, `name`.
    """

    reading: Reading
    points: pl.DataFrame
    others: pl.DataFrame
    faults: tuple[tuple[int, Fault], ...]


def told(entries: Sequence[Entry], owners: Owners) -> Told:
    """Read everything the entries hold."""
    found, others = calls_told(entries)
    points = point_columns(entries)
    reading = read(found, DIALECTS, SPELLINGS)
    counted = read_points(points, METERS, SPELLINGS)
    return Told(
        reading=replace(
            reading,
            spans=ruled(reading.spans, found, entries, owners.rules),
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
        faults=(*found.faults, *points.faults, *of_no_signal(entries)),
    )


def calls_told(entries: Sequence[Entry]) -> tuple[Columns, pl.DataFrame]:
    """The spans of the entries, and their log records that are read as spans; beside them, how many others."""
    spans, logs = columns(entries), log_columns(entries)
    records, others = as_spans(logs, DIALECTS, SPELLINGS, entries)
    return (lots(spans, records) if logs.spans.height or logs.faults else spans), others
