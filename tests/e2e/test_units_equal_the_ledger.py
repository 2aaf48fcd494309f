"""Ninety days of the demo company: the API's unit metrics are its generator's, for every team, workflow and month."""

from __future__ import annotations

import datetime as dt

import httpx2
import pytest
from demo_compared import COMPARED, Books
from serving import Demo


@pytest.mark.parametrize("name", COMPARED)
def test_a_unit_metric_of_ninety_days_is_the_ledger_s(name: str, demo: Demo) -> None:
    compared = COMPARED[name]
    url = f"{demo.server.web_url}/api/v1/metrics/{compared.metric}"
    told = httpx2.get(url, params={"by": ",".join(compared.by)}, trust_env=False, timeout=60).raise_for_status().json()
    # Young outcomes count from the moment they have matured, and the server's clock goes on.
    as_of = dt.datetime.fromisoformat(told["params"].get("as_of", demo.history.now.isoformat()))
    booked = compared.booked(Books(demo.history.ledger, demo.history.company, told_at=demo.history.now, as_of=as_of))
    assert compared.told(told["rows"], booked) == booked
