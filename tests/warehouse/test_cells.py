"""What leaves as a file is read back as it was, and runs nowhere."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import canonical_csv, csv_cell, json_value, to_arrow, to_csv

TEXTS = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


def read_back(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert read_back(csv_cell(f"{start}cmd|' /C calc'!A0")) == [f"'{start}cmd|' /C calc'!A0"]


@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_texts_are_read_back_as_they_were_but_for_the_apostrophe(texts: list[str]) -> None:
    cells = read_back(",".join(csv_cell(text) for text in texts))
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in texts]


@given(TEXTS)
def test_no_text_cell_begins_with_what_starts_a_formula(text: str) -> None:
    [cell] = read_back(csv_cell(text)) or [""]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", '""'),
        (Decimal("-2.50"), "-2.5"),
        (-3, "-3"),
        (0.25, "0.25"),
        (True, "True"),
        (date(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 10, 1, 9, 30), "2026-10-01T09:30:00Z"),
        ('say "hi", twice', '"say ""hi"", twice"'),
    ],
)
def test_a_value_is_written_plainly(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


def test_json_keeps_counts_as_numbers_and_money_as_text() -> None:
    assert [json_value(value) for value in (3, 0.5, None, "a", Decimal("0E-12"))] == [3, 0.5, None, "a", "0"]


FRAME = pl.DataFrame(
    {"team": ["=a", "", None], "cost_usd": [Decimal("1.10"), Decimal(-2), None]},
    schema={"team": pl.String, "cost_usd": pl.Decimal(38, 12)},
)


def test_a_table_for_spreadsheets_is_guarded() -> None:
    assert to_csv(FRAME) == 'team,cost_usd\n\'=a,1.1\n"",-2\n,\n'


def test_a_table_for_its_digest_is_exactly_what_it_says() -> None:
    assert canonical_csv(FRAME) == 'team,cost_usd\n=a,1.100000000000\n"",-2.000000000000\n,\n'


def test_arrow_keeps_money_decimal() -> None:
    assert pl.read_ipc_stream(io.BytesIO(to_arrow(FRAME))).equals(FRAME)
