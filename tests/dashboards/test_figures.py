"""Figures are functions of frames: what is drawn, in which colour, with which words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from dashboards.figures import Mark, Picture, bars, cost_lines, daily_bars, hours_against_expected, rate_lines, spread
from dashboards.figures.picture import dollar_axis, label
from dashboards.theme import ACT, OTHER_COLOUR, SERIES

MONEY = pl.Decimal(38, 12)
FIRST = date(2026, 11, 1)


def spent(*rows: tuple[int, str | None, str]) -> pl.DataFrame:
    """Rows of (day of November, team, dollars)."""
    return pl.DataFrame(
        {
            "day": [date(2026, 11, day) for day, _, _ in rows],
            "team": [team for _, team, _ in rows],
            "cost_usd": [Decimal(cost) for *_, cost in rows],
        },
        schema={"day": pl.Date, "team": pl.String, "cost_usd": MONEY},
    )


def traces(picture: Picture, kind: str) -> list[dict[str, Any]]:
    return [trace for trace in picture.figure.to_plotly_json()["data"] if trace["type"] == kind]


def test_teams_are_stacked_the_heaviest_first_each_in_its_lasting_colour() -> None:
    picture = daily_bars(spent((1, "b", "1"), (1, "a", "5"), (2, "a", "2")), by="team", everyone=["b", "a"])
    drawn = [(bar["name"], bar["marker"]["color"], list(bar["y"])) for bar in traces(picture, "bar")]
    assert drawn == [("a", SERIES[1], [5.0, 2.0]), ("b", SERIES[0], [1.0])]


def test_beyond_six_teams_the_rest_is_other_and_nothing_is_lost() -> None:
    daily = spent(*((1, f"team {number}", str(number)) for number in range(1, 10)))
    drawn = {bar["name"]: bar["y"][0] for bar in traces(daily_bars(daily, by="team", everyone=[]), "bar")}
    assert (len(drawn), drawn["Other"], sum(drawn.values())) == (7, 6.0, 45.0)


def test_what_nobody_owns_is_grey_and_called_unattributed() -> None:
    (bar,) = traces(daily_bars(spent((1, None, "1")), by="team", everyone=[]), "bar")
    assert (bar["name"], bar["marker"]["color"]) == ("Unattributed", OTHER_COLOUR)


def test_today_is_hatched() -> None:
    picture = daily_bars(spent((1, "a", "1"), (2, "a", "1")), by="team", everyone=[], partial=date(2026, 11, 2))
    (bar,) = traces(picture, "bar")
    assert list(bar["marker"]["pattern"]["shape"]) == ["", "/"]


def test_a_budget_is_a_line_that_says_whose_and_how_much() -> None:
    budget = ("Budget of 2 teams", Decimal("3.5"))
    picture = daily_bars(spent((1, "a", "1"), (3, "a", "1")), by="team", everyone=[], budget_a_day=budget)
    (line,) = traces(picture, "scatter")
    assert (line["name"], list(line["y"])) == ("Budget of 2 teams, $3.50 a day", [3.5, 3.5])


def test_an_incident_is_marked_above_its_day_in_the_colour_to_act_on() -> None:
    marks = [Mark(FIRST, "a: <b>more</b>"), Mark(date(2026, 12, 1), "not in these days")]
    (mark,) = traces(daily_bars(spent((1, "a", "20")), by="team", everyone=[], marks=marks), "scatter")
    assert (list(mark["y"]), mark["marker"]["color"], list(mark["customdata"])) == (
        [21.0],
        ACT,
        ["a: &lt;b&gt;more&lt;/b&gt;"],
    )


def test_the_exact_cent_is_told_where_the_pixel_is_not_enough() -> None:
    (bar,) = traces(daily_bars(spent((1, "a", "0.000412")), by="team", everyone=[]), "bar")
    assert list(bar["customdata"]) == ["$0.0004"]


def test_a_chart_says_itself_to_who_cannot_see_it() -> None:
    picture = daily_bars(spent((1, "a", "1"), (2, "a", "9.5"), (2, "b", "2")), by="team", everyone=[])
    assert picture.alt == "Spend by day: $12.50 over 2 days, most on 2 November ($11.50); largest is a"


def test_nothing_spent_is_drawn_as_nothing() -> None:
    picture = daily_bars(spent(), by="team", everyone=[], budget_a_day=("Budget", Decimal(5)))
    assert (len(picture.figure.data), picture.alt) == (0, "Spend by day: nothing was spent on these days")


@pytest.mark.parametrize(
    ("name", "longest", "shown"),
    [
        ("Support", 10, "Support"),
        (None, 30, "Unattributed"),
        ("<b>x</b>", 30, "&lt;b&gt;x&lt;/b&gt;"),
        ("a name that is too long", 10, "a name th…"),
        ("Support team of the north / summarise tickets", 21, "Support… / summaris…"),
        ("Support team of the north / chat", 21, "Support team… / chat"),
    ],
)
def test_a_label_is_short_and_safe(name: str | None, longest: int, shown: str) -> None:
    assert label(name, longest) == shown


@pytest.mark.parametrize("top", [0.0004, 0.5, 3.0, 80.0, 12_000.0])
def test_an_axis_of_money_is_never_all_nothing(top: float) -> None:
    assert dollar_axis(top)["tickformat"] != "$.2f" or top >= 1


def test_an_interval_is_drawn_around_its_bar() -> None:
    rates = pl.DataFrame({"name": ["pii"], "rate": [0.03], "low": [0.02], "high": [0.05]})
    picture = bars(rates, name="name", value="rate", text=["3%"], what="Rates", interval=("low", "high"))
    error = traces(picture, "bar")[0]["error_x"]
    assert (error["arrayminus"][0], error["array"][0]) == (pytest.approx(0.01), pytest.approx(0.02))


def test_rows_stand_in_the_order_of_the_frame_from_the_top() -> None:
    frame = pl.DataFrame({"name": ["first", "second"], "value": [2, 1]})
    picture = bars(frame, name="name", value="value", text=["two", "one"], what="Things")
    axis = picture.figure.layout.yaxis
    assert (axis.ticktext, list(traces(picture, "bar")[0]["text"])) == (("second", "first"), ["one", "two"])


def test_a_spread_has_a_middle_and_a_high_end() -> None:
    frame = pl.DataFrame({"name": ["chat"], "p50": [4000], "p95": [16000]})
    picture = spread(frame, name="name", middle="p50", high="p95", text=["p50 4k"], what="Tokens per task")
    assert [list(trace["x"]) for trace in traces(picture, "scatter")] == [[4000.0, 16000.0], [4000.0], [16000.0]]


def test_a_day_without_tasks_has_no_cost_per_task_and_no_line_over_it() -> None:
    days = [FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2)]
    daily = pl.DataFrame(
        {
            "day": [days[0], days[2], days[1]],
            "name": ["a", "a", "b"],
            "cost_usd": [Decimal(6), Decimal(9), Decimal(1)],
            "tasks": [3, 3, 1],
        },
        schema_overrides={"cost_usd": MONEY},
    )
    picture = cost_lines(daily, by="name", per="tasks", names=["a"], everyone=["a"], what="Cost per task")
    (line,) = traces(picture, "scatter")
    assert (list(line["y"]), line["connectgaps"]) == ([2.0, None, 3.0], False)


def test_a_share_by_week_has_its_interval_and_a_week_without_one_has_no_point() -> None:
    weeks = [FIRST, FIRST + timedelta(days=7)]
    weekly = pl.DataFrame(
        {
            "week": [*weeks, weeks[0]],
            "name": ["a", "a", "b"],
            "resolved": [0.8, None, 0.5],
            "resolved_low": [0.7, None, 0.4],
            "resolved_high": [0.85, None, 0.6],
        }
    )
    picture = rate_lines(weekly, by="name", rate="resolved", names=["a"], everyone=["a"], what="Resolved")
    (line,) = traces(picture, "scatter")
    told = [round(line["error_y"][side][0]) for side in ("array", "arrayminus")]
    assert (list(line["y"]), told, picture.alt) == ([80.0, None], [5, 10], "Resolved, in the last week: a 80%")


def test_the_hours_of_an_incident_stand_out() -> None:
    start = datetime(2026, 11, 20, 8)
    hours = pl.DataFrame(
        {"hour_at": [start + timedelta(hours=n) for n in range(3)], "actual_usd": [Decimal(1), Decimal(7), Decimal(2)]},
        schema_overrides={"actual_usd": MONEY},
    )
    picture = hours_against_expected(hours, start + timedelta(hours=1), start + timedelta(hours=2))
    drawn = {bar["marker"]["color"]: list(bar["y"]) for bar in traces(picture, "bar")}
    assert (drawn, picture.alt) == (
        {SERIES[0]: [1.0, 2.0], ACT: [7.0]},
        "Hourly spend around the incident; its 1 hours cost $7.00",
    )
