"""One word for one thing: providers, finish reasons, service tiers and flags as we store them."""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

PROVIDERS: Final = {
    "openai.chat": "openai", "openai.responses": "openai", "openai.completion": "openai",
    "anthropic.messages": "anthropic",
    "az.ai.openai": "azure.ai.openai", "azure": "azure.ai.openai", "azure_openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "vertex_ai": "gcp.vertex_ai", "vertexai": "gcp.vertex_ai", "google.vertex": "gcp.vertex_ai",
    "gemini": "gcp.gemini", "gcp.gen_ai": "gcp.gemini", "google": "gcp.gemini",
    "google.generative-ai": "gcp.gemini", "google_genai": "gcp.gemini", "google-ai-studio": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "aws": "aws.bedrock", "amazon-bedrock": "aws.bedrock", "bedrock": "aws.bedrock", "aws_bedrock": "aws.bedrock",
    "amazon_bedrock": "aws.bedrock",
    "mistralai": "mistral_ai", "mistral": "mistral_ai", "xai": "x_ai",
    "azure-ai-inference": "azure.ai.inference", "azure_ai": "azure.ai.inference",
}  # fmt: skip

# Frameworks in the provider's place do not bill anybody.
FRAMEWORKS: Final = (
    *("strands-agents", "langchain", "langgraph", "crewai", "microsoft.agent_framework", "az.ai.agents"),
    *("nemo-guardrails", "github", "llamaindex", "llama_index", "haystack", "dspy", "autogen", "litellm"),
)

# Who answers at the address is who bills, whatever the client library is called.
HOSTS: Final = {
    r"\.openai\.azure\.com$|\.cognitiveservices\.azure\.com$": "azure.ai.openai",
    r"(^|\.)api\.openai\.com$": "openai",
    r"(^|\.)api\.anthropic\.com$": "anthropic",
    r"^bedrock.*\.amazonaws\.com$": "aws.bedrock",
    r"(^|-)aiplatform\.googleapis\.com$": "gcp.vertex_ai",
    r"^generativelanguage\.googleapis\.com$": "gcp.gemini",
    r"(^|\.)api\.mistral\.ai$": "mistral_ai",
    r"(^|\.)api\.x\.ai$": "x_ai",
    r"(^|\.)api\.deepseek\.com$": "deepseek",
    r"(^|\.)api\.groq\.com$": "groq",
    r"(^|\.)api\.cohere\.(ai|com)$": "cohere",
    r"(^|\.)openrouter\.ai$": "openrouter",
}

MODELS: Final = {
    r"^(gpt-|o\d|chatgpt|text-embedding-|davinci|whisper|tts-|dall-e)": "openai",
    r"^claude": "anthropic",
    r"^gemini": "gcp.gemini",
    r"^(mistral|ministral|codestral|magistral)": "mistral_ai",
    r"^grok": "x_ai",
    r"^deepseek": "deepseek",
    r"^command": "cohere",
    r"^(us\.|eu\.|apac\.|global\.)?(anthropic|amazon|meta|cohere|mistral|ai21)\.": "aws.bedrock",
}

# Routing libraries put who is asked before the model's name: "openai/gpt-4o-mini", "bedrock/us.anthropic.claude…".
PREFIXES: Final = {
    **dict.fromkeys(("openai", "text-completion-openai"), "openai"), "anthropic": "anthropic",
    "azure": "azure.ai.openai", "azure_ai": "azure.ai.inference",
    **dict.fromkeys(("bedrock", "bedrock_converse"), "aws.bedrock"),
    **dict.fromkeys(("vertex_ai", "vertex_ai_beta"), "gcp.vertex_ai"), "gemini": "gcp.gemini",
    "mistral": "mistral_ai", "xai": "x_ai", **dict.fromkeys(("cohere", "cohere_chat"), "cohere"),
    "groq": "groq", "deepseek": "deepseek", "openrouter": "openrouter", "perplexity": "perplexity",
    "together_ai": "together_ai", "fireworks_ai": "fireworks_ai", "ollama": "ollama",
}  # fmt: skip

