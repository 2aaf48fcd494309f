"""Waste: what was spent for nothing, by the rule that found it, with the calls behind each line."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import CheckboxColumn, DatetimeColumn, LinkColumn, NumberColumn, TextColumn

from dashboards.ask import look_up
from dashboards.emptiness import nothing_here
from dashboards.figures import bars
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.named_rows import with_names
from dashboards.screen import draw, money, table, tile
from dashboards.selection import Selection
from dashboards.sums import count, dollars
from dashboards.trace_links import with_links
from dashboards.wasted import calls_behind, wasted
from dashboards.words import markdown, percent
from warehouse import usd, usd_exact, waste_rules

TITLES = {rule.name: rule.title for rule in waste_rules()}
ESTIMATES = {rule.name for rule in waste_rules() if rule.estimate}


def totals(lines: pl.DataFrame, spent: pl.DataFrame) -> None:
    """The waste, its share of what was spent, and how much of it is an estimate."""
    whole, cost = dollars(lines, "counted_usd"), dollars(spent)
    guessed = dollars(lines.filter(pl.col("rule").is_in(list(ESTIMATES))), "counted_usd")
    with st.grid(3, min_column_width=170):
        tile(
            "Waste",
            usd(whole),
            exact=whole,
            described=f"{count(lines, 'counted_calls'):,} calls",
            note="What two rules found is counted once, under the one that found most.",
        )
        tile("Of what was spent", percent(whole / cost if cost else None, 1), described=f"of {usd(cost)}")
        tile("Estimated", percent(guessed / whole if whole else None), described="of the waste; the rest is charged")


def by_rule(lines: pl.DataFrame) -> None:
    """One bar a rule that found something."""
    rules = (
        lines.group_by("rule")
        .agg(pl.col("counted_usd").sum(), pl.col("counted_calls").sum())
        .filter(pl.col("counted_usd") > 0)
        .with_columns(pl.col("rule").replace_strict(TITLES).alias("title"))
        .sort("counted_usd", "title", descending=[True, False])
    )
    text = [
        f"{usd(amount)} · {calls:,} calls" for amount, calls in rules.select("counted_usd", "counted_calls").iter_rows()
    ]
    draw(bars(rules, name="title", value="counted_usd", text=text, what="Waste by rule", money=True), key="waste-rules")
    with st.container(key="exact-waste"):
        st.caption(markdown(f"Exactly {usd_exact(dollars(lines, 'counted_usd'))}, no call counted twice"))


def by_workflow(lines: pl.DataFrame) -> None:
    """Who wasted it."""
    st.subheader("By workflow", anchor=False)
    rows = with_names(lines).with_columns(pl.col("rule").replace_strict(TITLES).alias("title"))
    table(
        rows,
        {
            "title": TextColumn("Rule", pinned=True, width="medium"),
            "name": TextColumn("Workflow", width="medium"),
            "counted_usd": money("Waste", rows["counted_usd"]),
            "counted_calls": NumberColumn("Calls", format="localized"),
            "found_usd": money("Found", rows["found_usd"], help="With what another rule counts: not to be summed"),
        },
        key="waste-lines",
        alt="Waste by rule and workflow",
    )


def behind(lines: pl.DataFrame, selection: Selection) -> None:
    """One rule in words, and the calls it found."""
    st.subheader("The calls behind it", anchor=False)
    found = [name for name in TITLES if name in set(lines["rule"])]
    picked = st.selectbox(
        "Rule", found, format_func=lambda name: TITLES.get(name, name), key="rule", bind="query-params"
    )
    rule = next(each for each in waste_rules() if each.name == (picked if picked in found else found[0]))
    st.markdown(markdown(rule.rule))
    st.caption(markdown(f"{rule.mends}{' Its dollars are an estimate.' if rule.estimate else ''}"))
    rows = with_names(with_links(calls_behind(rule.name, selection)))
    table(
        rows,
        {
            "link": LinkColumn("Trace", display_text="Open", width="small"),
            "waste_usd": money("Waste", rows["waste_usd"]),
            "because": TextColumn("Because", width="medium"),
            "name": TextColumn("Workflow", width="medium"),
            "model": TextColumn("Model"),
            "cost_usd": money("The call cost", rows["cost_usd"]),
            "started_at": DatetimeColumn("Started, UTC", format="YYYY-MM-DD HH:mm:ss"),
            "counted": CheckboxColumn("In the sum", help="Another rule may have found more of it"),
        },
        key="waste-calls",
        alt=f"Calls found by the rule {rule.title}",
    )


def page() -> None:
    """The page: the sum, the rules, the workflows, the calls."""
    selection = choose(st.sidebar)
    open_page("Waste", selection)
    if look_up("cells", selection).is_empty():
        nothing_here(selection)
        return
    found = wasted(selection)
    totals(found.lines, found.spent)
    if found.lines.is_empty():
        st.success("No rule found anything on these days.", icon=":material/check_circle:")
        with st.expander("What the rules look for"):
            for rule in waste_rules():
                st.markdown(f"**{markdown(rule.title)}.** {markdown(rule.rule)}")
        return
    by_rule(found.lines)
    by_workflow(found.lines)
    behind(found.lines, selection)


page()
