"""Data points of every kind and temporality, in any order and told again: what is counted is what was used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    ExponentialHistogramDataPoint,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
)
from otlp_requests import pairs

from ingest import Entry, Journal
from ingest.loader import load
from warehouse import Warehouse, refresh

DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
BEGAN = datetime(2026, 10, 3, 9, tzinfo=UTC)
SCOPE = "opentelemetry.instrumentation.openai_v2"
KINDS = ("sum", "histogram", "exponential_histogram")


@dataclass(frozen=True)
class Point:
    """What one export of one counter says."""

    tokens: float
    at: datetime
    since: datetime = BEGAN
    temporality: int = CUMULATIVE
    kind: str = "sum"
    token_type: str = "output"


def entry(point: Point) -> Entry:
    """The point as a request of its own."""
    told = {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.provider.name": "openai",
        "gen_ai.token.type": point.token_type,
    }
    facts = {
        "attributes": pairs(told),
        "start_time_unix_nano": int(point.since.timestamp() * 1e9),
        "time_unix_nano": int(point.at.timestamp() * 1e9),
    }
    metric = Metric(name="gen_ai.client.token.usage")
    data = getattr(metric, point.kind)
    data.aggregation_temporality = point.temporality
    if point.kind == "sum":
        metric.sum.is_monotonic = True
        data.data_points.append(NumberDataPoint(as_int=int(point.tokens), **facts))
    else:
        of_kind = HistogramDataPoint if point.kind == "histogram" else ExponentialHistogramDataPoint
        data.data_points.append(of_kind(sum=point.tokens, count=3, **facts))
    request = ExportMetricsServiceRequest()
    of_resource = request.resource_metrics.add()
    of_resource.resource.attributes.extend(pairs({"service.name": "bot"}))
    of_scope = of_resource.scope_metrics.add()
    of_scope.scope.name = SCOPE
    of_scope.metrics.append(metric)
    return Entry(point.at, None, None, "metrics", "application/x-protobuf", "", request.SerializeToString())


def counted(batches: Iterable[Sequence[Point]]) -> int:
    """The output tokens of all calls after these batches, each read and refreshed before the next one comes."""
    with (
        Warehouse.in_memory() as warehouse,
        TemporaryDirectory() as folder,
        closing(Journal(Path(folder))) as journal,
    ):
        for batch in batches:
            journal.append([entry(point) for point in batch])
            while load(journal, warehouse).entries:
                pass
            refresh(warehouse)
        return int(warehouse.query("SELECT coalesce(sum(output_text), 0) FROM calls WHERE billed").item())


def minutes(number: float) -> datetime:
    return BEGAN + timedelta(minutes=number)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cumulative_counter_counts_what_it_rose(kind: str) -> None:
    points = [Point(tokens, minutes(number), kind=kind) for number, tokens in enumerate((10, 10, 35), start=1)]
    assert counted([points]) == 35


@pytest.mark.parametrize("kind", KINDS)
def test_a_delta_counts_each_point(kind: str) -> None:
    points = [
        Point(tokens, minutes(number), minutes(number - 1), DELTA, kind) for number, tokens in enumerate((10, 25, 5), 1)
    ]
    assert counted([points]) == 40


def test_a_sum_smaller_than_anything_is_nothing_and_stops_nobody() -> None:
    points = [Point(tokens, minutes(number), kind="histogram") for number, tokens in enumerate((5e-324, 1e-90, 40), 1)]
    assert counted([points]) == 40


def test_a_number_that_nobody_can_have_used_is_left_out_and_stops_nobody() -> None:
    absurd = [Point(2**53 - 1, minutes(number), minutes(number - 1), DELTA) for number in range(1, 4)]
    assert counted([[*absurd, Point(40, minutes(4), minutes(3), DELTA)]]) == 40


def test_a_process_that_began_again_counts_from_nothing() -> None:
    points = [Point(50, minutes(1)), Point(20, minutes(3), since=minutes(2))]
    assert counted([points]) == 70


def test_a_counter_that_fell_without_saying_so_began_again() -> None:
    assert counted([[Point(50, minutes(1)), Point(20, minutes(2))]]) == 70


def test_a_counter_whose_beginning_nobody_knows_says_where_it_stands_first() -> None:
    unknown = datetime(1970, 1, 1, tzinfo=UTC)
    assert counted([[Point(900, minutes(1), since=unknown), Point(930, minutes(2), since=unknown)]]) == 30


def test_a_late_point_changes_what_the_next_one_added_and_not_the_sum() -> None:
    assert counted([[Point(10, minutes(1)), Point(60, minutes(3))], [Point(40, minutes(2))]]) == 60


@settings(max_examples=12)
@given(
    steps=st.lists(st.integers(0, 1_000), min_size=1, max_size=8),
    begins_again=st.integers(1, 8),
    temporality=st.sampled_from((DELTA, CUMULATIVE)),
    kind=st.sampled_from(KINDS),
    cuts=st.integers(1, 3),
    seed=st.integers(0, 2**16),
)
def test_any_order_and_repetition_of_a_counter_s_points_counts_what_was_used(
    *, steps: list[int], begins_again: int, temporality: int, kind: str, cuts: int, seed: int
) -> None:
    points, total, since = [], 0, BEGAN
    for number, step in enumerate(steps, start=1):
        if number == begins_again:
            total, since = 0, minutes(number - 0.5)
        total += step
        told, began = (total, since) if temporality == CUMULATIVE else (step, minutes(number - 1))
        points.append(Point(told, minutes(number), began, temporality, kind))
    chance = Random(seed)
    again = points + chance.sample(points, k=len(points) // 2)
    chance.shuffle(again)
    assert counted([again[cut::cuts] for cut in range(cuts)]) == sum(steps)
