"""Settings of how people are told: the channels, the routes to them, and who watches the watcher."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from outlay.settings.section import Section


def _web_address(url: SecretStr) -> SecretStr:
    if url.get_secret_value() and not url.get_secret_value().startswith(("http://", "https://")):
        raise ValueError("a webhook's address starts with http:// or https://")
    return url


WebAddress = Annotated[SecretStr, AfterValidator(_web_address)]
HOURS = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")
# What a message may be about; a route for anything else would never be taken.
Kind = Literal[
    "spend_spike",
    "spend_drop",
    "runaway",
    "budget",
    "silence",
    "statement",
    "unpriced",
    "provider_failures",
    "evaluation_drop",
    "guardrail_rate",
    "price_change",
    "drift",
    "regression",
    "journal_lag",
    "job_failed",
]


class Alerts(Section):
    """Where incidents are told."""

    terminal: bool = Field(True, description="Whether messages are also written to the terminal of `outlay serve`.")
    webhook_url: WebAddress = Field(
        SecretStr(""), description="Where messages are posted as JSON; empty sends none. [channels] are other ways."
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Signs each message (HMAC-SHA256), so that the receiver can tell it is ours."
    )
    allow_hosts: tuple[str, ...] = Field(
        (), description="Private hosts a channel may call; public ones need no entry here."
    )
    most_a_day: int = Field(
        20,
        ge=1,
        le=1_000,
        description="Letters per team, day and channel; warnings beyond it wait for the digest, pages never do.",
    )
    pages_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = Field(
        "", description="Where people reach the pages, as messages link to them; empty is the address served."
    )
    alive_url: WebAddress = Field(
        SecretStr(""),
        description="Asked every minute while all is well, so that an outside service notices our silence.",
    )


class Conditions(Section):
    """What else is watched, beside spend, budgets and silence; 0 leaves one out. `outlay alerts rules` tries them."""

    unpriced_points: float = Field(
        5, ge=0, le=100, description="Points of a hundred by which a model's unpriced or incomplete share rises."
    )
    failure_points: float = Field(
        20, ge=0, le=100, description="Points by which the share of a provider's attempts that fail rises in an hour."
    )
    evaluation_points: float = Field(
        3, ge=0, le=100, description="Points by which the pass rate of an evaluation falls in a day."
    )
    guardrail_points: float = Field(
        5, ge=0, le=100, description="Points by which a guardrail steps in more often in a day."
    )
    price_days: int = Field(30, ge=0, le=365, description="Days ahead for which a change of price is told.")
    drift_percent: float = Field(
        20, ge=0, le=1_000, description="Percent by which spend creeps up in four weeks, rising in each of them."
    )
    regressions: bool = Field(
        True, description="Whether a prompt version or model that does worse than the one before it is told."
    )
    lag_minutes: int = Field(
        15, ge=0, le=1_440, description="Minutes by which reading may be behind what was received."
    )


class ChannelOf(Section):
    """One way to people. What is secret in it is never shown again."""

    kind: Literal["slack", "pagerduty", "email", "webhook", "alertmanager", "apprise"] = Field(
        description="slack, pagerduty, email, webhook, alertmanager or apprise."
    )
    url: SecretStr = Field(
        SecretStr(""),
        description="The webhook's address, Slack's, Alertmanager's, PagerDuty's outside the US, the relay (smtp://host:587).",
    )
    secret: SecretStr = Field(
        SecretStr(""), description="Slack's bot token, PagerDuty's routing key, what signs a webhook, a password."
    )
    to: tuple[str, ...] = Field((), description="The Slack channel's id for a bot's token, or the e-mail addresses.")
    sender: str = Field("", description="Whom an e-mail comes from.")
    user: str = Field("", description="Who logs in at the mail relay.")
    fallback: str = Field("", description="The channel that is told too when this one fails.")


class RouteTo(Section):
    """One route: the first that fits a message decides who hears it."""

    channels: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Who hears it: names of [channels], terminal, webhook."
    )
    team: tuple[str, ...] = Field((), description="The teams it is for; Unattributed is one. Left out: all.")
    severity: tuple[Literal["page", "warn", "info"], ...] = Field(
        (), description="page, warn or info. Left out: all of them."
    )
    kind: tuple[Kind, ...] = Field(
        (), description="spend_spike, spend_drop, runaway, budget, silence, statement, … Left out: all."
    )
    quiet: str = Field("", description="Hours in the business zone in which only pages are told, the rest after them.")
    digest_at: time | None = Field(None, description="One letter a day at this time instead of one at once.")
    most_a_day: int | None = Field(None, ge=1, le=1_000, description="Another cap than alerts.most_a_day.")

    @field_validator("quiet")
    @classmethod
    def _hours(cls, told: str) -> str:
        if told and not HOURS.match(told):
            raise ValueError('quiet hours are written as "22:00-07:00"')
        if told and told[:5] == told[6:]:
            raise ValueError("quiet hours begin and end at two different times")
        return told

    @model_validator(mode="after")
    def _no_page_waits(self) -> RouteTo:
        if self.digest_at and "page" in (self.severity or ("page",)):
            raise ValueError('a digest is for what can wait; name its severity, such as severity = ["info"]')
        return self

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        """When quiet begins and ends."""
        if not self.quiet:
            return None
        begins, _, ends = self.quiet.partition("-")
        return time.fromisoformat(begins), time.fromisoformat(ends)
