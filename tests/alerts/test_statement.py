"""A statement's files: their parts sum to the cent, no cell can run, and the same month gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from months import NOVEMBER_5TH, OCTOBER, ZONE, Call, budget, record, stated

from alerts import write_statements
from warehouse import Warehouse, close_month

PAYLOADS = [
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "'=1+1"),
    *("＝1+1", "＋1", "－1", "＠A1", '=HYPERLINK("http://x.example","y")', "=IMPORTXML(1,2)", "=1;2", '"=1+1'),
    *("=DDE(1)", "%0A=1+1", "|cmd", ";=1", ",=1", "=\u202e1+1", "\u200b=1+1", "=1+1\x00", "{=1+1}", "=-1"),
    *("http://x.example", "mailto:a@x.example", "internal:A1!B2", "external:x.xlsx", "1e9", "0123", "TRUE", "#REF!"),
    *("2026-01-01", "\ufeff=1+1", "=" * 300, "\ud800=1"),
]


@pytest.fixture
def month(warehouse: Warehouse) -> Iterator[Warehouse]:
    record(
        warehouse,
        [
            Call("10.005"),
            Call("0.000000000001", workflow="rank"),
            Call("3.333333333333", team="search"),
            Call("3.333333333333", team="search", model="gpt-5"),
            Call("0.004", team=None, workflow=None),
            Call(None, team="search", model="gpt-9"),
        ],
    )
    budget(warehouse, "support", "25.00", "CC-7")
    budget(warehouse, "legal", "40.00")
    return warehouse


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def cells(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def facts(path: Path, sheet: str) -> dict[str, Any]:
    return {row[0]: row[1] for row in cells(path, sheet) if len(row) > 1 and row[0]}


def test_there_is_a_summary_and_a_document_for_each_team_and_for_nobody(month: Warehouse, tmp_path: Path) -> None:
    stems = ["summary", "team-legal", "team-search", "team-support", "unattributed"]
    write_statements(stated(month), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "manifest.json",
        *(f"{stem}-2026-10.{suffix}" for stem in stems for suffix in ("csv", "xlsx")),
    ]


def test_the_teams_documents_sum_to_the_summary_to_the_cent_and_to_the_last_decimal(
    month: Warehouse, tmp_path: Path
) -> None:
    statement = stated(month)
    write_statements(statement, tmp_path)
    own = [row for path in tmp_path.glob("[tu]*.csv") for row in rows(path)]
    summary = rows(tmp_path / "summary-2026-10.csv")
    sums = [
        (sum(Decimal(r["amount_usd"]) for r in part), sum(Decimal(r["cost_usd"]) for r in part))
        for part in (own, summary)
    ]
    assert sums == [(statement.amount_usd, statement.total_usd)] * 2


def test_the_workbook_says_what_the_csv_says(month: Warehouse, tmp_path: Path) -> None:
    write_statements(stated(month), tmp_path)
    header, *lines, _total = cells(tmp_path / "team-search-2026-10.xlsx", "Lines")
    shown = [dict(zip(header, line, strict=True)) for line in lines]
    told = rows(tmp_path / "team-search-2026-10.csv")
    assert [[Decimal(str(line["amount_usd"])), line["model"]] for line in shown] == [
        [Decimal(row["amount_usd"]), row["model"]] for row in told
    ]


def test_the_total_of_a_sheet_is_its_rows(month: Warehouse, tmp_path: Path) -> None:
    write_statements(stated(month), tmp_path)
    header, *teams, total = cells(tmp_path / "summary-2026-10.xlsx", "By team")
    place = header.index("amount_usd")
    assert (total[0], round(sum(row[place] for row in teams), 2)) == ("Total", total[place])


def test_what_was_spent_never_shows_as_nothing(month: Warehouse, tmp_path: Path) -> None:
    write_statements(stated(month), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "team-support-2026-10.xlsx")["Lines"]
    tiny = next(cell for row in sheet.iter_rows() for cell in row if cell.value == 1e-12)
    assert (tiny.data_type, tiny.number_format) == ("n", "#,##0.00##########")


def test_the_first_page_says_what_a_controller_asks(month: Warehouse, tmp_path: Path) -> None:
    statement = stated(month)
    write_statements(statement, tmp_path, company="Acme GmbH")
    asked = facts(tmp_path / "team-support-2026-10.xlsx", "Statement")
    assert {name: asked[name] for name in list(asked)[:12]} == {
        "Statement": "PROVISIONAL 2026-10",
        "Company": "Acme GmbH",
        "For": "support",
        "Month": "2026-10",
        "Status": "PROVISIONAL",
        "Amount due": 10.01,
        "Exact cost before rounding": 10.005000000001,
        "of which prior-period corrections": 0,
        "Amount of the month before": 0,
        "Cost centre": "CC-7",
        "Budget of the month": 25,
        "Left of the budget": 14.99,
    }
    assert asked["SHA-256 of all lines"] == statement.sha256


def test_checks_are_printed_with_their_verdict(month: Warehouse, tmp_path: Path) -> None:
    write_statements(stated(month), tmp_path)
    verdicts = {row[0]: row[1] for row in cells(tmp_path / "summary-2026-10.xlsx", "Checks")}
    assert (verdicts["teams sum to the total"], verdicts["every call is priced"]) == ("PASS", "FAIL")


def test_a_closed_month_gives_the_same_bytes_whenever_it_is_written(month: Warehouse, tmp_path: Path) -> None:
    close_month(month, OCTOBER, zone=ZONE, by="ana", now=NOVEMBER_5TH)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, now in zip(folders, (NOVEMBER_5TH, datetime(2027, 3, 1, tzinfo=ZONE)), strict=True):
        write_statements(stated(month, now=now), folder)
    digests = [{p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()} for folder in folders]
    assert digests[0] == digests[1]


def test_a_closed_month_is_final(month: Warehouse, tmp_path: Path) -> None:
    close_month(month, OCTOBER, zone=ZONE, by="ana", now=NOVEMBER_5TH)
    write_statements(stated(month), tmp_path)
    assert {row["status"] for row in rows(tmp_path / "summary-2026-10.csv")} == {"FINAL"}


def test_late_data_stands_in_the_block_of_corrections(month: Warehouse, tmp_path: Path) -> None:
    close_month(month, OCTOBER, zone=ZONE, by="ana", now=NOVEMBER_5TH)
    record(month, [Call("0.40"), Call("5.00", at=datetime(2026, 11, 2))])
    write_statements(stated(month, OCTOBER.next()), tmp_path)
    corrections = cells(tmp_path / "team-support-2026-11.xlsx", "Prior-period corrections")
    assert [row[3:5] + row[-1:] for row in corrections[1:]] == [("Correction", "2026-10", 0.4), (None, None, 0.4)]


def test_the_manifest_lists_every_file_with_its_sums_and_digest(month: Warehouse, tmp_path: Path) -> None:
    statement = stated(month)
    paths = write_statements(statement, tmp_path)
    manifest = orjson.loads(paths[-1].read_bytes())
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths[:-1]}
    teams = [Decimal(file["amount_usd"]) for file in manifest["files"] if file["name"].endswith("csv")][1:]
    assert sum(teams) == statement.amount_usd == Decimal(manifest["amount_usd"])


def test_a_team_that_is_gone_leaves_no_old_document(month: Warehouse, tmp_path: Path) -> None:
    write_statements(stated(month), tmp_path)
    with month.transaction() as tx:
        tx.execute("DELETE FROM teams WHERE team = 'legal'")
    (tmp_path / "notes-of-mine.csv").write_text("kept")
    write_statements(stated(month), tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == [
        "notes-of-mine.csv",
        *(f"{stem}-2026-10.csv" for stem in ("summary", "team-search", "team-support", "unattributed")),
    ]


def test_hostile_teams_get_files_of_their_own_inside_the_folder(warehouse: Warehouse, tmp_path: Path) -> None:
    names = [
        "../../etc/passwd",
        "summary",
        "unattributed",
        "Support",
        "support",
        "support-be91940b",
        "con",
        "",
        "a/b",
        "a\\b",
    ]
    record(warehouse, [Call("1.00", team=name) for name in names])
    folder = tmp_path / "2026-10"
    paths = write_statements(stated(warehouse), folder)
    manifest = orjson.loads(paths[-1].read_bytes())
    assert (len(set(paths)), {path.parent for path in paths}, list(tmp_path.iterdir())) == (
        2 * 11 + 1,
        {folder},
        [folder],
    )
    assert sorted({file["team"] for file in manifest["files"] if file["document"] == "team"}) == sorted(names)


def test_no_text_of_a_stranger_becomes_a_formula_a_link_or_a_number(warehouse: Warehouse, tmp_path: Path) -> None:
    texts = [payload.encode("utf-8", "replace").decode() for payload in PAYLOADS]
    record(warehouse, [Call("1.00", team=text, workflow=text, model=text) for text in texts])
    paths = write_statements(stated(warehouse), tmp_path, company="=1+1")
    active = []
    for path in paths:
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                xml = b"".join(parts.read(name) for name in parts.namelist() if name.startswith("xl/"))
            active += [(path.name, mark) for mark in (b"<f>", b"<f ", b"<hyperlink", b"externalLink") if mark in xml]
            kinds = {
                cell.data_type for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row
            }
            active += [(path.name, kind) for kind in kinds - {"s", "n"}]
        elif path.suffix == ".csv":
            read = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
            active += [
                (path.name, cell)
                for row in read
                for cell in row
                if cell[:1] in set("=+-@＝＋－＠\t\r\n") and not number(cell)
            ]
    assert active == []


def number(text: str) -> bool:
    try:
        Decimal(text)
    except ArithmeticError:
        return False
    return True


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=0, max_value=1000, places=12),
            st.sampled_from(["a", "b", "c", None]),
            st.sampled_from(["x", "y", None]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_every_level_sums_for_every_month(tmp_path: Path, calls: list[tuple[Decimal, str | None, str | None]]) -> None:
    with Warehouse.in_memory() as warehouse:
        record(warehouse, [Call(f"{cost:f}", team, workflow) for cost, team, workflow in calls])
        statement = stated(warehouse)
        write_statements(statement, tmp_path)
    manifest = orjson.loads((tmp_path / "manifest.json").read_bytes())
    sheets = [file for file in manifest["files"] if file["name"].endswith(".csv")]
    sums = [[Decimal(row["amount_usd"]) for row in rows(tmp_path / file["name"])] for file in sheets]
    assert [sum(part) for part in sums[:1]] == [statement.amount_usd] == [sum(sum(part) for part in sums[1:])]
