"""A name is sold only as what the list writes out: every listed model is found, and nothing else is swallowed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from genai_prices.data import providers
from genai_prices.types import (
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    ModelInfo,
    Provider,
)

from warehouse.prices import ModelName, sold_as
from warehouse.prices.catalogue import find

# Names we add to the list's, because the makers document them.
OUR_OWN = {"claude-2.0", "claude-2.1", "claude-3-5-sonnet-v2", "mixtral-8x7b-instruct"}
BY_ID = {provider.id: provider for provider in providers}


def clauses(clause: object) -> Iterator[object]:
    if isinstance(clause, ClauseOr):
        for each in clause.or_:
            yield from clauses(each)
    else:
        yield clause


def written_out(provider: Provider) -> set[str]:
    """Every name the package's list spells in full: ids, and the texts of its clauses."""
    names = set()
    for model in provider.models:
        names.add(model.id.lower())
        for clause in clauses(model.match):
            match clause:
                case ClauseEquals(equals=text) | ClauseStartsWith(starts_with=text):
                    names.add(text.lower())
                case ClauseContains(contains=text) | ClauseEndsWith(ends_with=text):
                    names.add(text.lower())
    return names


def hostile(name: str) -> Iterator[str]:
    """Names that look like a listed one and are not: somebody's own, or the next version."""
    for added in ("-custom", "x", "-v9", "-finetune", "2", "-2", "-mini", "-tts", ".1", "-9999", "-20251399", ":nitro"):
        yield name + added
    for before in ("my-", "x", "acme.", "not/"):
        yield before + name
    for number in re.finditer(r"\d+", name):
        yield f"{name[: number.start()]}{int(number.group()) + 1}{name[number.end() :]}"


def test_every_model_of_the_list_is_found_by_its_own_id_at_its_own_provider() -> None:
    lost = [
        (provider.id, model.id, found and found.model.id)
        for provider in providers
        for model in provider.models
        if (found := find(provider.id, model.id)) is None or found.model is not model
    ]
    assert lost == []


def test_no_hostile_variant_of_a_listed_name_is_sold() -> None:
    swallowed = []
    for provider in providers:
        known = {
            name
            for each in (provider.id, *(provider.fallback_model_providers or ()))
            for name in written_out(BY_ID[each])
        }
        for model in provider.models:
            if model.id.lower().startswith("ft:") or model.id.endswith(".ft-"):
                continue  # what follows a fine-tuned model's name is its owner's to choose
            for name in hostile(model.id.lower()):
                # `-v1` and a stage are what the list itself adds to a name it writes out.
                plain = re.sub(r"(-v1(:0)?|-v2|-preview|-latest)$", "", name)
                if not (known | OUR_OWN) & {name, plain} and (found := find(provider.id, name)):
                    swallowed.append((provider.id, name, found.model.id))
    assert swallowed == []


def test_the_package_would_have_swallowed_some_of_them() -> None:
    assert BY_ID["anthropic"].find_model("claude-sonnet-4-5-my-finetune") is not None


def test_the_regular_expressions_of_the_list_are_anchored_or_checked() -> None:
    """A clause like `^gemini-3\\.5-flash-\\d` takes more than dates; the names it takes are held against the rule."""
    assert (find("google", "gemini-3.5-flash-001") is not None, find("google", "gemini-3.5-flash-8b")) == (True, None)
    assert all(find(provider.id, f"{model.id}-8b") is None for provider in providers for model in regular(provider))


def regular(provider: Provider) -> list[ModelInfo]:
    return [model for model in provider.models if any(isinstance(each, ClauseRegex) for each in clauses(model.match))]


