"""Write `outlay.toml` with every setting and its sentence, and read it back or say in one sentence why not."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import SettingsError as SourceError

from outlay.settings.alerts import ChannelOf, RouteTo
from outlay.settings.budgets import BudgetOf, CapOf
from outlay.settings.complaint import complaint
from outlay.settings.emitters import EmitterRule
from outlay.settings.owners import OwnerRule, TaskRule
from outlay.settings.settings import ModelAlias, Percent, Price, Settings, Team, default_sections
from outlay.settings.work import OutcomeKind, Workflow

FILE = "outlay.toml"

PREFACE = """\
# The settings of this home. Each stands here with its default; delete a line and the default still holds.
# An environment variable OUTLAY_SECTION__KEY wins over the file: OUTLAY_SERVER__WEB_PORT=9000.
# The server reads the file when it starts.
"""

# How one would be written; it stands in a new file as a comment.
TEAM = {"cost_centre": '"CC-1200"', "monthly_budget_usd": "2500.00", "runbook_url": '"https://wiki.example.com/spend"'}


class SettingsBroken(RuntimeError):
    """The settings cannot be used; the sentence names the file, the key and the way out."""


def read(home: Path) -> Settings:
    """The settings of a home; a home without a file gets one with the defaults.

    Raises SettingsBroken for a file that is not TOML, a key that no setting has, and a value outside its bounds.
    """
    file = home / FILE
    if not file.exists():
        write_default(home)
    try:
        # Money is Decimal from the text the owner wrote, never by way of a float.
        written = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsBroken(
            f"{file} is not TOML: {error}; mend that line, or move the file away and a new one is written"
        ) from None
    except OSError as error:
        raise SettingsBroken(f"{file} cannot be read: {error.strerror}; mend that, or name another --home") from None
    try:
        return Settings(**written)
    except ValidationError as error:
        raise SettingsBroken(complaint(error, file)) from None
    except SourceError as error:
        raise SettingsBroken(f"the environment overrides {file} with something unreadable: {error}") from None


def write_default(home: Path) -> Path:
    """Write the defaults to a home that has no `outlay.toml`; for its owner only, since it may hold a secret."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsBroken(f"{home / FILE} cannot be written: {error.strerror}; name another --home") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(default_text())
    return home / FILE


def default_text() -> str:
    """`outlay.toml` as a new home gets it: it reads back as `Settings()`."""
    return "\n".join([PREFACE.rstrip(), *_sections(), *_examples()]) + "\n"


def _sections() -> Iterator[str]:
    for name, section in default_sections().items():
        yield f"\n[{name}]"
        yield f"# {(section.__doc__ or '').splitlines()[0]}"
        for key, field in type(section).model_fields.items():
            yield f"# {field.description}"
            yield f"{key} = {toml(getattr(section, key))}"


def _examples() -> Iterator[str]:
    """Sections an owner adds, as comments: there is no default team and no default price."""
    yield "\n# One section per team."
    yield from _example('[teams."support"]', Team, TEAM)
    yield "\n# One section per way to people, beside the terminal and the webhook of [alerts]."
    channel = {
        "kind": '"pagerduty"',
        "url": '""',
        "secret": '"…"',
        "to": "[]",
        "sender": '""',
        "user": '""',
        "fallback": '"terminal"',
    }
    yield from _example('[channels."oncall"]', ChannelOf, channel)
    yield "\n# One section per route of who hears what, in order; the first that fits decides. What none takes is told"
    yield "# to every channel: pages and warnings at once, the small ones once a day at 09:00."
    route = {
        "channels": '["oncall"]',
        "team": '["support"]',
        "severity": '["warn", "info"]',
        "kind": '["spend_spike"]',
        "quiet": '"22:00-07:00"',
        "digest_at": "09:00:00",
        "most_a_day": "10",
    }
    yield from _example("[[routes]]", RouteTo, route)
    yield "\n# One section per rule of who owes what, in order. The first that fits stands before what spans say, a"
    yield "# key's own team before all rules. `outlay owners test` tries them."
    rule = {
        "service": '"search-*"',
        "scope": '"openinference.*"',
        "model": '["gpt-*", "o3"]',
        "key": '"*"',
        "attribute": '{ "http.route" = "/suggest*" }',
        "resource": '{ "k8s.namespace.name" = "shop" }',
        "set": '{ team = "search", environment = "{k8s.cluster.name}" }',
    }
    yield from _example("[[owners]]", OwnerRule, rule)
    yield "\n# One section per emitter of your own: nobody assumes what its counts mean. `outlay rebuild` reads anew"
    yield "# what it sent before."
    emitter = {
        "scope": '"acme.llm.gateway"',
        "cached_tokens": '"beside input"',
        "reasoning_tokens": '"in output"',
        "keys": '{ input = "acme.tokens.in", output = "acme.tokens.out" }',
    }
    yield from _example("[[emitters]]", EmitterRule, emitter)
    yield "\n# One section per rule of what a task is, where no outlay.task_id was sent: else each trace is one."
    task = {"workflow": '"support-*"', "id": '["ticket.id", "session"]'}
    yield from _example("[[tasks]]", TaskRule, task)
    yield "\n# One section per kind of outcome that differs from [outcomes]."
    kind = {"maturity_hours": "72", "evaluation": '"answer-resolved"'}
    yield from _example('[outcome_kinds."lead"]', OutcomeKind, kind)
    yield "\n# One section per workflow that is sold."
    yield from _example('[workflows."support-bot"]', Workflow, {"price_usd": "0.99"})
    yield "\n# One section per budget beside the teams' monthly ones."
    budget = {
        "scope": '"workflow"',
        "name": '"triage"',
        "team": '"support"',
        "period": '"quarterly"',
        "amount_usd": "1500.00",
    }
    yield from _example("[[budgets]]", BudgetOf, budget)
    yield "\n# One section per cap, for what runs away: somebody is told within a minute."
    cap = {
        "per": '"task"',
        "team": '"support"',
        "workflow": '"triage"',
        "usd": "20.00",
        "calls": "500",
        "tool_calls": "1000",
    }
    yield from _example("[[caps]]", CapOf, cap)
    yield "\n# One section per price that differs from the list."
    price = {
        "layer": '"contract"',
        "provider": '"openai"',
        "model": '"gpt-4o-mini"',
        "token_class": '"input_uncached"',
        "valid_from": "2026-01-01",
        "usd_per_million": "0.12",
        "service_tier": '"standard"',
        "min_input_tokens": "0",
    }
    yield from _example("[[prices]]", Price, price)
    yield "\n# One section per contract that takes a percentage off the list."
    percent = {"provider": '"anthropic"', "model": '"claude-*"', "percent": "12.5", "valid_from": "2026-01-01"}
    yield from _example("[[discounts]]", Percent, percent)
    yield "\n# One section per name that the price list cannot know, such as an Azure deployment."
    alias = {"provider": '"azure"', "model": '"prod-chat*"', "sold_as": '"azure/gpt-4o"'}
    yield from _example("[[models]]", ModelAlias, alias)


def _example(heading: str, model: type[BaseModel], values: Mapping[str, str]) -> Iterator[str]:
    yield f"# {heading}"
    for key, field in model.model_fields.items():
        yield f"# {key} = {values[key]}  # {field.description}"


def toml(value: object) -> str:
    """A setting's value as TOML; an unset secret stands as the empty string."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case SecretStr():
            return json.dumps(value.get_secret_value(), ensure_ascii=False)
        case tuple():
            return f"[{', '.join(toml(item) for item in value)}]"
        case _:
            return json.dumps(str(value), ensure_ascii=False)
