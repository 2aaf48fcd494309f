"""Which pages there are. Their paths are in links that were sent out, so they never change."""

from __future__ import annotations

from typing import Any

PAGES: tuple[dict[str, Any], ...] = (
    {
        "page": "pages/overview.py",
        "title": "Overview",
        "icon": ":material/dashboard:",
        "url_path": "overview",
        "default": True,
        "help": "What the month has cost so far, where it is heading, what moved, and what needs someone.",
    },
    {
        "page": "pages/teams.py",
        "title": "Teams and chargeback",
        "icon": ":material/groups:",
        "url_path": "teams",
        "help": "Who owes what: spend by team against its budget, and each month's statement with its files.",
    },
    {
        "page": "pages/workflows.py",
        "title": "Workflows and unit economics",
        "icon": ":material/account_tree:",
        "url_path": "workflows",
        "help": "What one task, one resolution and one guardrail check costs, and how often they fail.",
    },
    {
        "page": "pages/models.py",
        "title": "Models and prices",
        "icon": ":material/sell:",
        "url_path": "models",
        "help": "What each model costs, the price in force, what caches save, and the models nobody priced.",
    },
    {
        "page": "pages/incidents.py",
        "title": "Incidents",
        "icon": ":material/notifications:",
        "url_path": "incidents",
        "help": "What went out of line, by dollars: since when, why, and what was told to whom.",
    },
    {
        "page": "pages/quality.py",
        "title": "Data quality",
        "icon": ":material/fact_check:",
        "url_path": "quality",
        "help": "Whether the figures can be trusted: what is late, missing, unpriced, refused, claimed or silent.",
    },
)
