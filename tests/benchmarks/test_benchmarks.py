"""The scripts that measure still run: on a small size, and whatever they find."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import refresh_growth
import rows
from homes import SINCE, opened
from made_requests import bodies
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from rows import Sending
from served import serving, wait_until_ready


def test_requests_share_no_id_unless_they_are_of_the_same_traces() -> None:
    one, other, again = (
        {span.span_id for span in ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans}
        for number, of in ((0, 0), (1, 0), (0, 1))
        for body in bodies(1, first_at=SINCE, every=timedelta(seconds=1), first=number, again=of)
    )
    assert (len(one & other), len(one & again), len(one)) == (0, 0, 384)


def test_growth_is_measured_for_every_kind_of_arrival(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refresh_growth.table([1_024], 1, 1, None)
    printed = capsys.readouterr().out
    assert [name for name in refresh_growth.ARRIVALS if name not in printed] == []


def test_what_a_home_holds_is_measured(tmp_path: Path) -> None:
    found = [row.what for row in rows.filled(tmp_path, 1_024, 1)]
    with opened(tmp_path) as home:
        held = home.warehouse.query("SELECT count(*) AS calls FROM calls")["calls"].item()
    assert (held, len(found), rows.queries(tmp_path, 1_024, 1, "", "").what) == (
        768,
        2,
        "metric queries at 1,024 spans, CPU-s",
    )


def test_a_server_is_measured(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        wait_until_ready(server)
        sending = Sending(server)
        # Enough for the kernel to see: it tells processor time in hundredths of a second.
        rates = sending.rates(1, lambda: list(sending.bodies(32)))
    assert min(rates.acknowledged, rates.queryable, rates.spans_a_second) > 0