@pytest.mark.parametrize(
    ("provider", "model", "sold"),
    [
        # dated, staged and aliased names
        ("openai", "gpt-4o-mini", ("openai", "gpt-4o-mini", "exact")),
        ("openai", "gpt-4o-mini-2024-07-18", ("openai", "gpt-4o-mini", "dated")),
        ("openai", "GPT-4o", ("openai", "gpt-4o", "exact")),
        ("openai", "gpt-5.2-20251211", ("openai", "gpt-5.2", "dated")),
        ("openai", "gpt-4-1106-preview", ("openai", "gpt-4-turbo", "alias")),
        ("openai", "gpt-4o-realtime-preview-2024-12-17", ("openai", "gpt-4o-realtime-preview", "dated")),
        ("anthropic", "claude-sonnet-4-20250514", ("anthropic", "claude-sonnet-4-0", "alias")),
        ("anthropic", "claude-sonnet-4-5-20250929[1m]", ("anthropic", "claude-sonnet-4-5", "dated")),
        ("gcp.gemini", "gemini-2.5-pro-preview-05-06", ("google", "gemini-2.5-pro", "dated")),
        ("gcp.gemini", "gemini-2.0-flash-001", ("google", "gemini-2.0-flash", "dated")),
        ("mistral_ai", "magistral-medium-2506", ("mistral", "magistral-medium", "dated")),
        # names nobody listed
        ("openai", "gpt-4o-foo-custom", (None, None, "none")),
        ("openai", "o3-something-new", (None, None, "none")),
        ("anthropic", "claude-sonnet-4-5-my-finetune", (None, None, "none")),
        ("anthropic", "claude-opus-4-10", (None, None, "none")),
        ("gcp.gemini", "gemini-1.5-flash-8b", (None, None, "none")),
        ("openai", "", (None, None, "none")),
        # providers: by exact spelling, never by substring
        ("acme", "gpt-4o", (None, None, "none")),
        ("my-openai-proxy", "gpt-4o", (None, None, "none")),
        ("", "gpt-4o", ("openai", "gpt-4o", "other provider")),
        ("", "my-claude", (None, None, "none")),
        # Azure resells; its deployments are free text
        ("azure.ai.openai", "gpt-4o-mini", ("openai", "gpt-4o-mini", "other provider")),
        ("azure.ai.openai", "o4-mini-deep-research", ("openai", "o4-mini-deep-research", "other provider")),
        ("azure.ai.openai", "prod-chat", (None, None, "none")),
        # fine-tuned models have a price of their own, or none
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme::id", ("openai", "ft:gpt-4o-mini", "fine-tuned")),
        ("openai", "ft:gpt-4o-mini:org::id", ("openai", "ft:gpt-4o-mini", "fine-tuned")),
        ("openai", "ft:gpt-4.1-mini:org::id", (None, None, "none")),
        ("openai", "ft:gpt-4-0613:org::id", (None, None, "none")),
        ("azure", "gpt-4o-mini-2024-07-18.ft-0e20", ("openai", "gpt-4o-mini-2024-07-18.ft-", "other provider")),
        # gateways
        ("openai", "openai/gpt-4o-mini", ("openai", "gpt-4o-mini", "prefix")),
        ("", "openai:gpt-4o", ("openai", "gpt-4o", "other provider")),
        ("", "azure/gpt-4o", ("openai", "gpt-4o", "other provider")),
        ("", "azure/eu/gpt-4o", (None, None, "none")),
        ("openrouter", "anthropic/claude-sonnet-4.5", ("openrouter", "anthropic/claude-sonnet-4.5", "exact")),
        ("openrouter", "openai/gpt-4o:nitro", (None, None, "none")),
        ("openrouter", "openai/gpt-99", (None, None, "none")),
        ("", "openrouter/anthropic/claude-sonnet-4.5", ("openrouter", "anthropic/claude-sonnet-4.5", "other provider")),
        ("openai", "anthropic/claude-sonnet-4-5", ("anthropic", "claude-sonnet-4-5", "other provider")),
        ("groq", "openai/gpt-oss-120b", ("groq", "openai/gpt-oss-120b", "exact")),
        # Gemini and Vertex
        ("gcp.gemini", "models/gemini-2.5-pro", ("google", "gemini-2.5-pro", "prefix")),
        ("gcp.vertex_ai", "claude-sonnet-4-5@20250929", ("google", "claude-sonnet-4-5", "dated")),
        ("gcp.vertex_ai", "claude-3-5-sonnet-v2@20241022", ("google", "claude-3-5-sonnet", "alias")),
        ("anthropic", "claude-sonnet-4-5@20250929", ("google", "claude-sonnet-4-5", "other provider")),
        ("gcp.vertex_ai", "projects/p/locations/us-east5/publishers/google/models/gemini-2.5-pro",
         ("google", "gemini-2.5-pro", "prefix")),
    ],
)  # fmt: skip
def test_a_name_is_sold_as(provider: str, model: str, sold: tuple[str | None, ...]) -> None:
    assert sold_as(provider, model)[:3] == sold


