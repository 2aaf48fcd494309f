"""What a dialect is: how its spans are recognised, which keys it uses, and what it means by its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Field = Literal[
    # what kind of span it is
    "operation", "provider", "request_model", "response_model", "response_id", "response_text", "service_tier",
    # its usage, as the emitter counts it; `reading.usage` makes the classes disjoint
    "input", "input_uncached", "output", "output_visible", "total", "cache_read", "cache_write", "cache_write_5m",
    "cache_write_1h", "reasoning", "audio_in", "audio_out", "reported_cost_usd",
    # what `amend` decides by; its sentence when the counts sent are not what was billed, and when some are missing
    "hint", "doubt", "gap",
    # how it went
    "finish_reason", "error_type", "streamed", "ttft_s", "ttft_ms", "server", "tool_name", "agent_name",
    # what a guardrail or an evaluation found
    "guard_name", "guard_source", "guard_result", "guard_score", "guard_label",
    "evaluation_name", "evaluation_result", "evaluation_score", "evaluation_label",
    # whose it is (ingest.owner)
    "service", "instance_id", "session_id",
    "team", "workflow", "cost_centre", "environment", "user_id", "task_id", "prompt_name", "prompt_version", "purpose",
    "outcome", "outcome_kind", "outcome_decided_at", "outcome_source",
    "outcome_value_usd", "outcome_csat", "outcome_human_minutes",
]  # fmt: skip

Role = Literal["call", "agent", "workflow", "tool", "retrieval", "guardrail", "evaluation", "other"]


@dataclass(frozen=True, slots=True)
class Inside:
    """A value inside an attribute whose text is JSON, or what Python prints of a dict or a record.

    The attribute's key, then the path; a step into a list is its index. With `beside`, the value counts only where
    that key stands next to it: the company says what the number means.
    """

    key: str
    path: tuple[str, ...]
    beside: str | None = None


Spelling = str | Inside
Aliases = Mapping[Field, tuple[Spelling, ...]]


def joined(*vocabularies: Aliases) -> Aliases:
    """Several vocabularies as one: of each field the spellings of the first, then those of the next."""
    fields = dict.fromkeys(field for vocabulary in vocabularies for field in vocabulary)
    return {
        field: tuple(dict.fromkeys(spelling for vocabulary in vocabularies for spelling in vocabulary.get(field, ())))
        for field in fields
    }


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an operation's name says about its span. Only a `call` tells of one request to a provider."""

    operation: str
    role: Role


@dataclass(frozen=True, slots=True)
class Quirk:
    """What is odd about this emitter, and the case of sample_traces that shows it."""

    sentence: str
    shown_by: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """One vocabulary.

    Recognised by `scopes` (patterns of the instrumentation scope's name) within `versions` (half-open, None = any),
    or, where no dialect claims the scope, by `marks` (patterns of attribute keys on the span).
    `aliases` name the keys of each field in order: the first that is present wins.
    `operations` add to the names every dialect shares (`operations.SHARED`), and may hold patterns; `names` are
    patterns of span names that say it where no attribute does.
    `rank` says whose numbers win when two spans tell of one request: 0 the provider's own SDK, 1 an instrumentation
    of it, 2 a framework.
    `cache_outside_input` and `reasoning_outside_output` hold patterns of the providers for which it is so, and
    `cache_untold` of those whose cached tokens are in no count at all unless a cache key is there. `false_zeros` are
    the counts whose 0 means "not looked", again for which providers. `silent_calls` is the sentence of an emitter
    whose agents never tell of their calls: each such agent is an incomplete call unless somebody else tells them.
    `events` name the log records that tell of a request when they tell its usage, `failures` those that tell of a
    failed attempt; a dialect that names none is heard when a record tells usage. `records_know_better` where the
    log record of a request says more than its span.
    `amend` gets the fields of this dialect's spans as text (with scope_name, name and status) and returns them
    put right: only for what the rest of the record cannot say. A `doubt` it sets takes the place of the counts, a
    `gap` stands beside them.
    """

    name: str
    rank: int
    aliases: Aliases
    scopes: tuple[str, ...] = ()
    versions: tuple[str | None, str | None] = (None, None)
    marks: tuple[str, ...] = ()
    operations: Mapping[str, Meaning] = field(default_factory=dict)
    names: Mapping[str, Meaning] = field(default_factory=dict)
    cache_outside_input: tuple[str, ...] = ()
    cache_untold: tuple[str, ...] = ()
    false_zeros: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    reasoning_outside_output: tuple[str, ...] = ()
    silent_calls: str | None = None
    events: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    records_know_better: bool = False
    quirks: tuple[Quirk, ...] = ()
    amend: Callable[[pl.DataFrame], pl.DataFrame] | None = None


TokenClass = Literal[
    "input", "input_uncached", "input_api", "output", "output_text", "cache_read", "cache_write", "reasoning", "cost"
]


@dataclass(frozen=True, slots=True)
class Meter:
    """A metric that counts tokens, or what they cost.

    `metric` is its name, or a pattern of it; `scopes` and `providers` are patterns of where this reading holds.
    `told_by` is the attribute whose value says the class of a point, by `classes`; without it every point is of the
    one class under "". A value that `classes` lacks is left out: Codex's `total` repeats the others.
    Classes named as in a `Dialect` include each other (input holds the cache, output holds reasoning), those named
    as in the table `spans` do not (input_uncached, output_text); input_api is whatever the provider's API calls input.
    `rank` chooses between metrics that count the same requests: the lowest makes money.
    """

    dialect: str
    metric: str
    classes: Mapping[str, TokenClass]
    told_by: str | None = None
    scopes: tuple[str, ...] = ("*",)
    providers: tuple[str, ...] = ("*",)
    rank: int = 1
