"""Every page as Streamlit runs it: for a full house and for an empty one, with the numbers and words it promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from drawn import PAGES, opened, words
from made_once import new_warehouse
from northwind import LAG, NOW, company, desk, incident, put
from streamlit.testing.v1 import AppTest

from dashboards import Forecast, Lag, Sources, StatementFile
from dashboards.desk import Desk, lay
from warehouse import Month, Warehouse, close_month


@pytest.fixture
def empty() -> Iterator[Desk]:
    with new_warehouse() as warehouse:
        laid = desk(warehouse, lag=Lag(0, 0, 0.0, None))
        lay(laid)
        yield laid


@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws(open_desk: Desk, page: str) -> None:
    app = opened(page)
    assert (list(app.exception), bool(app.title)) == ([], True)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_says_how_to_send_the_first_span(empty: Desk, page: str) -> None:
    app = opened(page)
    assert (list(app.exception), "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318" in words(app)) == ([], True)


@pytest.mark.parametrize("page", PAGES)
def test_a_period_without_calls_says_when_the_last_one_was(open_desk: Desk, page: str) -> None:
    app = opened(page, period="Custom", **{"from": "2025-01-01", "to": "2025-01-31"})
    empty_handed = page in (
        "teams.py",
        "incidents.py",
        "quality.py",
    )  # they have months, open incidents and senders to show
    assert (list(app.exception), empty_handed or "the last one ended on 20 Nov, 14:24" in words(app)) == ([], True)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "incidents.py"])
def test_no_money_shows_as_nothing_that_is_not_nothing(open_desk: Desk, page: str) -> None:
    assert not re.search(r"\$0\.00(?!\d)", "\n".join(f"{metric.value} {metric.help}" for metric in opened(page).metric))


@pytest.mark.parametrize("page", ["overview.py", "teams.py", "models.py"])
def test_the_total_stands_there_with_every_digit(open_desk: Desk, page: str) -> None:
    assert "Exactly $42.500412 from 12 calls" in words(opened(page))


def test_the_change_is_of_the_days_that_are_over(open_desk: Desk) -> None:
    spent = opened().metric[0]
    assert (spent.value.replace("\\", ""), spent.delta.replace("\\", "")) == ("$42.50", "+102%")


def test_what_moved_is_said_in_sentences(open_desk: Desk) -> None:
    assert (
        "**Support**: $15.00 more (+100%): calls unchanged, tokens per call unchanged, price per token +100%."
        in words(opened())
    )


def test_a_team_in_the_url_is_all_that_is_counted(open_desk: Desk) -> None:
    assert "Exactly $12.00 from 4 calls" in words(opened(team="Search"))


def test_an_environment_in_the_url_is_all_that_is_counted(open_desk: Desk) -> None:
    assert "from 1 calls" in words(opened(environment="staging"))


def test_a_value_in_the_url_that_means_nothing_is_ignored(open_desk: Desk) -> None:
    app = opened(team="Nobody", period="Next year", environment="moon", against="me")
    assert (list(app.exception), "Exactly $42.500412" in words(app)) == ([], True)


def test_over_budget_is_what_someone_must_act_on(open_desk: Desk) -> None:
    used = next(metric for metric in opened(team="Support").metric if "Budget" in metric.label)
    assert (used.value, used.delta.replace("\\", "")) == ("120%", "$5.00 over")


def test_a_forecast_that_is_handed_in_is_shown_with_its_range(northwind: Warehouse) -> None:
    def forecast(*, teams: tuple[str, ...] | None, now: datetime) -> Forecast:
        return Forecast(Decimal(55), Decimal(60), Decimal(66), "from the month so far")

    lay(desk(northwind, sources=Sources(forecast=forecast)))
    assert "Forecast for November ~$60.00  from the month so far $55.00 to $66.00" in words(opened())


def test_a_late_page_says_that_it_is_late(northwind: Warehouse) -> None:
    lay(desk(northwind, lag=Lag(90, 7, 130.0, NOW)))
    assert "orange-badge[:material/schedule: late]" in words(opened())


def test_unpriced_models_are_said_loudly(open_desk: Desk) -> None:
    app = opened("models.py")
    assert (len(app.error), "1 calls have no price" in words(app), "house-7b" in words(app)) == (1, True, True)


def test_a_model_nobody_priced_has_no_cost_in_the_table(open_desk: Desk) -> None:
    table = opened("models.py").dataframe[0].value
    assert table.loc[table["model"] == "house-7b", "cost_usd"].isna().all()


def test_a_month_is_provisional_until_it_is_closed_and_then_final() -> None:
    with company() as warehouse:
        lay(desk(warehouse))
        before = words(opened("teams.py", month="2026-10"))
        close_month(warehouse, Month.parse("2026-10"), zone=desk(warehouse).view.zone, by="Ada", now=NOW)
        lay(desk(warehouse))
        after = words(opened("teams.py", month="2026-10"))
    assert ("Provisional" in before, "outlay close 2026-10" in before, "Final" in after, "by Ada" in after) == (
        True,
    ) * 4


def test_what_arrives_after_the_close_is_shown_as_a_correction() -> None:
    with company() as warehouse:
        zone = desk(warehouse).view.zone
        close_month(warehouse, Month.parse("2026-10"), zone=zone, by="Ada", now=NOW)
        put(
            warehouse,
            "calls",
            {
                "span_no": 900,
                "started_at": "2026-10-09 10:00:00",
                "team": "Support",
                "workflow": "chat",
                "provider": "openai",
                "model": "gpt-5",
                "billed": True,
                "cost_usd": "0.40",
            },
        )
        put(
            warehouse,
            "charges",
            {"span_no": 900, "token_class": "input_uncached", "quantity": 10, "price_line_no": 1, "cost_usd": "0.40"},
        )
        lay(desk(warehouse))
        said = words(opened("teams.py", month="2026-11"))
    assert ("Corrections of earlier months" in said, "'usage_month': {0: '2026-10'}" in said) == (True, True)


def test_the_files_of_a_statement_can_be_had(northwind: Warehouse) -> None:
    def files(*, month: str, teams: tuple[str, ...] | None, now: datetime) -> list[StatementFile]:
        return [StatementFile(f"{month}.csv", "text/csv", lambda: b"")]

    lay(desk(northwind, sources=Sources(statement_files=files)))
    labels = [button.proto.label for button in opened("teams.py", month="2026-10").get("download_button")]
    assert "2026-10.csv" in labels


@pytest.mark.parametrize("name", ["id", "incident"])
def test_a_link_opens_its_incident(open_desk: Desk, name: str) -> None:
    said = words(opened("incidents.py", **{name: "spike-1"}))
    assert (
        "Support / chat: $236.00 more than expected" in said,
        "[page] Support\nSpent $312 for Support." in said,
    ) == (True, True)


def test_an_incident_is_drawn_against_what_was_expected(northwind: Warehouse) -> None:
    def expected(*, incident_id: str) -> pl.DataFrame:
        hours = {
            "hour_at": [datetime(2026, 11, 20, hour) for hour in (7, 8, 9)],
            "actual_usd": [1.0, 9.0, 8.0],
        }
        return pl.DataFrame(hours | {"expected_usd": [2.0] * 3, "high_usd": [4.0] * 3})

    lay(desk(northwind, sources=Sources(expected_hours=expected)))
    (chart,) = opened("incidents.py", id="spike-1").get("plotly_chart")
    assert ("usual up to here" in chart.proto.spec, chart.proto.alt) == (
        True,
        "Hourly spend around the incident; its 2 hours cost $17.00",
    )


def test_an_incident_of_nobody_is_shown_to_who_sees_everyone() -> None:
    with company() as warehouse:
        incident(warehouse, "spike-3", None)
        lay(desk(warehouse))
        assert "Unattributed / chat" in words(opened("incidents.py", id="spike-3"))


@pytest.fixture(autouse=True)
def _no_desk_is_left(northwind: Warehouse) -> Iterator[None]:
    yield
    lay(desk(northwind, lag=LAG))


def test_names_are_drawn_as_names() -> None:
    def chart_names(app: AppTest) -> list[Any]:
        return [chart.proto.spec for chart in app.get("plotly_chart")]

    with company() as warehouse:
        put(
            warehouse,
            "hours",
            {
                "hour_at": "2026-11-05 10:00:00",
                "team": "<b>x</b> $y$ :red[z]",
                "workflow": "w",
                "calls": 1,
                "cost_usd": "99",
            },
        )
        lay(desk(warehouse))
        app = opened()
    raw = "\n".join(element.value for element in app.markdown)
    assert ("<b>x</b>" in "".join(chart_names(app)), ":red[z]" in raw) == (False, False)


def test_a_page_that_fails_says_where_the_reason_is_and_not_what_it_is() -> None:
    def failing() -> None:
        from dashboards.mishap import page_failed  # noqa: PLC0415 - AppTest runs this text alone

        page_failed(ValueError("secret of a table"))

    said = words(AppTest.from_function(failing).run())
    assert (bool(re.search(r"log has under [0-9a-f]{8}\.", said)), "secret" in said) == (True, False)
