"""The page of emitters: who needs someone and why, one service by its link, and no word of another team."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawn import opened, words
from northwind import desk, put

from dashboards.desk import Desk, lay
from warehouse import Warehouse

HEARD = {"hour_at": "2026-11-05 10:00:00", "last_at": "2026-11-05 10:01:00"}


@pytest.fixture
def two_services() -> Iterator[Desk]:
    """The shop's streams tell no usage; the bot is sound."""
    with Warehouse.in_memory() as warehouse:
        for number, (service, team) in enumerate([("shop", "Search"), ("bot", "Support"), ("bot", "Support")], start=1):
            told = {"service": service, "team": team, "scope_name": "lib.openai", "scope_version": "1.2"}
            put(warehouse, "heard", {"dialect": "lib", "signal": "span", "spans": 1, **told, **HEARD})
            told |= {"lot": number, "calls": 1, "model": "gpt-5", "hour_at": HEARD["hour_at"]}
            usage = {"cost_usd": "2.5", "costed_calls": 1}
            silent = {"incomplete_because": "OpenAI needs include_usage", "incomplete_calls": 1}
            put(warehouse, "hour_lots", told | (usage if service == "bot" else silent))
        laid = desk(warehouse)
        lay(laid)
        yield laid


def test_who_needs_someone_is_said_with_what_mends_it(two_services: Desk) -> None:
    said = words(opened("emitters.py"))
    assert ("**shop** · lib.openai 1.2" in said, 'stream_options={"include_usage": true}' in said) == (True, True)


def test_what_is_at_risk_is_a_usual_call_for_each_without_a_cost(two_services: Desk) -> None:
    at_risk = next(metric for metric in opened("emitters.py").metric if metric.label == "At risk")
    assert at_risk.value.replace("\\", "") == "~$2.50"


def test_a_link_opens_one_service(two_services: Desk) -> None:
    app = opened("emitters.py", service="bot")
    assert (app.dataframe[0].value["service"].to_list(), len(app.success)) == (["bot"], 1)


def test_a_service_that_nobody_heard_of_shows_all(two_services: Desk) -> None:
    assert len(opened("emitters.py", service="moon").dataframe[0].value) == 2


def test_a_reader_sees_the_emitters_of_their_team(two_services: Desk) -> None:
    lay(desk(two_services.warehouse, keys_required=True))
    said = words(opened("emitters.py", "support"))
    assert ("shop" in said, "bot" in said) == (False, True)


def test_what_a_metric_counts_stands_beside_what_the_calls_told(two_services: Desk) -> None:
    point = {"service": "bot", "scope_name": "lib.openai", "metric": "gen_ai.client.token.usage", "team": "Support"}
    counted = {"point_no": 1, "token_class": "output", "counted_at": HEARD["hour_at"]}
    put(two_services.warehouse, "points", point | counted)
    put(two_services.warehouse, "increments", {"point_no": 1, "added": "900"})
    shown = opened("emitters.py", service="bot").dataframe[1].value
    assert shown.select_dtypes("number").fillna(0).to_numpy().tolist() == [[900, 0, 100]]
