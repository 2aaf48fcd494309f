"""A metric file says what it is, is scoped, and keeps division away from money."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from ledgers import Ledger

from warehouse import NotGrouped, Question, UnknownMetric, answer, metric, metric_names
from warehouse.metrics import PARAMS, read_metric

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EVERYTHING = Question(since=None, until=None, teams=None, as_of=NOW)
SQL_FILES = sorted(
    f"{folder}/{file.name}"
    for folder in ("metrics", "steps")
    for file in (resources.files("warehouse") / folder).iterdir()
    if file.name.endswith(".sql")
)
# Every table whose rows belong to teams.
TABLES = "hours|calls|billed_calls|tasks|task_checks|tool_uses|checks|spans|points|folds"
# Integer division (//) of counts is exact.
INEXACT = re.compile(r"(?<!/)/(?!/)|\b(?:avg|mean)\s*\(|(?:::|\bas)\s*(?:double|float|real)\b", re.IGNORECASE)


def without_comments(sql: str) -> str:
    return re.sub(r"/\*.*?\*/|--[^\n]*|'[^']*'", " ", sql, flags=re.DOTALL)


@pytest.mark.parametrize("path", SQL_FILES)
def test_no_sql_divides_averages_or_floats_money(path: str) -> None:
    sql = without_comments((resources.files("warehouse") / path).read_text(encoding="utf-8"))
    found = INEXACT.findall(sql)
    assert found == []


@pytest.mark.parametrize("name", metric_names())
def test_a_metric_declares_exactly_the_parameters_it_asks(name: str) -> None:
    asked = re.findall(r"[${](\w+)", without_comments(metric(name).sql))
    assert set(asked) == set(metric(name).params) <= set(PARAMS)


@pytest.mark.parametrize("name", metric_names())
def test_a_metric_narrows_every_table_to_the_readers_teams(name: str) -> None:
    sql = without_comments(metric(name).sql)
    scopes = len(re.findall(r"\(\$teams IS NULL OR list_contains\(\$teams, (?:\w+\.)?team\)\)", sql))
    tables = len(re.findall(rf"(?<!DISTINCT )FROM (?:{TABLES})\b", sql))
    assert scopes >= tables >= 1


@pytest.mark.parametrize("name", metric_names())
def test_a_metric_answers_its_grain_first_and_coverage_last(name: str, ledger: Ledger) -> None:
    answered = answer(ledger.warehouse, name, EVERYTHING)
    columns = tuple(answered.frame.columns)
    assert (columns[: len(answered.grain)], columns[-1]) == (answered.grain, "coverage")


@pytest.mark.parametrize("name", metric_names())
def test_a_metric_says_why_it_is_asked(name: str) -> None:
    told = metric(name)
    assert all(text.strip() for text in (told.title, told.unit, told.why))


def test_a_question_about_nothing_names_what_there_is(ledger: Ledger) -> None:
    with pytest.raises(UnknownMetric, match="no metric is called 'spend_by_mood'; there are: cache_savings, coverage"):
        answer(ledger.warehouse, "spend_by_mood", EVERYTHING)


def test_a_question_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        Question(since=datetime(2026, 1, 1), until=None, teams=None, as_of=NOW)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Question(since=NOW, until=datetime(2026, 10, 1, tzinfo=UTC), teams=None, as_of=NOW)


def test_a_file_without_front_matter_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"metrics/bare\.sql must open with its front matter"):
        read_metric("bare", "SELECT 1")


def test_a_front_matter_without_a_unit_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"metrics/bare\.sql.*'unit'"):
        read_metric("bare", '/*\ntitle = "Bare"\n*/ SELECT 1')


def test_money_is_a_decimal_in_the_frame_and_a_string_in_json(ledger: Ledger) -> None:
    ledger.insert("hours", [{"team": "search", "purpose": "product", "calls": 1, "cost_usd": "0.100000000001"}])
    answered = answer(ledger.warehouse, "spend_by_team", EVERYTHING)
    assert (answered.frame["cost_usd"][0], answered.as_json()["rows"][0]["cost_usd"]) == (
        Decimal("0.100000000001"),
        "0.100000000001",
    )


def test_the_json_of_an_answer_has_the_shape_others_rely_on(ledger: Ledger) -> None:
    ledger.insert("hours", [{"team": "search", "purpose": "product", "calls": 4, "unpriced_calls": 1, "cost_usd": "2"}])
    question = Question(since=datetime(2025, 1, 1, tzinfo=UTC), until=None, teams=("search",), as_of=NOW)
    assert answer(ledger.warehouse, "spend_by_team", question).as_json() == {
        "metric": "spend_by_team",
        "unit": "USD",
        "params": {"since": "2025-01-01T00:00:00Z", "until": None, "teams": ["search"]},
        "rows": [
            {
                "team": "search",
                "calls": 4,
                "input_tokens": 0,
                "output_tokens": 0,
                "cost_usd": "2",
                "unpriced_calls": 1,
                "incomplete_calls": 0,
                "coverage": 0.75,
            }
        ],
    }


def test_a_team_named_like_a_formula_is_text_in_csv_and_itself_in_arrow(ledger: Ledger) -> None:
    ledger.insert("hours", [{"team": "=1+1", "purpose": "product", "calls": 1, "cost_usd": "-2.5"}])
    answered = answer(ledger.warehouse, "spend_by_team", EVERYTHING)
    arrow = pl.read_ipc_stream(io.BytesIO(answered.to_arrow()))
    assert (answered.to_csv().splitlines()[1], arrow["team"][0]) == ("'=1+1,1,0,0,-2.5,0,0,1.0", "=1+1")


def test_an_answer_is_grouped_as_the_question_asks(ledger: Ledger) -> None:
    began = [("search", "2026-10-31 22:30"), ("search", "2026-10-31 23:30"), ("sales", "2026-11-02")]
    ledger.insert("tasks", [{"team": team, "first_at": at, "calls": 1, "input_tokens": 9} for team, at in began])
    berlin = ZoneInfo("Europe/Berlin")
    by_month = Question(since=None, until=None, teams=None, as_of=NOW, by=("month",), zone=berlin)
    as_one = Question(since=None, until=None, teams=None, as_of=NOW, by=())
    found = answer(ledger.warehouse, "tokens_per_task", by_month).frame.select("month", "tasks").rows()
    assert found == [(date(2026, 10, 1), 1), (date(2026, 11, 1), 2)]
    assert answer(ledger.warehouse, "tokens_per_task", as_one).frame["tasks"].to_list() == [3]


@pytest.mark.parametrize(
    ("name", "by", "sentence"),
    [
        ("tokens_per_task", ("mood",), "tokens_per_task cannot be grouped by 'mood'; it can be by team, workflow, "),
        ("spend_by_team", ("model",), "spend_by_team is by team, and by nothing else"),
    ],
)
def test_a_grouping_nobody_wrote_is_refused(ledger: Ledger, name: str, by: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(NotGrouped, match=sentence):
        answer(ledger.warehouse, name, Question(since=None, until=None, teams=None, as_of=NOW, by=by))


@pytest.mark.parametrize("name", [name for name in metric_names() if metric(name).dimensions])
def test_every_way_to_group_a_metric_answers(name: str, ledger: Ledger) -> None:
    for dimension in metric(name).dimensions:
        question = Question(since=None, until=None, teams=("search",), as_of=NOW, by=(dimension,))
        assert answer(ledger.warehouse, name, question).frame.is_empty()