REGIONAL = "regional.anthropic.claude-sonnet-4-5-20250929-v1:0"
GLOBAL = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize(
    ("model", "sold"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", REGIONAL),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", REGIONAL),
        ("claude-sonnet-4-5-20250929-v1:0", REGIONAL),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", REGIONAL),
        (GLOBAL, GLOBAL),
        (f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{GLOBAL}", GLOBAL),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0", REGIONAL),
        ("bedrock/us-west-2/anthropic.claude-sonnet-4-5-20250929-v1:0", REGIONAL),
        ("bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0", REGIONAL),
        ("us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
        # another version, another route nobody lists, and profiles whose name is the customer's own
        ("us.anthropic.claude-sonnet-4-5-20250929-v2:0", None),
        ("amazon.nova-pro-v2:0", None),
        ("my.anthropic.claude-sonnet-4-5-20250929-v1:0", None),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3", None),
    ],
)
@pytest.mark.parametrize("provider", ["aws.bedrock", ""])
def test_bedrock_names_carry_their_route(provider: str, model: str, sold: str | None) -> None:
    assert sold_as(provider, model).price_model == sold


def test_what_the_list_leaves_open_is_said() -> None:
    assert sold_as("openai", "ft:gpt-4.1-mini:o::1").because == (
        "a fine-tuned model has a price of its own, and the list has none for gpt-4.1-mini"
    )


@pytest.mark.parametrize(
    ("provider", "model", "because"),
    [
        ("perplexity", "sonar", "how much it searched"),
        ("gcp.gemini", "gemini-2.5-flash-image", "image and video tokens have prices of their own"),
        ("openai", "whisper-1", "sold by the hour of audio"),
        ("gcp.vertex_ai", "projects/p/locations/us-east5/publishers/anthropic/models/claude-opus-4-5@20251101",
         "us-east5 is billed above it"),
    ],
)  # fmt: skip
def test_a_model_that_tokens_do_not_tell_the_cost_of_says_why(provider: str, model: str, because: str) -> None:
    assert because in (sold_as(provider, model).because or "")


NAMES = [
    ModelName("azure", "prod-*", "azure/*"),
    ModelName("azure.ai.openai", "*-chat", "azure/gpt-4o"),
    ModelName("acme", "*", "acme/own"),
    ModelName("openai", "gpt-4o", "openai/gpt-4o-mini"),
    ModelName("openai", "lost", "openai/nowhere"),
]


@pytest.mark.parametrize(
    ("provider", "model", "sold"),
    [
        ("azure.ai.openai", "prod-gpt-4o-mini", ("openai", "gpt-4o-mini", "mapped")),
        ("azure.ai.openai", "support-chat", ("openai", "gpt-4o", "mapped")),
        ("azure.ai.openai", "chat", (None, None, "none")),
        ("acme", "anything", ("acme", "own", "mapped")),
        ("openai", "gpt-4o", ("openai", "gpt-4o-mini", "mapped")),
        ("openai", "gpt-4o-2024-08-06", ("openai", "gpt-4o", "dated")),
        ("openai", "lost", (None, None, "none")),
    ],
)
def test_the_deployments_own_names_come_first(provider: str, model: str, sold: tuple[str | None, ...]) -> None:
    assert sold_as(provider, model, {("acme", "own")}, NAMES)[:3] == sold
