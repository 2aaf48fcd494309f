"""why, waste, regressions and the platform's report, as a user types them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from typing_commands import Shell

NOVEMBER = ("--since", "2026-11-01", "--until", "2026-12-01")  # when the one call was recorded


def test_why_says_parts_that_sum_to_the_change(chat: Shell) -> None:
    told = chat.type("why", *NOVEMBER, "--json").json
    parts = sum((Decimal(part["cost_usd"]) for part in told["parts"]), Decimal(0))
    assert (parts, Decimal(told["difference_usd"]) > 0, told["after"]["calls"]) == (
        Decimal(told["difference_usd"]),
        True,
        1,
    )


def test_why_of_a_period_that_ends_before_it_begins_is_one_sentence(chat: Shell) -> None:
    shown = chat.type("why", "--since", "2026-02-01", "--until", "2026-01-01")
    assert (shown.code, "before it begins" in shown.err) == (1, True)


def test_waste_lists_every_rule_and_what_it_looks_for(chat: Shell) -> None:
    told = chat.type("waste", *NOVEMBER, "--json").json
    assert (told["waste_usd"], len(told["rules"]), all(rule["looks_for"] for rule in told["rules"])) == ("0", 10, True)


def test_waste_by_a_rule_nobody_wrote_names_those_there_are(chat: Shell) -> None:
    shown = chat.type("waste", "sloth")
    assert (shown.code, "no rule is called 'sloth'; there are: failed_calls" in shown.err) == (1, True)


def test_without_versions_there_is_nothing_to_regress(chat: Shell) -> None:
    assert "No workflow changed its prompt version" in chat.type("regressions").out


def test_the_platforms_report_is_written_as_markdown_html_and_pdf_with_the_months_spend(chat: Shell) -> None:
    told = chat.type("report", "2026-11", "--kind", "platform", "--json").json
    page, html, pdf = (Path(told["folder"], name).read_bytes() for name in told["files"])
    assert told["files"] == [f"platform-2026-11.{kind}" for kind in ("md", "html", "pdf")]
    assert (b"## Top failure modes" in page, b"| Unattributed | <$0.0001" in page.replace(b"\\", b"")) == (True, True)
    assert (b"<h2>Unit economics, quarter over quarter</h2>" in html, pdf[:5]) == (True, b"%PDF-")


def test_a_month_that_has_not_begun_has_no_report(chat: Shell) -> None:
    shown = chat.type("report", "2090-01", "--kind", "platform")
    assert (shown.code, "has not begun" in shown.err) == (1, True)
