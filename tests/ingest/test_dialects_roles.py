"""Who recognises a span, what it tells of, and what is said when something is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from otlp_requests import CHAT, SCOPE, entry, request, span

from ingest.dialects import DIALECTS
from ingest.dialects.otel_genai import OTEL_GENAI
from ingest.owner import SPELLINGS
from ingest.reading import Dialect, Meaning, read
from ingest.wire import columns

HANDMADE = ("my.own.tracer", "1.0")
NO_USAGE = {key: value for key, value in CHAT.items() if "usage" not in key}
ASKED = {key: value for key, value in NO_USAGE.items() if "response" not in key}
NAMED = {"gen_ai.operation.name": "run_code"}
ERROR = 2


def row(
    attributes: dict[str, Any],
    scope: tuple[str, str] = SCOPE,
    dialects: tuple[Dialect, ...] = DIALECTS,
    **fields: Any,
) -> dict[str, Any]:
    read_spans = read(columns([entry(request(span(attributes, **fields), scope=scope))]), dialects, SPELLINGS).spans
    told: dict[str, Any] = read_spans.row(0, named=True)
    return told


@pytest.mark.parametrize(
    ("scope", "attributes", "dialect", "rank"),
    [
        (("com.anthropic.sdk.python", "2.11.0"), {}, "anthropic_sdk", 0),
        (("opentelemetry.instrumentation.openai_v2", ""), {}, "otel_genai", 1),
        (("opentelemetry.util.genai.handler", "0.4b0"), {}, "otel_genai", 1),
        (("openinference.instrumentation.openai", "0.1.66"), {}, "openinference", 1),
        (("openinference.instrumentation.langchain", "0.1.80"), {}, "openinference_framework", 2),
        (HANDMADE, {"openinference.span.kind": "LLM", "gen_ai.system": "openai"}, "openinference_framework", 2),
        (HANDMADE, {"gen_ai.request.model": "gpt-4o-mini"}, "gen_ai_semconv", 2),
        (HANDMADE, {"http.route": "/"}, "unknown", 2),
    ],
)
def test_the_scope_names_the_dialect_and_else_the_keys_do(
    scope: tuple[str, str], attributes: dict[str, Any], dialect: str, rank: int
) -> None:
    told = row(attributes, scope)
    assert (told["dialect"], told["dialect_rank"]) == (dialect, rank)


@pytest.mark.parametrize(
    ("version", "dialect"),
    [("1.2.9", "otel_genai"), ("1.3b0", "newer"), ("1.9", "newer"), ("2.0", "otel_genai"), ("", "otel_genai")],
)
def test_a_range_of_versions_may_speak_otherwise(version: str, dialect: str) -> None:
    newer = replace(OTEL_GENAI, name="newer", versions=("1.3", "2"))
    assert row(CHAT, (SCOPE[0], version), (newer, *DIALECTS))["dialect"] == dialect


@pytest.mark.parametrize(
    ("attributes", "role", "operation"),
    [
        (CHAT, "call", "chat"),
        (CHAT | {"gen_ai.operation.name": "invoke_agent"}, "agent", "invoke_agent"),
        (CHAT | {"gen_ai.operation.name": "execute_tool"}, "tool", "execute_tool"),
        (CHAT | {"gen_ai.operation.name": "unknown"}, "other", "unknown"),
        (CHAT | {"gen_ai.operation.name": "self_check_input"}, "call", "self_check_input"),
        (NO_USAGE | {"gen_ai.operation.name": "self_check_input"}, "call", "self_check_input"),
        (ASKED | {"gen_ai.operation.name": "self_check_input"}, "other", "self_check_input"),
        ({"gen_ai.usage.input_tokens": 5}, "other", None),
        ({"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 5}, "call", None),
        ({"gen_ai.operation.name": "apply_guardrail"}, "guardrail", "apply_guardrail"),
    ],
)
def test_an_operation_says_what_its_span_tells_of(attributes: dict[str, Any], role: str, operation: str | None) -> None:
    told = row(attributes)
    assert (told["role"], told["operation"]) == (role, operation)


def test_a_dialect_may_mean_something_else_by_an_operation() -> None:
    own = replace(OTEL_GENAI, operations={"chat": Meaning("invoke_agent", "agent")})
    assert row(CHAT, dialects=(own,))["role"] == "agent"


@pytest.mark.parametrize(
    ("attributes", "name", "role"),
    [({}, "agent run", "agent"), ({}, "chat", "other"), (CHAT, "agent run", "call"), (NAMED, "agent run", "tool")],
)
def test_a_spans_name_says_what_it_tells_of_where_no_operation_does(
    attributes: dict[str, Any], name: str, role: str
) -> None:
    meant = {"agent *": Meaning("invoke_agent", "agent")}
    own = replace(OTEL_GENAI, names=meant, operations={"run_*": Meaning("execute_tool", "tool")})
    assert row(attributes, dialects=(own,), name=name)["role"] == role


@pytest.mark.parametrize(
    ("operation", "reason"), [("invoke_agent", "nobody tells"), ("create_agent", None), ("execute_tool", None)]
)
def test_an_agent_of_an_emitter_that_tells_no_calls_says_so(operation: str, reason: str | None) -> None:
    silent = replace(OTEL_GENAI, silent_calls="nobody tells")
    told = row({"gen_ai.operation.name": operation}, dialects=(silent,))
    assert told["incomplete_because"] == reason


@pytest.mark.parametrize(
    ("attributes", "scope", "reason"),
    [
        ({"acme.prompt_tokens": 101}, HANDMADE, "unknown dialect"),
        ({"acme.prompt_tokens": 101, "gen_ai.operation.name": "chat"}, HANDMADE, "unknown dialect"),
        ({"gen_ai.operation.name": "chat"}, HANDMADE, "no token counts were sent"),
        ({"gen_ai.operation.name": "invoke_agent", "acme.prompt_tokens": 101}, HANDMADE, ""),
        ({"acme.prompt_tokens": 101, "gen_ai.operation.name": "chat"}, SCOPE, "no token counts were sent"),
    ],
)
def test_an_emitter_that_speaks_the_conventions_in_part_is_incomplete_where_its_own_keys_tell_of_tokens(
    attributes: dict[str, Any], scope: tuple[str, str], reason: str
) -> None:
    told = row({"gen_ai.request.model": "gpt-9"} | attributes, scope)
    assert (told["incomplete_because"] or "").startswith(reason)
    assert (told["role"] == "call") == bool(reason)


@pytest.mark.parametrize(
    ("attributes", "status", "reason"),
    [
        (CHAT, 0, None),
        (CHAT, ERROR, None),
        (NO_USAGE, 0, "no token counts were sent"),
        (ASKED, 0, "no token counts were sent"),
        (ASKED | {"error.type": "BadRequestError"}, ERROR, None),
        (NO_USAGE, ERROR, "it failed after the response had begun"),
        (NO_USAGE | {"gen_ai.usage.output_tokens": 41}, 0, "no input token count"),
        (NO_USAGE | {"gen_ai.usage.input_tokens": 41}, 0, "no output token count"),
        (ASKED | {"gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 41}, 0, None),
        (ASKED | {"gen_ai.operation.name": "embeddings"}, 0, "no token counts were sent"),
        (ASKED | {"gen_ai.operation.name": "embeddings"}, ERROR, None),
        (NO_USAGE | {"gen_ai.operation.name": "invoke_agent"}, 0, None),
    ],
)
def test_a_call_without_its_usage_says_why_unless_it_failed_before_anything_was_billed(
    attributes: dict[str, Any], status: int, reason: str | None
) -> None:
    told = row(attributes, status=status)["incomplete_because"]
    assert told is None if reason is None else told.startswith(reason)


@pytest.mark.parametrize(
    ("attributes", "role"),
    [
        ({"acme.llm.prompt_tokens": 101, "acme.model": "gpt-9"}, "call"),
        ({"acme.inputTokens": "101"}, "call"),
        ({"acme.usage_details": '{"input": 101}'}, "call"),
        ({"acme.metrics": '{"start": 1.5, "prompt_tokens": 101}'}, "call"),
        ({"acme.metrics": "{'promptTokens': 101}"}, "call"),
        ({"acme.metrics": '{"prompt_tokens": 0}'}, "other"),
        ({"acme.note": "prompt_tokens: 101"}, "other"),
        ({"acme.prompt_tokens": 0}, "other"),
        ({"acme.max_output_tokens": 300}, "other"),
        ({"acme.token_limit": 300}, "other"),
        ({"disk.usage": "high"}, "other"),
    ],
)
def test_a_dialect_nobody_described_is_incomplete_and_never_a_number(attributes: dict[str, Any], role: str) -> None:
    told = row(attributes, HANDMADE)
    assert (told["dialect"], told["role"], told["input_uncached"], told["output_text"]) == ("unknown", role, None, None)
    assert (told["incomplete_because"] or "").startswith("unknown dialect" if role == "call" else "")


@pytest.mark.parametrize(
    ("attributes", "provider"),
    [
        ({"gen_ai.provider.name": "OpenAI"}, "openai"),
        ({"gen_ai.provider.name": "gemini"}, "gcp.gemini"),
        ({"gen_ai.provider.name": '"anthropic.messages"'}, "anthropic"),
        ({"gen_ai.provider.name": "openai", "server.address": "acme.openai.azure.com"}, "azure.ai.openai"),
        ({"gen_ai.provider.name": "openai", "server.address": "127.0.0.1"}, "openai"),
        ({"gen_ai.provider.name": "langchain", "gen_ai.request.model": "claude-sonnet-4-5"}, "anthropic"),
        ({"gen_ai.provider.name": "crewai", "server.address": "api.openai.com"}, "openai"),
        ({"gen_ai.provider.name": "strands-agents"}, None),
        ({"gen_ai.request.model": "us.anthropic.claude-sonnet-4-5-v1:0"}, "aws.bedrock"),
        ({"gen_ai.provider.name": "acme-cloud"}, "acme-cloud"),
        ({"gen_ai.provider.name": "openai", "server.address": "openrouter.ai"}, "openrouter"),
        ({"gen_ai.request.model": "groq/openai/gpt-oss-120b"}, "groq"),
    ],
)
def test_the_provider_is_who_bills(attributes: dict[str, Any], provider: str | None) -> None:
    assert row(attributes)["provider"] == provider


@pytest.mark.parametrize(
    ("provider", "sent", "model"),
    [
        (None, "openai/gpt-4o-mini", "gpt-4o-mini"),
        ("openai", "openai/gpt-4o-mini", "gpt-4o-mini"),
        ("langchain", "bedrock/us.anthropic.claude-sonnet-4-5-v1:0", "us.anthropic.claude-sonnet-4-5-v1:0"),
        ("openrouter", "openai/gpt-4o-mini", "openai/gpt-4o-mini"),
        ("groq", "groq/openai/gpt-oss-120b", "openai/gpt-oss-120b"),
        (None, "meta-llama/Llama-3-70b", "meta-llama/Llama-3-70b"),
        (None, "openai/", "openai/"),
    ],
)
def test_a_models_name_is_without_the_provider_a_router_put_before_it(
    provider: str | None, sent: str, model: str
) -> None:
    told = row({"gen_ai.provider.name": provider, "gen_ai.request.model": sent})
    assert told["request_model"] == model


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        *(
            (["stop"], "stop"),
            ('["tool_call"]', "tool_calls"),
            ("FinishReason.STOP", "stop"),
            ("tool-calls", "tool_calls"),
        ),
        *((["end_turn", "x"], "stop"), ("MAX_TOKENS", "length"), ([], None), ("something_new", "something_new")),
    ],
)
def test_finish_reasons_have_one_spelling(sent: Any, reason: str | None) -> None:
    assert row({"gen_ai.response.finish_reasons": sent})["finish_reason"] == reason


def test_events_tell_the_exception_and_the_first_token() -> None:
    first = ("First Token Stream Event", {})
    failed = ("exception", {"exception.type": "openai.RateLimitError"})
    told = row({"openinference.span.kind": "LLM"}, HANDMADE, events=[first, failed], status=ERROR)
    assert (told["ttft_ms"], told["error_type"]) == (100, "openai.RateLimitError")


def test_what_no_column_took_is_kept() -> None:
    told = row(CHAT | {"app.region": "eu", "gen_ai.request.max_tokens": 300, "gen_ai.system": "spare"})
    kept = {pair["key"]: pair["value"] for pair in told["attributes"]}
    assert kept == {"app.region": "eu", "gen_ai.request.max_tokens": "300", "gen_ai.system": "spare"}


def test_a_dialect_may_amend_what_data_cannot_say() -> None:
    def amend(fields: pl.DataFrame) -> pl.DataFrame:
        return fields.with_columns(request_model=pl.col("request_model").str.strip_prefix("openai/"))

    amending = replace(OTEL_GENAI, amend=amend)
    assert row(CHAT | {"gen_ai.request.model": "openai/gpt-5"}, dialects=(amending,))["request_model"] == "gpt-5"


@pytest.mark.parametrize(("status", "reason"), [(0, "estimated"), (ERROR, "it failed after the response had begun")])
def test_counts_in_doubt_are_not_taken_and_stay_among_the_attributes(status: int, reason: str) -> None:
    doubting = replace(OTEL_GENAI, amend=lambda fields: fields.with_columns(doubt=pl.lit("estimated")))
    told = row(CHAT, dialects=(doubting,), status=status)
    assert (told["role"], told["input_uncached"], told["output_text"]) == ("call", None, None)
    assert told["incomplete_because"].startswith(reason)
    assert [pair["key"] for pair in told["attributes"]] == ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"]


def test_values_inside_json_and_inside_a_python_repr_are_found() -> None:
    kind = {"openinference.span.kind": "LLM"}
    as_json = row(kind | {"llm.invocation_parameters": '{"model": "gpt-5", "stream": true}'}, HANDMADE)
    as_repr = row(kind | {"llm.invocation_parameters": "{'model': 'gpt-5', 'stream': True}"}, HANDMADE)
    broken = row(kind | {"llm.invocation_parameters": "{'model': "}, HANDMADE)
    assert (as_json["request_model"], as_repr["request_model"], broken["request_model"]) == ("gpt-5", "gpt-5", None)
    assert as_repr["streamed"] is True


@pytest.mark.parametrize(
    ("scope", "keys"),
    [
        (SCOPE, {"acme.usage.input_tokens": 1125, "acme.usage.output_tokens": 41}),
        (SCOPE, {"acme.token_count.prompt": 1125}),
        (HANDMADE, {"acme.usage.input_tokens": 1125}),
    ],
)
def test_tokens_in_words_nobody_knows_are_a_call_nobody_can_count(scope: tuple[str, str], keys: dict[str, Any]) -> None:
    told = row(keys, scope)
    assert (told["role"], told["input_uncached"]) == ("call", None)
    assert told["incomplete_because"].startswith("unknown dialect")


CACHE = {"gen_ai.usage.cache_read.input_tokens": 100}


@pytest.mark.parametrize(
    ("model", "keys", "said"),
    [
        ("claude-sonnet-4-5", {}, "whether its input holds the cache"),
        ("claude-sonnet-4-5", CACHE, "whether its input holds the cache"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", {}, "whether its input holds the cache"),
        ("gemini-2.5-flash", {}, "whether its output holds the thoughts"),
    ],
)
def test_of_a_stranger_what_providers_count_beside_is_not_assumed(model: str, keys: dict[str, Any], said: str) -> None:
    counts = {"gen_ai.usage.input_tokens": 1125, "gen_ai.usage.output_tokens": 41}
    told = row({"gen_ai.operation.name": "chat", "gen_ai.request.model": model, **counts, **keys}, HANDMADE)
    assert told["input_uncached"] == 1125 - keys.get("gen_ai.usage.cache_read.input_tokens", 0)
    assert said in told["incomplete_because"]


@pytest.mark.parametrize(
    ("model", "keys"),
    [
        ("gpt-4o-mini", {}),
        ("claude-sonnet-4-5", {"gen_ai.usage.cache_read.input_tokens": 2000}),
        ("claude-sonnet-4-5", {"gen_ai.usage.cache_read.input_tokens": 0}),
        ("gemini-2.5-flash", {"gen_ai.usage.total_tokens": 1166}),
    ],
)
def test_of_a_stranger_what_can_mean_one_thing_only_is_complete(model: str, keys: dict[str, Any]) -> None:
    counts = {"gen_ai.usage.input_tokens": 1125, "gen_ai.usage.output_tokens": 41}
    told = row({"gen_ai.operation.name": "chat", "gen_ai.request.model": model, **counts, **keys}, HANDMADE)
    assert told["incomplete_because"] is None
