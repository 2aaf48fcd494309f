"""What metrics counted, as rows of `points`: each data point that counts tokens or their cost, in its dialect.

One reading for all: a `Meter` says which class a point is; model, provider and owner stand in its attributes and on
its resource, as on a span.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fnmatch import fnmatchcase
from typing import Final

import orjson
import polars as pl

from ingest.reading import kept, words
from ingest.reading.dialect import Aliases, Field, Meter
from ingest.reading.gen_ai import GEN_AI
from ingest.reading.lots import of_rows
from ingest.reading.present import first_present
from ingest.wire import Attributes, Columns
from ingest.wire_points import PointColumns

_OWNER: Final = ("team", "workflow", "cost_centre", "environment", "user_id", "task_id")
_SOURCE: Final = ("service", "instance_id", "session_id")
_MODEL: Final[Aliases] = {
    **{field: GEN_AI[field] for field in ("provider", "server", "service_tier")},
    "request_model": (*GEN_AI["request_model"], "model"),
    "response_model": GEN_AI["response_model"],
    "operation": GEN_AI["operation"],
    "user_id": ("user.email",),
}
# No sender ever used as much, and sums of it still fit their columns.
LARGEST: Final = 10**18
PLACES: Final = Decimal("1e-12")  # as the table has them; polars panics at a text of fifty
EXACTLY: Final = Context(prec=38)

_POINT: Final = (
    *("entry", "resource_id", "scope_name", "scope_version", "metric", "kind", "temporality", "monotonic"),
    *("series", "started_at", "counted_at", "value", "count", "token_class", "dialect", "meter_rank"),
    *(*_SOURCE, *(name for name in _OWNER if name != "task_id")),
    *("provider", "model", "operation", "service_tier"),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """The points of metrics that some meter reads, on their way to the table; `countable` ends it.

    `columns` holds their attributes and resources, in the shape of spans and in the order of `points`; `resources`
    are as in a reading. `others`: how many points counted something else, by `entry`, `scope_name` and `name`.
    """

    points: pl.DataFrame
    columns: Columns
    resources: pl.DataFrame
    others: pl.DataFrame


def read_points(columns: PointColumns, meters: Sequence[Meter], owners: Aliases) -> Counted:
    """Read the points that count tokens or money; the first of `meters` that fits says what a point is."""
    places = columns.points.select("scope_name", "metric")
    known = _metered(places, meters)
    others = columns.points.filter(~known).group_by("entry", "scope_name", name="metric").agg(records=pl.len())
    points = columns.points.filter(known).with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
    attributes = of_rows(columns.attributes, known)
    resources = kept.resources(columns.resources, columns.resource_count)
    zero = pl.Series([0], dtype=pl.UInt8)
    aliases: Aliases = {**owners, **_MODEL, "user_id": (*_MODEL["user_id"], *owners.get("user_id", ()))}
    told = first_present(attributes, zero.new_from_index(0, points.height), {0: aliases}).fields
    around = first_present(columns.resources, zero.new_from_index(0, columns.resource_count), {0: aliases}).fields
    around = pl.concat([around, resources.select("resource_id")], how="horizontal")[points["resource"]]
    named = _named(points, told, around)
    said = attributes.named()
    read = _classed(named, said, meters).with_columns(series=_series(named, said))
    return Counted(
        points=read,
        columns=Columns(
            spans=points,
            attributes=attributes,
            resources=columns.resources,
            resource_count=columns.resource_count,
            events=pl.DataFrame(),
            event_attributes=Attributes(attributes.names, attributes.pairs.clear()),
            faults=(),
        ),
        resources=resources.filter(pl.col("resource_id").is_in(read["resource_id"].implode())).unique("resource_id"),
        others=others,
    )


def countable(points: pl.DataFrame) -> pl.DataFrame:
    """The points that say what and since when they count, as rows of the table `points`, still with their `entry`."""
    counts = pl.col("token_class").is_not_null() & pl.col("value").is_between(0, LARGEST)
    found = points.filter(counts & pl.col("temporality").is_not_null() & pl.col("monotonic"))
    return found.with_columns(_exact(found["value"])).select(_POINT)


def _metered(places: pl.DataFrame, meters: Sequence[Meter]) -> pl.Series:
    """Whether some meter reads points of this metric in this scope."""
    rows = [
        (scope, metric, any(_fits(meter, scope, metric, None) for meter in meters))
        for scope, metric in places.unique().iter_rows()
    ]
    table = pl.DataFrame(rows, schema={"scope_name": pl.String, "metric": pl.String, "known": pl.Boolean}, orient="row")
    return places.join(table, on=["scope_name", "metric"], how="left", maintain_order="left")["known"]


def _fits(meter: Meter, scope: str, metric: str, provider: str | None) -> bool:
    return (
        fnmatchcase(metric, meter.metric)
        and any(fnmatchcase(scope, pattern) for pattern in meter.scopes)
        and (provider is None or any(fnmatchcase(provider, pattern) for pattern in meter.providers))
    )


def _named(points: pl.DataFrame, told: pl.DataFrame, around: pl.DataFrame) -> pl.DataFrame:
    fields: tuple[Field, ...] = ("provider", "server", "request_model", "response_model", "operation", "service_tier")
    found = points.with_columns(
        *(told[name] for name in fields),
        *(told[name].zip_with(told[name].is_not_null(), around[name]) for name in (*_SOURCE, *_OWNER)),
        around["resource_id"],
    )
    found = found.with_columns(*words.billed(found).get_columns(), words.service_tier())
    return found.with_columns(pl.coalesce("response_model", "request_model").alias("model"))


def _classed(points: pl.DataFrame, said: pl.DataFrame, meters: Sequence[Meter]) -> pl.DataFrame:
    """The points with `token_class`, `dialect` and `meter_rank`; null where the attribute names no class of ours."""
    telling = sorted({meter.told_by for meter in meters if meter.told_by})
    words_said = {
        key: points.select("row").join(
            said.filter(pl.col("key") == key).select("row", "value"), on="row", how="left", maintain_order="left"
        )["value"]
        for key in telling
    }
    asked = points.select("scope_name", "metric", pl.col("provider").fill_null("")).hstack(
        [words_said[key].fill_null("").alias(key) for key in telling]
    )
    rows = []
    for found in asked.unique().iter_rows(named=True):
        scope, metric, provider = found["scope_name"], found["metric"], found["provider"]
        meter = next((meter for meter in meters if _fits(meter, scope, metric, provider)), None)
        kind = meter.classes.get(found[meter.told_by] if meter.told_by else "") if meter else None
        rows.append({**found, "token_class": kind, "dialect": meter.dialect if meter else None,
                     "meter_rank": meter.rank if meter else None})  # fmt: skip
    schema = dict.fromkeys([*asked.columns, "token_class", "dialect"], pl.String) | {"meter_rank": pl.Int8}
    table = pl.DataFrame(rows, schema=schema)
    classed = asked.join(table, on=asked.columns, how="left", maintain_order="left")
    return points.hstack(classed.select("token_class", "dialect", "meter_rank"))


def _series(points: pl.DataFrame, said: pl.DataFrame) -> pl.Series:
    """What a time series is: its resource, scope, metric, temporality and attributes, as a digest."""
    grouped = said.group_by("row", maintain_order=True).agg("key", "value")
    pairs = dict(zip(grouped["row"], zip(grouped["key"], grouped["value"], strict=True), strict=True))
    digests = []
    for row, *identity in points.select(
        "row", "resource_id", "scope_name", "metric", "kind", "temporality"
    ).iter_rows():
        keys, values = pairs.get(row, ((), ()))
        body = orjson.dumps([identity, sorted(zip(keys, ((value or "") for value in values), strict=True))])
        digests.append(hashlib.blake2b(body, digest_size=12).hexdigest())
    return pl.Series("series", digests, dtype=pl.String)


def _exact(values: pl.Series) -> pl.Series:
    """A double as the decimal it was written as, the shortest text that reads as it, to twelve places."""
    texts = [EXACTLY.quantize(Decimal(repr(value)), PLACES) for value in values]
    return pl.Series("value", texts, dtype=pl.Decimal(38, 12))
