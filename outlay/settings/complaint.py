"""What is wrong with a settings file: pydantic's errors as a sentence with the key and the way out."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from outlay.settings.alerts import ChannelOf, RouteTo
from outlay.settings.budgets import BudgetOf, CapOf
from outlay.settings.emitters import EmitterRule
from outlay.settings.failures import FailureModeOf
from outlay.settings.owners import OwnerRule, TaskRule
from outlay.settings.settings import ModelAlias, Percent, Price, Settings, Team, default_sections
from outlay.settings.work import OutcomeKind, Workflow

# Lists of sections, each of which is counted from 1 in a complaint.
MANY = {
    "owners": "rule",
    "tasks": "rule",
    "emitters": "emitter",
    "routes": "rule",
    "budgets": "budget",
    "caps": "cap",
    "failure_modes": "rule",
}


# pydantic's words for what a file may hold, said as its owner would write it.
WRITTEN_AS = {
    "tuple_type": 'this is a list; write it in brackets: ["…"]',
    "time_parsing": 'a time is written as "09:00"',
}


def complaint(error: ValidationError, file: Path) -> str:
    """The first complaint, as the owner would put it; the others show up when this one is mended."""
    # A mistyped setting is why another one is missing.
    first = min(error.errors(include_url=False), key=lambda told: told["type"] != "extra_forbidden")
    place = [str(part) for part in first["loc"]]
    variable = "OUTLAY_" + "__".join(place).upper()
    where = f"environment variable {variable}" if variable in os.environ else f"{file}, {_named(place)}"
    if first["type"] == "extra_forbidden":
        return f"{where}: there is no such setting{meant(place)}; correct or delete it"
    if first["type"] == "missing":
        return f"{where}: this setting is missing; add it"
    told = reason(first)
    hidden = "secret" in place[-1] or place[-1].endswith("url") or "channels" in place
    shown = "" if hidden or isinstance(first["input"], dict | list) else f" = {first['input']!s:.60}"
    whole = MANY.get(place[0], "channel" if place[0] == "channels" else "")
    way_out = f"delete the {whole}" if whole else "delete the line to get the default"
    return f"{where}{shown}: {told}; correct it, or {way_out}"


def reason(told: Mapping[str, Any]) -> str:
    """One of pydantic's errors, in words."""
    words: str = WRITTEN_AS.get(told["type"], told["msg"].removeprefix("Value error, "))
    return f"{words[:1].lower()}{words[1:]}"


def _named(place: list[str]) -> str:
    if place[0] in MANY and place[1:]:
        return f"{MANY[place[0]]} {int(place[1]) + 1} of [[{place[0]}]]{', ' if place[2:] else ''}{'.'.join(place[2:])}"
    return ".".join(place)


def meant(place: list[str]) -> str:
    """' (did you mean url?)' for a setting that is none; '' where nothing is close."""
    known: Mapping[str, object] = Settings.model_fields
    if len(place) > 1:
        tables: dict[str, type[BaseModel]] = {name: type(section) for name, section in default_sections().items()}
        tables |= {
            "teams": Team,
            "channels": ChannelOf,
            "routes": RouteTo,
            "budgets": BudgetOf,
            "caps": CapOf,
            "owners": OwnerRule,
            "tasks": TaskRule,
            "emitters": EmitterRule,
            "outcome_kinds": OutcomeKind,
            "workflows": Workflow,
            "failure_modes": FailureModeOf,
            "prices": Price,
            "discounts": Percent,
            "models": ModelAlias,
        }
        known = tables[place[0]].model_fields
    close = difflib.get_close_matches(place[-1], list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
