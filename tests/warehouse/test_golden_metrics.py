"""Every metric has a folder of cases: tables in, a question, and the rows it answers with, digit for digit.

tests/golden/metrics/NAME/CASE/ holds TABLE.csv files (only the columns the case is about), question.toml and
expect.csv. `pytest --update-golden` writes expect.csv anew; read its diff.
"""

import csv
import io
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ledgers import Ledger

from warehouse import Answer, Question, answer, metric_names

CASES = Path(__file__).parents[1] / "golden" / "metrics"
MONEY_CASES = 2


def case_names() -> list[str]:
    return sorted(f"{case.parent.name}/{case.name}" for case in CASES.glob("*/*") if case.is_dir())


@pytest.mark.parametrize("name", case_names())
def test_a_metric_answers_its_case_to_the_digit(name: str, ledger: Ledger, update_golden: bool) -> None:
    case = CASES / name
    for table in sorted(case.glob("*.csv")):
        if table.name != "expect.csv":
            ledger.insert(table.stem, rows_of(table.read_text(encoding="utf-8")))
    if (case / "calls.csv").is_file():
        ledger.sum_hours()
    asked = tomllib.loads((case / "question.toml").read_text(encoding="utf-8"))
    question = Question(
        since=asked.get("since"),
        until=asked.get("until"),
        teams=tuple(asked["teams"]) if "teams" in asked else None,
        as_of=asked["as_of"],
        by=tuple(asked["by"]) if "by" in asked else None,
        zone=ZoneInfo(asked.get("zone", "UTC")),
    )
    answered = text_of(answer(ledger.warehouse, case.parent.name, question))
    if update_golden:
        (case / "expect.csv").write_text(answered, encoding="utf-8")
    assert answered == (case / "expect.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", metric_names())
def test_a_metric_has_golden_cases(name: str) -> None:
    cases = [case for case in case_names() if case.startswith(f"{name}/")]
    assert len(cases) >= MONEY_CASES


def test_no_golden_folder_has_outlived_its_metric() -> None:
    assert {folder.name for folder in CASES.iterdir()} - set(metric_names()) == set()


def rows_of(text: str) -> list[dict[str, str | None]]:
    """The rows of a CSV; an empty cell is NULL."""
    return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text))]


def text_of(answered: Answer) -> str:
    """The rows as the JSON says them, one line each; NULL is an empty cell."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(answered.frame.columns)
    lines.writerows(row.values() for row in answered.as_json()["rows"])
    return written.getvalue()
