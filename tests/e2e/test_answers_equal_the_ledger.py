"""The demo company's numbers, as commands and the API give them, are its generator's to the last of twelve decimals."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from serving import PATIENCE_S, Demo, answer

from outlay.demo import Total


def of_ledger(totals: list[Total]) -> dict[tuple[str | None, ...], tuple[Decimal, int, int, int]]:
    return {
        total.of: (total.cost_usd, total.calls, total.unpriced_calls, total.incomplete_calls)
        for total in totals
        if total.calls
    }


def of_rows(rows: list[dict[str, Any]], by: list[str]) -> dict[tuple[str | None, ...], tuple[Decimal, int, int, int]]:
    return {
        tuple(row[name] for name in by): (
            Decimal(row["cost_usd"]),
            row["calls"],
            row["unpriced_calls"],
            row["incomplete_calls"],
        )
        for row in rows
    }


@pytest.mark.parametrize("by", [["team"], ["workflow"], ["provider"], ["model"], ["environment"], ["team", "model"]])
def test_usage_is_the_ledger_s(demo: Demo, by: list[str]) -> None:
    rows = answer("usage", "--home", str(demo.server.home), "--by", ",".join(by))["rows"]
    assert of_rows(rows, by) == of_ledger(demo.history.ledger.totals(by))


@pytest.mark.parametrize("metric", ["team", "workflow", "provider", "model"])
def test_the_api_s_spend_is_the_ledger_s(demo: Demo, metric: str) -> None:
    url = f"{demo.server.web_url}/api/v1/metrics/spend_by_{metric}"
    told = httpx2.get(url, trust_env=False, timeout=PATIENCE_S).json()
    spent = {row[metric]: Decimal(row["cost_usd"]) for row in told["rows"] if row["calls"]}
    assert spent == {total.of[0]: total.cost_usd for total in demo.history.ledger.totals([metric]) if total.calls}


def test_a_team_s_rows_are_its_own(demo: Demo) -> None:
    rows = answer("usage", "--home", str(demo.server.home), "--team", "Sales", "--by", "team")["rows"]
    assert of_rows(rows, ["team"]) == {
        of: sums for of, sums in of_ledger(demo.history.ledger.totals(["team"])).items() if of == ("Sales",)
    }


def test_the_spans_are_those_that_were_sent_once(demo: Demo) -> None:
    assert demo.server.status()["spans"] == demo.history.ledger.spans


def test_the_books_agree_while_the_server_runs(demo: Demo) -> None:
    told = answer("verify", "--home", str(demo.server.home))
    assert [check["sentence"] for check in told["checks"] if not check["passed"]] == []


def test_a_second_demo_command_changes_nothing(demo: Demo) -> None:
    record = json.loads((demo.server.home / "demo.json").read_text(encoding="utf-8"))
    assert Decimal(record["spent_usd"]) == demo.history.ledger.total().cost_usd
