"""The names under which each provider of the price list sells, and the one rule that tells them apart.

The package finds models by clauses, and `starts with`, `contains` and regular expressions also swallow models nobody
listed ('claude-sonnet-4-5-my-finetune' would be priced as Claude Sonnet 4.5). Here a name counts when the list writes
it out, or when a clause takes it and all that it adds is a date, a version or a stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from genai_prices.types import ClauseContains, ClauseEndsWith, ClauseEquals, ClauseOr, ClauseStartsWith, ModelInfo

from warehouse.prices.sellers import listed, seller

_MONTH, _DAY = r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
# What a provider adds to a name without selling something else under it; what it adds may follow each other.
_ADDED = re.compile(
    rf"""(
      [-@]20\d{{2}}{_MONTH}{_DAY}      # 20250929
    | [-@]20\d{{2}}-{_MONTH}-{_DAY}    # 2024-07-18
    | -{_MONTH}-20\d{{2}}              # 09-2025
    | -{_MONTH}-{_DAY}                 # 05-06
    | -2[3-9]{_MONTH}                  # 2509
    | -{_MONTH}{_DAY}                  # 0613
    | [-@]00\d                         # 001
    | [-@](latest|default)
    | -(preview|exp|experimental)
    | \[1m\]                           # Claude Code's word for the long context window
    )$""",
    re.VERBOSE,
)
# Where a clause breaks off, inside a date or before a version: 'claude-sonnet-4-2025', 'magistral-small-'.
_BROKEN_OFF = re.compile(r"([-@]20\d{2}-?|-0|[-@:])$")
_COMPACT_DATE = re.compile(rf"-(20\d{{2}}){_MONTH}{_DAY}$")

# Names that say more than a date and are still the model's own, as its maker writes them.
_ALSO = {
    ("anthropic", "claude-2"): ("claude-2.0", "claude-2.1"),
    ("google", "claude-3-5-sonnet"): ("claude-3-5-sonnet-v2",),
    ("mistral", "mixtral-8x7b"): ("mixtral-8x7b-instruct",),
}

# Bedrock: where it is routed, who made it, and the version of the id.
_ROUTED = re.compile(r"^(us-gov|us|eu|apac|ap|au|jp|in|ca|sa|me|af|il|uk|global|regional)\.")
_MADE_BY = re.compile(
    r"^(ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshotai|nvidia|openai|qwen|stability"
    r"|twelvelabs|writer|zai)\."
)
_VERSIONED = re.compile(r"^(?P<name>.*?)(?P<version>(-v\d+)?(:\d+)?)(?P<window>:\d+k)?$")

_FINE_TUNED = re.compile(r"^ft:(?P<base>[^:]+):")
_FINE_TUNED_AT_AZURE = re.compile(r"^(?P<base>.+)\.ft-[0-9a-z-]+$")


class Listing(NamedTuple):
    """A model of the list, who lists it, and how its name was known: exact, alias, dated, fine-tuned."""

    provider: str
    model: ModelInfo
    known_by: str


def find(provider: str, name: str) -> Listing | None:
    """The model that `provider` (an id of the list) sells under this name, itself or for a maker it resells."""
    name = name.lower()
    for identity in (provider, *(listed()[provider].fallback_model_providers or ())):
        found = _tuned(identity, name) if tuned_base(name) else _found(identity, name)
        if found:
            return found
    return None


def tuned_base(name: str) -> str | None:
    """The model a fine-tuned one was made from; None when the name is not a fine-tuned model's."""
    match = _FINE_TUNED.match(name.lower()) or _FINE_TUNED_AT_AZURE.match(name.lower())
    return match["base"] if match else None


@cache
def sells_for_others(provider: str) -> bool:
    """Whether the provider sells 'maker/model' names of other makers, so that a prefix does not say who bills."""
    own = {provider, *(listed()[provider].fallback_model_providers or ())}
    prefixes = {name.split("/", 1)[0] for name in _written_out(provider) if "/" in name}
    return any(seller(prefix) not in own for prefix in prefixes)


def _found(provider: str, name: str) -> Listing | None:
    written = _written_out(provider)
    if name in written:
        model = written[name]
        return Listing(provider, model, _known_by(model, name))
    dashed = _COMPACT_DATE.sub(r"-\1-\2-\3", name)
    if dashed in written:
        return Listing(provider, written[dashed], "dated")
    bedrock = provider == "aws"
    for model in listed()[provider].models:
        if model.is_match(name) and (_same_id(model, name) if bedrock else _core(name) in _cores(provider, model.id)):
            return Listing(provider, model, _known_by(model, name))
    return None


def _tuned(provider: str, name: str) -> Listing | None:
    base = tuned_base(name) or ""
    for model in listed()[provider].models:
        tuned = model.id.lower()
        of = tuned.removeprefix("ft:").removesuffix(".ft-").rstrip("-")
        if (tuned.startswith("ft:") and _core(base) == _core(of) and name.startswith("ft:")) or (
            tuned.endswith(".ft-") and base == of
        ):
            return Listing(provider, model, "fine-tuned")
    return None


@cache
def _written_out(provider: str) -> dict[str, ModelInfo]:
    """Every name the list writes out, in lower case: ids before what a clause says a name equals."""
    models = listed()[provider].models
    names = {model.id.lower(): model for model in models}
    for model in models:
        for clause in _clauses(model.match):
            if isinstance(clause, ClauseEquals):
                names.setdefault(clause.equals.lower(), model)
    return names


@cache
def _cores(provider: str, model_id: str) -> frozenset[str]:
    model = next(model for model in listed()[provider].models if model.id == model_id)
    stems = {model.id.lower(), *(text.lower() for text in _literals(model)), *_ALSO.get((provider, model_id), ())}
    return frozenset(_core(each) for stem in stems for each in (stem, _BROKEN_OFF.sub("", stem)))


def _core(name: str) -> str:
    """The name without what a provider adds to it."""
    while (shorter := _ADDED.sub("", name)) != name:
        name = shorter
    return name


def _same_id(model: ModelInfo, name: str) -> bool:
    """Whether a Bedrock id names the model: any route and maker the clause takes, no other version than the list's."""
    listed, asked = (_VERSIONED.match(_bare(text)) for text in (model.id.lower(), name))
    if not listed or not asked or listed["name"] != asked["name"]:
        return False
    version, told = listed["version"], asked["version"]
    return told in ("", version) or version.startswith(f"{told}:") or (not version and told in ("-v1", "-v1:0"))


def _bare(name: str) -> str:
    return _MADE_BY.sub("", _ROUTED.sub("", name))


def _known_by(model: ModelInfo, name: str) -> str:
    listed = model.id.lower()
    if name == listed:
        return "exact"
    if name.startswith(listed) and not _core("x" + name.removeprefix(listed)).removeprefix("x"):
        return "dated"
    return "dated" if _core(name) == _core(listed) else "alias"


def _literals(model: ModelInfo) -> Iterator[str]:
    for clause in _clauses(model.match):
        match clause:
            case ClauseStartsWith(starts_with=text) | ClauseContains(contains=text) | ClauseEndsWith(ends_with=text):
                yield text


def _clauses(clause: object) -> Iterator[object]:
    if isinstance(clause, ClauseOr):
        for each in clause.or_:
            yield from _clauses(each)
    else:
        yield clause
