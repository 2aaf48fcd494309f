"""What a deployment may change: every setting with its default, its bounds and one sentence that says what it does.

The model is the truth; `settings_file` writes it down as `outlay.toml` and reads it back.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ingest import Limits
from outlay.settings.alerts import Alerts, ChannelOf, Conditions, RouteTo
from outlay.settings.budgets import BudgetOf, CapOf
from outlay.settings.emitters import EmitterRule
from outlay.settings.failures import FailureModeOf
from outlay.settings.owners import OwnerRule, TaskRule
from outlay.settings.section import Dollars, Section
from outlay.settings.work import OutcomeKind, Outcomes, Workflow

MIB = 2**20
GIB = 2**30

Port = Annotated[int, Field(ge=0, le=65_535)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write a name such as Europe/Berlin or America/New_York") from None
    return name


class Company(Section):
    """Whose spend this is."""

    name: str = Field("Our company", description="The name on pages and statements.", min_length=1, max_length=200)
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "UTC", description="The business time zone: days and months are cut here, storage stays in UTC."
    )
    currency: Literal["USD"] = Field("USD", description="The currency of every amount; providers bill in US dollars.")


class Server(Section):
    """Where the server listens, and with how many processes."""

    host: str = Field(
        "127.0.0.1",
        description="The address of spans and pages; anything but loopback also needs keys.required = true.",
        min_length=1,
    )
    names: tuple[str, ...] = Field(
        (), description="Host names under which browsers reach the pages, beside those of loopback."
    )
    otlp_port: Port = Field(4318, description="The port that accepts OTLP over HTTP; 0 takes a free one.")
    grpc_port: Port = Field(4317, description="The port that accepts OTLP over gRPC; 0 takes a free one.")
    web_port: Port = Field(8501, description="The port of the pages and the API; 0 takes a free one.")
    ingest_workers: int = Field(
        2,
        ge=1,
        le=64,
        description="How many processes accept spans; one takes about 500 requests of 512 spans a second.",
    )
    # Unbounded, DuckDB gives nothing back: 1.7 GB after each metric was asked once of ten million spans, instead of
    # 0.5 GB for the same processor time. A rebuild is not bounded: it must end.
    ledger_memory_mb: int = Field(
        320,
        ge=100,
        le=1_000_000,
        description="Megabytes the ledger's database may hold in memory; what is above goes to the disk for a while.",
    )
    # Each one more costs processor time and memory: what arrives 12 % with two instead of one, and 60 MB. Questions
    # asked at once still run side by side.
    ledger_threads: int = Field(1, ge=1, le=1_024, description="How many threads one question to the ledger may use.")


class KeyRules(Section):
    """Who may send spans."""

    required: bool = Field(
        False,
        description="Whether a sender needs a key (`outlay keys create --team T`), which then says whose spend it is.",
    )


def _limit(name: str, most: int) -> int:
    """A limit of the socket, with the default and the reason that `ingest` gives it."""
    limit: int = Field(getattr(Limits(), name), ge=1, le=most, description=Limits.reasons()[name])
    return limit


class Bounds(Section):
    """What one request and one batch may weigh: each bound keeps one sender from taking the room of the others."""

    body_bytes: int = _limit("body_bytes", 200 * MIB)
    in_flight_bytes: int = _limit("in_flight_bytes", 16 * GIB)
    commit_bytes: int = _limit("commit_bytes", 256 * MIB)
    connections: int = _limit("connections", 100_000)
    head_seconds: int = _limit("head_seconds", 600)
    body_seconds: int = _limit("body_seconds", 600)
    spans: int = _limit("spans", 10_000_000)
    pieces: int = _limit("pieces", 100_000_000)
    depth: int = _limit("depth", 30)
    faults_kept: int = _limit("faults_kept", 10_000)
    faults_answered: int = _limit("faults_answered", 100)
    record_bytes: int = _limit("record_bytes", MIB)
    message_chars: int = _limit("message_chars", 10_000)
    residue_bytes: int = _limit("residue_bytes", MIB)
    batch_entries: int = Field(
        512, ge=1, le=10_000, description="Requests the loader moves into the warehouse in one transaction."
    )
    batch_bytes: int = Field(
        20 * MIB,
        ge=1,
        le=GIB,
        description="Bytes of requests one such transaction may hold; reading them takes twenty times that in memory.",
    )

    def of_the_socket(self) -> Limits:
        """The part that every ingest process is told."""
        return Limits(**{each.name: getattr(self, each.name) for each in fields(Limits)})


class Team(Section):
    """One team: who pays for it and how much it may spend."""

    cost_centre: str | None = Field(None, description="The cost centre that pays for the team.", max_length=100)
    monthly_budget_usd: Dollars | None = Field(None, description="What the team may spend in a calendar month.")
    runbook_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$", max_length=500)] = Field(
        "", description="Where it stands what to do when the team's spend is out of line; messages link to it."
    )


class Price(Section):
    """One dated price of your own, which wins over the list price."""

    layer: Literal["contract", "override"] = Field(
        "contract",
        description="Why it differs from the list: a negotiated contract, or an override of a wrong list price.",
    )
    provider: str = Field(description="Who bills, as the Models page shows it.", min_length=1)
    model: str = Field(description="The model billed, as the Models page shows it.", min_length=1)
    token_class: Literal[
        "input_uncached",
        "cache_read",
        "cache_write_5m",
        "cache_write_1h",
        "cache_write_other",
        "output_text",
        "reasoning",
        "audio_in",
        "audio_out",
    ] = Field(description="Which tokens it prices; a class billed as another (reasoning as output) follows that one.")
    valid_from: date = Field(description="The first day, in UTC, on which it holds.")
    usd_per_million: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=6)] = Field(
        description="US dollars for a million such tokens."
    )
    service_tier: str = Field(
        "standard", description="The service tier it is for: standard, batch, flex, priority or fast.", min_length=1
    )
    min_input_tokens: int = Field(
        0, ge=0, description="It is for requests of so many input tokens or more, all of whose tokens it then prices."
    )


Pattern = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\*?[^*]*\*?$")]


class Percent(Section):
    """One contract told in percent: off the list prices of a provider's models, since a day."""

    provider: str = Field(description="Who bills.", min_length=1)
    model: Pattern = Field(description="The list's models it is for; a * may stand at the ends.")
    percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)] = Field(
        description="How much less than the list price; 0 ends an earlier discount."
    )
    valid_from: date = Field(description="The first day, in UTC, on which it holds.")


