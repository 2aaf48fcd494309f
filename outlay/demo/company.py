"""Who the demo company is: its teams, its software, the models that software calls and what they cost.

Everything here is read from `company.toml`; nothing here happens in time except prices, which are dated.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

MILLION = Decimal(1_000_000)
LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Usage(NamedTuple):
    """Tokens of one call by class. The classes are disjoint; their sum is what the provider counted."""

    input_uncached: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output_text: int = 0
    reasoning: int = 0

    @property
    def input_tokens(self) -> int:
        """Every token sent: fresh, read from the cache and written to it."""
        return self.input_uncached + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @property
    def output_tokens(self) -> int:
        """Every token generated, reasoning included."""
        return self.output_text + self.reasoning


class PriceLine(NamedTuple):
    """A price of the company's own: a contract's step. `valid_from` is a UTC date."""

    layer: str
    provider: str
    model: str
    token_class: str
    valid_from: dt.date
    usd_per_million: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """Who bills, and how its API fails."""

    name: str
    address: str
    error: str
    status: str
    failure_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model as it is asked for, as it is billed, and its dated prices in US dollars a token (none: unpriced)."""

    name: str
    provider: Provider
    billed_as: str
    prices: tuple[tuple[dt.datetime, Mapping[str, Decimal]], ...]

    def charges(self, usage: Usage, at: dt.datetime) -> dict[str, Decimal] | None:
        """What a call at that instant costs, by token class; None when nobody prices the model."""
        price = self.price(at)
        if price is None:
            return None
        return {name: price[name] * tokens for name, tokens in zip(Usage._fields, usage, strict=True) if tokens}

    def cost_usd(self, usage: Usage, at: dt.datetime) -> Decimal:
        """The sum of the charges; zero when nobody prices the model."""
        return sum((self.charges(usage, at) or {}).values(), Decimal(0))

    def price(self, at: dt.datetime) -> Mapping[str, Decimal] | None:
        """US dollars a token by class, of the latest step that has begun."""
        return next((price for since, price in reversed(self.prices) if since <= at), None)


@dataclass(frozen=True, slots=True, eq=False)
class Guardrail:
    """A check of what goes in or comes out; `span`: it is reported as a span of its own, not as an event."""

    name: str
    source: str
    triggers: Mapping[str, float]
    span: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A score given to a share of the tasks, and how often it passes."""

    name: str
    passed: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Workflow:
    """One thing the company's software does: when, with which model, in how many calls of how many tokens."""

    name: str
    team: str | None
    service: str
    emitter: str
    model: Model
    rhythm: str
    tasks_per_day: float
    calls: tuple[int, int]
    input: int
    output: int
    cached: int = 0
    cache: str | None = None
    reasoning: int = 0
    growth: float = 0.0
    agent: bool = True
    streams: bool = False
    tools: tuple[str, ...] = ()
    outcome: str | None = None
    decided_after_hours: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    guardrails: tuple[Guardrail, ...] = ()
    evaluation: Evaluation | None = None
    judge: float = 0.0
    prompt: str | None = None
    prompt_version: str | None = None
    users: int = 0
    repeats_usage: bool = False
    encoding: str = "plain"


@dataclass(frozen=True, slots=True, eq=False)
class Team:
    """Who owes, and how much they may spend in a month."""

    name: str
    cost_centre: str
    monthly_budget_usd: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """The demo company on the day its history ends. `servings`: what a task of a workflow earns."""

    name: str
    time_zone: str
    teams: Mapping[str, Team]
    providers: Mapping[str, Provider]
    models: Mapping[str, Model]
    workflows: tuple[Workflow, ...]
    unattributed: tuple[Workflow, ...]
    own_prices: tuple[PriceLine, ...]
    servings: Mapping[str, Decimal]
    usd_per_hour: Decimal

    @property
    def zone(self) -> ZoneInfo:
        """Where its days and months are cut."""
        return ZoneInfo(self.time_zone)

    @classmethod
    def read(cls, now: dt.datetime) -> Company:
        """The company of `company.toml`, with its contract's steps dated back from `now`."""
        told = tomllib.loads(files("outlay.demo").joinpath("company.toml").read_text(encoding="utf-8"))
        providers = {name: Provider(name=name, **facts) for name, facts in told["providers"].items()}
        own = tuple(line for name, facts in told["models"].items() for line in _contract(name, facts, now))
        models = {name: _model(name, facts, providers, own) for name, facts in told["models"].items()}
        return cls(
            name=told["name"],
            time_zone=told["time_zone"],
            teams={
                name: Team(name, facts["cost_centre"], Decimal(facts["monthly_budget_usd"]))
                for name, facts in told["teams"].items()
            },
            providers=providers,
            models=models,
            workflows=tuple(_workflow(facts, models) for facts in told["workflows"]),
            unattributed=tuple(_workflow({**facts, "team": None}, models) for facts in told["unattributed"]),
            own_prices=own,
            servings={name: Decimal(price) for name, price in told["servings"].items()},
            usd_per_hour=Decimal(told["people"]["usd_per_hour"]),
        )


def _contract(name: str, facts: Mapping[str, Any], now: dt.datetime) -> list[PriceLine]:
    today = now.astimezone(dt.UTC).date()
    return [
        PriceLine(
            layer="contract",
            provider=facts["provider"],
            model=name,
            token_class=token_class,
            valid_from=today - dt.timedelta(days=step["days_before_end"]),
            usd_per_million=Decimal(price),
        )
        for step in facts.get("contract", ())
        for token_class, price in step["prices"].items()
    ]


def _model(name: str, facts: Mapping[str, Any], providers: Mapping[str, Provider], own: tuple[PriceLine, ...]) -> Model:
    dated: dict[dt.datetime, dict[str, Decimal]] = {}
    for line in own:
        if line.model == name:
            since = dt.datetime.combine(line.valid_from, dt.time(), dt.UTC)
            dated.setdefault(since, {})[line.token_class] = line.usd_per_million / MILLION
    if "prices" in facts:
        listed = {token_class: Decimal(price) / MILLION for token_class, price in facts["prices"].items()}
        # Providers bill reasoning as output.
        dated[LONG_AGO] = {**listed, "reasoning": listed.get("output_text", Decimal(0))}
    return Model(name, providers[facts["provider"]], facts["billed_as"], tuple(sorted(dated.items())))


def _workflow(facts: Mapping[str, Any], models: Mapping[str, Model]) -> Workflow:
    evaluation = facts.get("evaluation")
    return Workflow(
        **{
            **facts,
            "model": models[facts["model"]],
            "calls": tuple(facts["calls"]),
            "tools": tuple(facts.get("tools", ())),
            "guardrails": tuple(Guardrail(**guardrail) for guardrail in facts.get("guardrails", ())),
            "evaluation": evaluation and Evaluation(evaluation["name"], evaluation["pass"], evaluation["share"]),
        }
    )
