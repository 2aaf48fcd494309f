"""The menu, and the script Streamlit runs on every click: who looks, which pages there are, and the one they are on.

It lies beside the pages, not above them: Streamlit takes a folder `pages` below its script for a menu of its own, and
would run a page by its URL without ever coming through here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from dashboards.desk import laid
from dashboards.reader import known, leave, who
from dashboards.words import markdown

# A file of ours: an icon by name would be fetched from the internet.
MARK = Path(__file__).with_name("mark.svg")

# The paths are in links that were sent out, so they never change.
PAGES: tuple[dict[str, Any], ...] = (
    {
        "page": "overview.py",
        "title": "Overview",
        "icon": ":material/dashboard:",
        "url_path": "overview",
        "default": True,
        "help": "What the month has cost so far, where it is heading, what moved, and what needs someone.",
    },
    {
        "page": "teams.py",
        "title": "Teams and chargeback",
        "icon": ":material/groups:",
        "url_path": "teams",
        "help": "Who owes what: spend by team against its budget, and each month's statement with its files.",
    },
    {
        "page": "workflows.py",
        "title": "Workflows and unit economics",
        "icon": ":material/fork_right:",
        "url_path": "workflows",
        "help": "What one task, one resolution and one guardrail check costs, and how often they fail.",
    },
    {
        "page": "why.py",
        "title": "Why did it change",
        "icon": ":material/waterfall_chart:",
        "url_path": "why",
        "help": "What moved the cost between two periods: calls, tokens, model mix, cache, price, what is new or gone.",
    },
    {
        "page": "waste.py",
        "title": "Waste",
        "icon": ":material/delete_sweep:",
        "url_path": "waste",
        "help": "What was spent for nothing, in dollars: the rule that found it, what mends it, the calls behind it.",
    },
    {
        "page": "traces.py",
        "title": "Traces",
        "icon": ":material/account_tree:",
        "url_path": "traces",
        "help": "The costliest traces first, by team, workflow, model and outcome; one trace span by span, in dollars.",
    },
    {
        "page": "versions.py",
        "title": "Prompt versions",
        "icon": ":material/history:",
        "url_path": "versions",
        "help": "Each prompt version and model against the one before: tokens, cost per resolution, pass rate.",
    },
    {
        "page": "guardrails.py",
        "title": "Guardrails and quality",
        "icon": ":material/shield:",
        "url_path": "guardrails",
        "help": "How often each guardrail steps in, what evaluations pass, and what goes wrong most, with intervals.",
    },
    {
        "page": "models.py",
        "title": "Models and prices",
        "icon": ":material/sell:",
        "url_path": "models",
        "help": "What each model costs, the price in force, what caches save, and the models nobody priced.",
    },
    {
        "page": "incidents.py",
        "title": "Incidents",
        "icon": ":material/notifications:",
        "url_path": "incidents",
        "help": "What went out of line, by dollars: since when, why, and what was told to whom.",
    },
    {
        "page": "agenda.py",
        "title": "Silences and planned events",
        "icon": ":material/event:",
        "url_path": "agenda",
        "help": "What is not told for a while, and what is planned: each with an owner, a reason and an end.",
    },
    {
        "page": "rules.py",
        "title": "Rules and channels",
        "icon": ":material/rule:",
        "url_path": "rules",
        "help": "What is watched and what it would have told, who hears it, and whether it reaches them.",
    },
    {
        "page": "audit.py",
        "title": "Changes",
        "icon": ":material/history_edu:",
        "url_path": "audit",
        "help": "Who answered, silenced, planned and budgeted what, when and why; each row sealed, and to take along.",
    },
    {
        "page": "budgets.py",
        "title": "Budgets and forecast",
        "icon": ":material/savings:",
        "url_path": "budgets",
        "help": "What may be spent and what is: how fast, where it will end, and on which day it is gone.",
    },
    {
        "page": "accuracy.py",
        "title": "Forecast accuracy",
        "icon": ":material/target:",
        "url_path": "accuracy",
        "help": "How good forecasts were: frozen on the 1st, 10th and 20th, held against what the month came to.",
    },
    {
        "page": "quality.py",
        "title": "Data quality",
        "icon": ":material/fact_check:",
        "url_path": "quality",
        "help": "Whether the figures can be trusted: what is late, missing, unpriced, refused, claimed or silent.",
    },
    {
        "page": "emitters.py",
        "title": "Emitter health",
        "icon": ":material/stethoscope:",
        "url_path": "emitters",
        "help": "Whose numbers are in doubt, by service and instrumentation, what that puts at risk, what mends it.",
    },
)

st.set_page_config(page_title=f"{laid().view.company} · Outlay", page_icon=MARK, layout="wide")
# The pages are told before a key is asked for, so that a link to one of them still leads there afterwards.
page = st.navigation([st.Page(**told) for told in PAGES], position="sidebar" if known() else "hidden", expanded=True)
who()
page.run()
with st.sidebar:
    st.caption(markdown(f"{laid().view.company} · days and months are cut in {laid().view.zone.key}"))
    if laid().view.keys_required:
        st.button("Leave", on_click=leave, icon=":material/logout:", type="tertiary")
