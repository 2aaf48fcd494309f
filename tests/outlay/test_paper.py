"""A report from one source: the same words in Markdown, in HTML and as PDF, and names that stay names."""

from __future__ import annotations

from outlay.reports.paper import Grid, Heading, Say, as_html, as_markdown
from outlay.reports.printed import as_pdf

BLOCKS = [Heading("Spend"), Say("$5 | so *far*"), Grid(("Team", "Cost"), (("<b>A|B</b>", "$5.00"),))]


def test_markdown_has_a_table_whose_numbers_stand_right() -> None:
    assert as_markdown("October", BLOCKS).splitlines()[-3:] == [
        "| Team | Cost |",
        "| --- | ---: |",
        "| \\<b\\>A\\|B\\</b\\> | $5.00 |",
    ]


def test_html_shows_a_name_as_it_is_and_fetches_nothing() -> None:
    page = as_html("October <1>", BLOCKS)
    assert ("&lt;b&gt;A|B&lt;/b&gt;" in page, "October &lt;1&gt;" in page, "http" in page) == (True, True, False)


def test_a_pdf_is_the_same_bytes_each_time() -> None:
    printed = as_pdf("October", BLOCKS)
    assert (printed[:5], printed) == (b"%PDF-", as_pdf("October", BLOCKS))


def test_a_name_that_looks_like_typst_s_code_is_not_run() -> None:
    assert (
        as_pdf("#panic(1) $x$ *", [Say('#read("/etc/passwd") \\ "'), Grid(("#panic()",), (("@a",),))])[:5] == b"%PDF-"
    )