FINISH_REASONS: Final = {
    "end_turn": "stop", "stop_sequence": "stop", "eos": "stop", "completed": "stop", "finished": "stop",
    "tool_use": "tool_calls", "tool_call": "tool_calls", "function_call": "tool_calls",
    "max_tokens": "length", "max_output_tokens": "length", "model_length": "length",
    "refusal": "content_filter", "safety": "content_filter", "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}  # fmt: skip

TIERS: Final = {"default": "standard", "auto": "standard", "on_demand": "standard", "standard_only": "standard"}


def billed(spans: pl.DataFrame) -> pl.DataFrame:
    """Who bills (`provider`), and the models by the names they have there (`request_model`, `response_model`).

    The provider is who answers at the address, else whom the sender tells, else whom the model's name tells; a
    framework's name does not count. A batch names few of them, so each combination is looked at once.
    """
    told_by = ["provider", "server", "response_model", "request_model"]
    found = [pl.col("billed_by").alias("provider"), _unprefixed("request_model"), _unprefixed("response_model")]
    table = spans.select(told_by).unique()
    meant = table.with_columns(_provider()).select(*(pl.col(name).alias(f"sent_{name}") for name in told_by), *found)
    sent = [f"sent_{name}" for name in told_by]
    return spans.join(
        meant, left_on=told_by, right_on=sent, how="left", nulls_equal=True, maintain_order="left", suffix="_meant"
    ).select(pl.col(f"{name}_meant").alias(name) for name in ("provider", "request_model", "response_model"))


@cache
def _provider() -> pl.Expr:
    told = pl.col("provider").str.to_lowercase().replace(PROVIDERS)
    told = pl.when(~told.is_in(FRAMEWORKS)).then(told)
    host = _matching("server", HOSTS)
    named = [pl.coalesce(_by_prefix(name), _matching(name, MODELS)) for name in ("response_model", "request_model")]
    # OpenAI's own client reaches Azure and others, and does not know who answers.
    elsewhere = pl.when(told == "openai").then(host)
    return pl.coalesce(elsewhere, told, host, *named).alias("billed_by")


def _by_prefix(name: str) -> pl.Expr:
    return pl.col(name).str.extract("^([a-z_-]+)/.").replace_strict(PREFIXES, default=None, return_dtype=pl.String)


def _unprefixed(name: str) -> pl.Expr:
    of_provider = _by_prefix(name) == pl.col("billed_by")
    return pl.when(of_provider).then(pl.col(name).str.replace("^[^/]+/", "")).otherwise(name).alias(name)


@cache
def finish_reason() -> pl.Expr:
    """The first reason of the list, in the conventions' words."""
    first = pl.col("finish_reason").str.extract(r"""^\[?\s*["']?(?:FinishReason\.)?([^"',\[\]]+)""")
    word = first.str.strip_chars().str.to_lowercase().str.replace_all("-", "_", literal=True)
    return word.replace(FINISH_REASONS).alias("finish_reason")


@cache
def service_tier() -> pl.Expr:
    """standard, batch, flex, priority, or the provider's own word for another."""
    return pl.col("service_tier").str.to_lowercase().replace(TIERS).alias("service_tier")


@cache
def flag(name: str) -> pl.Expr:
    """True and false as booleans, however they were written."""
    text = pl.col(name).str.to_lowercase()
    return pl.when(text.is_in(["true", "1"])).then(True).when(text.is_in(["false", "0"])).then(False).alias(name)


def _matching(name: str, patterns: dict[str, str]) -> pl.Expr:
    column = pl.col(name).str.to_lowercase()
    nothing = pl.lit(None, dtype=pl.String)
    return pl.coalesce(
        *(pl.when(column.str.contains(pattern)).then(pl.lit(meant)) for pattern, meant in patterns.items()), nothing
    )
