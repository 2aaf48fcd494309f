"""Read a model's name as an emitter or a gateway wrote it: who bills according to it, and what is left of it.

`openrouter/anthropic/claude-sonnet-4.5`, `azure/gpt-4o`, `models/gemini-2.5-pro`, a Bedrock ARN, a Vertex resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from warehouse.prices.catalogue import sells_for_others
from warehouse.prices.sellers import listed, seller

_ARN = re.compile(r"^arn:aws[a-z-]*:bedrock:[^:]*:[^:]*:[a-z-]+/(?P<name>.+)$")
_RESOURCE = re.compile(r"^(projects/[^/]+/locations/(?P<location>[^/]+)/)?publishers/[^/]+/models/(?P<name>.+)$")
_PLAIN = re.compile(r"^models/(?P<name>.+)$")
_PREFIXED = re.compile(r"^(?P<prefix>[^/:]+)[/:](?P<name>.+)$")
# What LiteLLM writes between the provider and the model: the API used, the region, Azure's kind of deployment.
_BETWEEN = re.compile(r"^(converse|converse_like|invoke|[a-z]{2}(-gov)?-[a-z]+-\d|global|global-standard|responses)/")
_BEDROCK_ID = re.compile(
    r"^((us-gov|us|eu|apac|ap|au|jp|in|ca|global)\.)?"
    r"(ai21|amazon|anthropic|cohere|deepseek|meta|mistral|nvidia|openai|qwen|writer|moonshotai|zai)\.[a-z]"
    # as an instrumentor leaves it that takes the maker off
    r"|^claude-[a-z0-9-]+-v\d+:\d+$"
)
_VERTEX_ID = re.compile(r"^claude[a-z0-9.-]+@(20\d{6}|default)$")


class Spelling(NamedTuple):
    """One reading of a model's name."""

    seller: str
    """who bills according to it: an id of the price list"""
    name: str
    prefixed: bool
    """whether something was taken off the name as it was written"""
    location: str | None = None
    """where it runs, when the name says so"""


def spellings(provider: str, model: str) -> Iterator[Spelling]:
    """Every reading of the name that makes sense, the most literal first; nothing for a provider nobody knows.

    A prefix that names a provider says who bills, unless whoever was told to bill sells other makers' names too.
    """
    told = seller(provider) if provider.strip() else None
    if provider.strip() and told is None:
        return
    reading = _first(told, model.strip().lower())
    while reading:
        yield reading
        reading = _next(reading)


def _first(told: str | None, name: str) -> Spelling | None:
    if match := _ARN.match(name):
        return Spelling("aws", match["name"], prefixed=True)
    if match := _RESOURCE.match(name):
        return Spelling("google", match["name"], prefixed=True, location=match["location"])
    if told:
        # Anthropic's own client also asks Bedrock and Vertex; the form of the id tells which.
        elsewhere = _by_form(name) if told == "anthropic" else None
        return Spelling(elsewhere or told, name, prefixed=False)
    if match := _PREFIXED.match(name):
        named = seller(match["prefix"])
        if named and not name.startswith("ft:"):
            return Spelling(named, match["name"], prefixed=True)
    found = _by_form(name) or _maker(name)
    return Spelling(found, name, prefixed=False) if found else None


def _next(reading: Spelling) -> Spelling | None:
    name = reading.name
    if match := _PLAIN.match(name):
        return reading._replace(name=match["name"], prefixed=True)
    if reading.prefixed and (match := _BETWEEN.match(name)):
        return reading._replace(name=name[match.end() :])
    match = _PREFIXED.match(name)
    named = seller(match["prefix"]) if match and not name.startswith("ft:") else None
    if not match or named is None:
        return None
    if named == reading.seller or named in (listed()[reading.seller].fallback_model_providers or ()):
        return reading._replace(name=match["name"], prefixed=True)
    if sells_for_others(reading.seller):
        return None
    return Spelling(named, match["name"], prefixed=True)


def _by_form(name: str) -> str | None:
    if _BEDROCK_ID.match(name):
        return "aws"
    return "google" if _VERTEX_ID.match(name) else None


def _maker(name: str) -> str | None:
    for provider in listed().values():
        if provider.model_match is not None and provider.model_match.is_match(name):
            return provider.id
    return None
