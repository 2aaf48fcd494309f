"""A report from one source: the same words in Markdown and in HTML, and names that stay names."""

from __future__ import annotations

from outlay.paper import Grid, Heading, Say, as_html, as_markdown

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
