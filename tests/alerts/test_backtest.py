"""The back-test: anybody's CSV in, the incidents it would have opened out; what is no spend is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hourly import rows
from spend import HOUR, MONDAY, Shape, flat, noisy, office, times

from alerts import NoSpend, backtest, read_spend

END = 4 * 168
AT = 3 * 168 + 38
HEADER = "series_id,ts,calls,input_tokens,output_tokens,cost_usd\n"


def written(folder: Path, frame: pl.DataFrame) -> Path:
    file = folder / "spend.csv"
    stamped = frame.with_columns(pl.col("hour_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("ts")).drop("hour_at")
    stamped.write_csv(file)
    return file


def test_a_spike_has_its_hour_its_tier_its_driver_and_its_dollars(tmp_path: Path) -> None:
    file = written(tmp_path, rows(times(noisy(flat(20), 0.1, seed=1), 6, AT, AT + 5), END))
    [found] = [each.row() for each in backtest(read_spend(file).rows)]
    assert (found | {"impact_usd": round(float(found["impact_usd"]), -2), "resolved_at": ""}) == {
        "series_id": "a",
        "opened_at": f"{MONDAY + AT * HOUR:%Y-%m-%dT%H:%M:%SZ}",
        "resolved_at": "",
        "direction": "up",
        "tier": "page",
        "driver": "calls",
        "impact_usd": 400.0,
    }


@pytest.mark.parametrize(
    ("driver", "per_call", "price"),
    [
        ("tokens_per_call", lambda hour: 6000.0 if hour >= AT else 2000.0, lambda hour: 0.15 if hour >= AT else 0.05),
        ("unit_price", lambda hour: 2000.0, lambda hour: 0.15 if hour >= AT else 0.05),
        ("calls", lambda hour: 2000.0, lambda hour: 0.05),
    ],
)
def test_the_driver_is_what_moved(driver: str, per_call: Shape, price: Shape) -> None:
    shape = times(noisy(office(40), 0.1, seed=2), 3, AT, END)
    frame = rows(shape, END, tokens_per_call=per_call, usd_per_call=price)
    assert [each.driver for each in backtest(frame)] == [driver]


def test_rows_of_one_series_and_hour_are_added_up() -> None:
    frame = rows(times(noisy(flat(20), 0.1, seed=1), 6, AT, AT + 5), END)
    half = frame.with_columns(pl.col("calls", "input_tokens", "output_tokens", "cost_usd") / 2)
    assert [each.row() for each in backtest(pl.concat([half, half]))] == [each.row() for each in backtest(frame)]


def test_the_order_of_rows_says_nothing() -> None:
    frame = rows(times(noisy(flat(20), 0.1, seed=1), 6, AT, AT + 5), END)
    assert backtest(frame.sample(fraction=1.0, shuffle=True, seed=3)) == backtest(frame)


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-10-03T14:20:00Z",
        "2026-10-03 14:00:00",
        "2026-10-03T16:59:59.5+02:00",
        "2026-10-03T14:00",
        "2026-10-03T14",
        "2026/10/03 16:00:00+02",
        " 2026-10-03T14:00:00.000Z ",
    ],
)
def test_instants_are_read_in_their_usual_spellings(tmp_path: Path, stamp: str) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(f"{HEADER}a,{stamp},1,2,3,4\n", encoding="utf-8")
    assert f"{read_spend(file).rows['hour_at'][0]:%Y-%m-%d %H:%M}" == "2026-10-03 14:00"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("series_id,ts\n", "has no column cost_usd"),
        (f"{HEADER}a,2026-10-03T14:00:00Z,1,2,3,4\na,yesterday,1,2,3,4\n", "line 3: ts is 'yesterday'"),
        (f"{HEADER}a,2026-10-03T14:00:00Z,1,-2,3,4\n", "line 2: input_tokens is '-2'"),
        (f"{HEADER}a,2026-10-03T14:00:00Z,1,2,3,1e308\n", "line 2: cost_usd is '1e308'"),
        (f"{HEADER}a,2026-10-03T14:00:00Z,1,2,3,4\na,2226-10-03T14:00:00Z,1,2,3,4\n", "five years are looked at"),
        (f"{HEADER}a,2026-10-03T14:00:00Z,many,2,3,4\n", "line 2: calls is 'many'"),
        (f"{HEADER}a,2026-10-03T14:00:00Z,1,2,3,nan\n", "line 2: cost_usd is 'nan'"),
        (f"{HEADER},2026-10-03T14:00:00Z,1,2,3,4\n", "line 2: series_id is None"),
        ("", "cannot be read as CSV"),
    ],
)
def test_what_is_no_spend_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NoSpend, match=said):
        read_spend(file)


def test_an_export_of_another_spelling_gives_the_same_incidents(tmp_path: Path) -> None:
    plain = written(tmp_path, rows(times(noisy(flat(20), 0.1, seed=1), 6, AT, AT + 5), END))
    lines = plain.read_text("utf-8").splitlines()
    cells = [[line.split(",")[place].replace(".", ",") for place in (5, 4, 3, 2, 1, 0)] for line in lines]
    names = {"cost_usd": " Cost_USD", "series_id": "SERIES_ID "}
    cells[0] = [names.get(cell, cell) for cell in cells[0]]
    other = tmp_path / "other.csv"
    other.write_text("\r\n".join(";".join(row) for row in cells) + "\r\n\r\n", encoding="utf-8-sig")
    assert backtest(read_spend(other).rows) == backtest(read_spend(plain).rows)


def test_what_a_file_leaves_open_is_unknown_and_said(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    hours = [f"a,2026-10-03T{hour:02d}:00:00Z" for hour in range(4)]
    file.write_text(f"{HEADER}{hours[0]},1,2,3,\n{hours[1]},1,2,3,-4\n{hours[2]},1,,3,4\n{hours[3]},1,2,3,4\n", "utf-8")
    read = read_spend(file)
    assert read.rows.select("cost_usd", "calls", "output_tokens").rows() == [(4.0, 0.0, 0.0), (4.0, 1.0, 3.0)]
    assert [remark.split(":")[0] for remark in read.remarks] == [
        "1 row without a cost",
        "1 row with a negative cost left out",
        "1 row without calls or tokens",
    ]


def test_days_are_judged_as_equal_hours_and_spend_without_calls_has_no_driver(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    days = [f"a,{MONDAY + 24 * day * HOUR:%Y-%m-%d},{500 if day == 40 else 100 + day % 3}\n" for day in range(50)]
    file.write_text("series_id,ts,cost_usd\n" + "".join(days), encoding="utf-8")
    [found] = backtest(read_spend(file).rows)
    assert (found.opened_at.date(), found.driver, round(found.impact_usd, -2)) == (
        (MONDAY + 40 * 24 * HOUR).date(),
        None,
        400,
    )


def test_no_rows_are_no_incidents(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(HEADER, encoding="utf-8")
    assert backtest(read_spend(file).rows) == []
