"""Who bills: the price list's word for a provider, by exact name; a provider nobody described sells nothing.

The package matches providers by substring ('my-openai-proxy' would be OpenAI); here only spellings that emitters,
gateways and the semantic conventions are known to use count.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_prices.types import Provider

_SPELLINGS: dict[str, tuple[str, ...]] = {
    "anthropic": ("anthropic.messages", "anthropic_text"),
    "aws": ("amazon-bedrock", "amazon.bedrock", "amazon_bedrock", "aws.bedrock", "aws_bedrock", "bedrock",
            "bedrock_converse"),
    "azure": ("az.ai.inference", "az.ai.openai", "azure-openai", "azure.ai.inference", "azure.ai.openai",
              "azure.openai", "azure_ai", "azure_ai_inference", "azure_openai", "azure_text"),
    "cloudflare": ("workers_ai", "cloudflare_workers_ai", "workers-ai"),
    "cohere": ("cohere_chat", "cohere.chat"),
    "fireworks": ("fireworks-ai", "fireworks_ai", "fireworks.ai"),
    "github-copilot": ("github.copilot", "github_copilot", "copilot"),
    "google": ("gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "gemini", "google-genai", "google-gla", "google-vertex",
               "google.generative-ai", "google.vertex", "google_ai_studio", "google_genai", "google_vertexai",
               "vertex_ai", "vertex_ai-anthropic_models", "vertex_ai_beta", "vertexai"),
    "mistral": ("mistral_ai", "mistralai", "mistral-ai"),
    "moonshotai": ("moonshot", "moonshot_ai", "moonshot-ai"),
    "novita": ("novita_ai", "novita-ai"),
    "openai": ("openai-chat", "openai-responses", "openai.chat", "openai.completion", "openai.responses",
               "text-completion-openai"),
    "openrouter": ("open_router", "open-router"),
    "perplexity": ("perplexity_ai", "perplexity-ai", "pplx"),
    "together": ("together-ai", "together_ai", "togetherai", "together.ai"),
    "voyageai": ("voyage", "voyage_ai", "voyage-ai"),
    "x-ai": ("x_ai", "xai", "grok"),
    "zai": ("z_ai", "z-ai", "z.ai"),
    "zhipuai": ("zhipu", "zhipu_ai", "zhipu-ai"),
}  # fmt: skip


@cache
def listed() -> Mapping[str, Provider]:
    """Every provider of the price list by its id."""
    from genai_prices.data import providers  # noqa: PLC0415 - a third of a second that most commands need not wait

    return MappingProxyType({provider.id: provider for provider in providers})


@cache
def _known() -> Mapping[str, str]:
    return MappingProxyType(
        {identity: identity for identity in listed()}
        | {spelling: identity for identity, spellings in _SPELLINGS.items() for spelling in spellings}
    )


def seller(provider: str) -> str | None:
    """The price list's id of a provider as an emitter spells it; None when the list does not know it."""
    return _known().get(provider.strip().lower())
