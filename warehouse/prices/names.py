"""Find the name under which a model is sold: which price lines a call's provider and model point at."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from genai_prices.data import providers
from genai_prices.data_snapshot import find_provider_by_id
from genai_prices.types import ModelInfo, Provider

# Semantic-convention provider names → the price list's. Others are looked up as they are.
_SELLERS = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "x_ai": "x-ai",
}

_OWNER_OF: dict[int, str] = {id(model): provider.id for provider in providers for model in provider.models}

# `2024-07-18`, `20250929`, `@20250929`, `-v1:0`: what a provider adds to a name when it dates or versions it.
_DATED = re.compile(r"^[-@]?(\d{8}|\d{4}-\d{2}-\d{2}|\d{4}|\d{2}-\d{4}|v\d+(:\d+)?|latest|preview|\d{3}|-|@|:\d+)*$")
# Regional routes of Bedrock (`us.`, `global.`) and maker prefixes of gateways (`openai/`, `models/`).
_PREFIX = re.compile(r"^((us|eu|apac|global|us-gov|ca|jp|au)\.|[a-z0-9_.-]+/)")


class SoldAs(NamedTuple):
    """Where the price is, and how we know: exact, own, dated, alias, prefix, other provider, none."""

    price_provider: str | None
    price_model: str | None
    matched_by: str


NOBODY = SoldAs(None, None, "none")


def sold_as(provider: str, model: str, own: Collection[tuple[str, str]]) -> SoldAs:
    """The price list's name for a model as an emitter wrote it.

    `own` holds the (provider, model) pairs the deployment priced itself; they win. A provider that the list does not
    know sells nothing: its models stay unpriced. Only when the emitter told no provider is the model's maker taken.
    """
    if (provider, model) in own:
        return SoldAs(provider, model, "own")
    if not model:
        return NOBODY
    seller = find_provider_by_id(providers, _SELLERS.get(provider, provider)) if provider else _maker(model)
    if seller is None:
        return NOBODY
    for step, name in enumerate(_spellings(model.lower())):
        found = seller.find_model(name, all_providers=providers)
        if found is not None:
            owner = _OWNER_OF[id(found)]
            return SoldAs(
                owner, found.id, _kind(found, name, stripped=step > 0, elsewhere=not provider or owner != seller.id)
            )
    return NOBODY


def _maker(model: str) -> Provider | None:
    for name in _spellings(model.lower()):
        for provider in providers:
            if provider.model_match is not None and provider.model_match.is_match(name):
                return provider
    return None


def _spellings(model: str) -> list[str]:
    names = [model]
    if model.startswith("arn:"):
        names.append(model.rsplit("/", 1)[-1])
    while stripped := _PREFIX.match(names[-1]):
        names.append(names[-1][stripped.end() :])
    return names


def _kind(found: ModelInfo, name: str, *, stripped: bool, elsewhere: bool) -> str:
    if elsewhere:
        return "other provider"
    if stripped:
        return "prefix"
    if name == found.id:
        return "exact"
    if name.startswith(found.id) and _DATED.match(name.removeprefix(found.id)):
        return "dated"
    return "alias"
