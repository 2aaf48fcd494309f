"""What to do about an emitter whose numbers are in doubt: a table of conditions, each with a sentence that mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

# As `emitter_health` joins the reasons of incomplete calls.
BETWEEN_REASONS: Final = " | "


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do about `count` calls, spans or records (`of`), with code between backticks in its sentence.

    `needs_someone` is False where it only explains a number.
    """

    about: str
    count: int
    of: str
    sentence: str
    needs_someone: bool = True

    @property
    def counted(self) -> str:
        """How much is in doubt: '1 record', '1,234 calls'."""
        return f"{self.count:,} {self.of.removesuffix('s') if self.count == 1 else self.of}"


@dataclass(frozen=True, slots=True)
class Remedy:
    """The sentence for a condition: a column of `emitter_health` above zero, and where given a reason or a scope.

    `because` is part of the reason for which a call is incomplete. `scopes` are patterns of instrumentation scopes.
    Braces in the sentence name a column; a value put there is only ever shown.
    """

    about: str
    column: str
    sentence: str
    because: str = ""
    scopes: tuple[str, ...] = ()
    needs_someone: bool = True


# Why calls are incomplete, in the words of `ingest.reading` and the dialects; the first part that is found answers.
INCOMPLETE: Final = (
    Remedy(
        "usage",
        "incomplete_calls",
        'Have its OpenAI streams ask for usage: `stream_options={"include_usage": true}`.',
        because="include_usage",
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Nobody described its keys: have it send `gen_ai.usage.input_tokens` and `gen_ai.usage.output_tokens`, or name "
        "its own keys in outlay.toml: `[[emitters]]`.",
        because="unknown dialect",
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Say in outlay.toml whether its input holds the cached tokens and its output the reasoning: `[[emitters]]`.",
        because="nobody described this emitter",
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Switch the client's automatic function calling off: it asks several times in one span and tells the last "
        "usage only.",
        because="last usage only",
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Add an instrumentation of the model's client beside it; this one tells of agents, not of their calls.",
        because="beside it",
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Use an instrumentation that counts what the provider answered (OpenInference does); this one estimates.",
        because="estimate",
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Use an instrumentation that tells cached tokens (OpenInference does); this one leaves them out.",
        because="cache",
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Nothing to mend: the answer broke off, and the provider billed what it had written; its bill has the rest.",
        because="failed after the response had begun",
        needs_someone=False,
    ),
    Remedy(
        "usage",
        "incomplete_calls",
        "Only a sum over its calls came: have it send traces or logs of them too, so that each can be counted.",
        because="unknown number of calls",
    ),
)
REMEDIES: Final = (
    Remedy(
        "cache",
        "ambiguous_calls",
        "It does not say whether its input includes the cached tokens; they are taken as included. Use "
        "OpenInference's instrumentation or the provider's own spans, which say so.",
    ),
    Remedy(
        "cache",
        "cache_untold_calls",
        "It hides cached tokens, which are then charged as plain input: use "
        "`opentelemetry-instrumentation-genai-openai` or `openinference-instrumentation-openai`.",
        scopes=("opentelemetry.instrumentation.openai_v2", "opentelemetry.instrumentation.openai_agents"),
    ),
    Remedy(
        "cache",
        "cache_untold_calls",
        "It hides cached tokens, which are then charged as plain input: add an instrumentation of the model's client "
        "beside it.",
        scopes=("semantic_kernel*", "Microsoft.SemanticKernel*", "haystack*", "@opentelemetry/instrumentation-openai"),
    ),
    Remedy(
        "price",
        "unpriced_calls",
        "Models without a price: {unpriced_models}, {unpriced_model} among them; `outlay prices set` gives it one.",
    ),
    Remedy(
        "owner",
        "unattributed_calls",
        "Set `OTEL_RESOURCE_ATTRIBUTES=outlay.team=TEAM` for it, give it a team's key, or write a rule: `[[owners]]`.",
    ),
    Remedy(
        "owner",
        "claimed_spans",
        "It names teams its key may not speak for, {claimed_team} among them: give it that team's key, or make a "
        "gateway's with `outlay keys create --gateway --teams …`.",
    ),
    Remedy(
        "records", "faults", "Its exporter sent records that were refused, such as: {fault}. Data quality lists them."
    ),
    Remedy("clock", "odd_times", "Its clock or its exporter is wrong: some of its spans have impossible times."),
    Remedy(
        "duplicates",
        "told_again",
        "Nothing to do: requests it told of beside another instrumentation count once.",
        needs_someone=False,
    ),
)


def advise(emitter: Mapping[str, Any]) -> tuple[Advice, ...]:
    """What to do about one row of `emitter_health`, the most telling first; nothing when its numbers are sound."""
    facts = dict(emitter)
    # Where a provider's cache is never told, nobody can say what of the input was cached.
    facts["cache_untold_calls"] = facts["complete_calls"] if not facts["cache_told_calls"] else 0
    return tuple(_remedies(facts))


def _remedies(facts: Mapping[str, Any]) -> Iterator[Advice]:
    answered = set()
    for reason in (facts["incomplete_because"] or "").split(BETWEEN_REASONS):
        remedy = next((each for each in INCOMPLETE if reason and each.because in reason), None)
        sentence = remedy.sentence if remedy else f"Its calls lack usage: {reason}."
        if reason and sentence not in answered:
            answered.add(sentence)
            needs_someone = remedy is None or remedy.needs_someone
            yield Advice("usage", facts["incomplete_calls"], "calls", sentence, needs_someone)
    for remedy in REMEDIES:
        fits = not remedy.scopes or any(fnmatchcase(facts["scope"], pattern) for pattern in remedy.scopes)
        if facts[remedy.column] and fits:
            sentence = _filled(remedy.sentence, facts)
            yield Advice(remedy.about, facts[remedy.column], _unit(remedy.column), sentence, remedy.needs_someone)


def _unit(column: str) -> str:
    if column == "faults":
        return "records"
    return "calls" if column.endswith("_calls") else "spans"


def _filled(sentence: str, facts: Mapping[str, Any]) -> str:
    """The sentence with its columns' values; not `format`, which would read what stands in a value."""
    parts = sentence.split("{")
    filled = [f"{facts[name]}{rest}" for name, _, rest in (part.partition("}") for part in parts[1:])]
    return "".join([parts[0], *filled])