class ModelAlias(Section):
    """One name that only you can explain: an Azure deployment, a gateway's own name for a model."""

    provider: str = Field(description="Who bills, as the Models page shows it.", min_length=1)
    model: Pattern = Field(description="The name as it is sent; a * may stand at the ends.")
    sold_as: Annotated[str, Field(pattern=r"^[^/\s]+/\S+$", max_length=300)] = Field(
        description="Its provider/model in the price list; a * in it stands for what the first * of the name took."
    )


class Spikes(Section):
    """When spend that is out of line is worth telling."""

    impact_usd: int = Field(
        15, ge=0, description="Whole dollars above the usual below which nobody is told of a spike."
    )
    page_usd: int = Field(
        200, ge=0, description="Whole dollars, accrued or expected within a day, from which on a spike wakes somebody."
    )


class Retention(Section):
    """How long what arrived is kept as it came; spans, calls and statements stay."""

    journal_days: int = Field(
        90,
        ge=2,
        le=3_650,
        description="Days for which the requests stay in the journal, from which all can be rebuilt.",
    )


class Settings(BaseSettings):
    """A home's settings: the file, over which an environment variable OUTLAY_SECTION__KEY wins."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="OUTLAY_", env_nested_delimiter="__", env_ignore_empty=True
    )

    company: Company = Field(default_factory=Company)
    server: Server = Field(default_factory=Server)
    keys: KeyRules = Field(default_factory=KeyRules)
    limits: Bounds = Field(default_factory=Bounds)
    spikes: Spikes = Field(default_factory=Spikes)
    alerts: Alerts = Field(default_factory=Alerts)
    conditions: Conditions = Field(default_factory=Conditions)
    retention: Retention = Field(default_factory=Retention)
    outcomes: Outcomes = Field(default_factory=Outcomes)
    outcome_kinds: dict[str, OutcomeKind] = Field(default_factory=dict)
    workflows: dict[str, Workflow] = Field(default_factory=dict)
    budgets: tuple[BudgetOf, ...] = Field((), max_length=5_000)
    # Every task that changes is asked about every cap.
    caps: tuple[CapOf, ...] = Field((), max_length=50)
    # Every span is asked about every rule.
    tasks: tuple[TaskRule, ...] = Field((), max_length=200)
    teams: dict[str, Team] = Field(default_factory=dict)
    channels: dict[str, ChannelOf] = Field(default_factory=dict)
    routes: tuple[RouteTo, ...] = Field((), max_length=200)
    # Every span is asked about every rule.
    owners: tuple[OwnerRule, ...] = Field((), max_length=200)
    emitters: tuple[EmitterRule, ...] = Field((), max_length=100)
    failure_modes: tuple[FailureModeOf, ...] = Field((), max_length=200)
    prices: tuple[Price, ...] = ()
    discounts: tuple[Percent, ...] = ()
    models: tuple[ModelAlias, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; nothing else is read, and no .env that nobody asked for."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone."""
        return ZoneInfo(self.company.time_zone)


def default_sections() -> dict[str, Section]:
    """The sections that always exist, each with its defaults, whatever the environment says."""
    built = ((name, field.get_default(call_default_factory=True)) for name, field in Settings.model_fields.items())
    return {name: section for name, section in built if isinstance(section, Section)}
