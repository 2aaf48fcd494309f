"""The README's tables of commands, settings and metrics, made from the code: `make readme` writes them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import typer.main
from pydantic import BaseModel

from outlay.cli import app
from outlay.settings.alerts import ChannelOf, RouteTo
from outlay.settings.budgets import BudgetOf, CapOf
from outlay.settings.failures import FailureModeOf
from outlay.settings.file import toml
from outlay.settings.owners import OwnerRule, TaskRule
from outlay.settings.settings import ModelAlias, Percent, Price, Team, default_sections
from outlay.settings.work import OutcomeKind, Workflow
from warehouse import metric, metric_names

README = Path(__file__).parent.parent / "README.md"


def commands() -> str:
    """Every command with its first sentence."""
    group = typer.main.get_command(app)
    rows = [(f"`outlay {name}`", command.get_short_help_str(200)) for name, command in group.commands.items()]
    return table(("command", "what it does"), rows)


def settings() -> str:
    """Every setting with its default and its sentence."""
    rows = [
        (f"`{section}.{key}`", f"`{toml(getattr(defaults, key))}`", str(field.description))
        for section, defaults in default_sections().items()
        for key, field in type(defaults).model_fields.items()
    ]
    many = {
        'teams."NAME"': Team,
        'channels."NAME"': ChannelOf,
        "routes[]": RouteTo,
        "budgets[]": BudgetOf,
        "caps[]": CapOf,
        "owners[]": OwnerRule,
        "failure_modes[]": FailureModeOf,
        "tasks[]": TaskRule,
        'outcome_kinds."KIND"': OutcomeKind,
        'workflows."NAME"': Workflow,
        "prices[]": Price,
        "discounts[]": Percent,
        "models[]": ModelAlias,
    }
    listed = [row for section, model in many.items() for row in of_many(section, model)]
    return table(("setting", "default", "what it does"), rows + listed)


def of_many(section: str, model: type[BaseModel]) -> list[tuple[str, str, str]]:
    """The settings of a section that an owner adds as often as they like."""
    return [(f"`{section}.{key}`", "", str(field.description)) for key, field in model.model_fields.items()]


def metrics() -> str:
    """Every metric with its unit and title."""
    rows = [(f"`{name}`", metric(name).title, metric(name).unit) for name in metric_names()]
    return table(("metric", "what it says", "unit"), rows)


TABLES: dict[str, Callable[[], str]] = {"commands": commands, "settings": settings, "metrics": metrics}


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def with_tables(text: str) -> str:
    """The README's text with every table between its marks made anew."""
    for name, made in TABLES.items():
        above, below = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest = text.split(above)
        text = f"{before}{above}{made()}\n{below}{rest.split(below)[1]}"
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{README.name} has today's tables\n")
