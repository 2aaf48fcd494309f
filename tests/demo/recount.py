"""Count a history again from the bytes that were sent, with the price list instead of the company's own prices.

It shares nothing with the ledger: it decodes the requests, and knows only which scopes tell a call best.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from genai_prices.data_snapshot import get_snapshot
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from outlay.demo import Send

SELLER = {"gcp.gemini": "google", "aws.bedrock": "aws", "mistral_ai": "mistral"}
# Around Anthropic's client these tell what the SDK's own span inside them tells.
REPEATERS = {"opentelemetry.instrumentation.genai.anthropic", "openinference.instrumentation.anthropic"}


@dataclass(frozen=True)
class Span:
    resource: Mapping[str, Any]
    scope: str
    trace_id: str
    span_id: str
    parent_id: str
    name: str
    started_ns: int
    failed: bool
    attributes: Mapping[str, Any]
    events: tuple[tuple[str, Mapping[str, Any]], ...]


def spans(sends: Iterable[Send]) -> list[Span]:
    """Every distinct span, once."""
    found = {}
    for send in sends:
        body = gzip.decompress(send.body) if send.content_encoding == "gzip" else send.body
        for span in _of_json(body) if send.content_type == "application/json" else _of_protobuf(body):
            found[span.trace_id, span.span_id] = span
    return list(found.values())


def calls(found: Iterable[Span]) -> Iterator[tuple[Span, dict[str, int] | None, str, str]]:
    """(span, tokens by class, provider, model) of each billed request; no tokens where none were told."""
    for span in found:
        told = span.attributes
        is_call = told.get("gen_ai.operation.name") in {"chat", "embeddings"} or (
            span.name in {"openai.chat", "ChatCompletion"}
        )
        if not is_call or span.failed or span.scope in REPEATERS:
            continue
        provider = told.get("gen_ai.provider.name") or told.get("gen_ai.system") or told.get("llm.system")
        model = told.get("gen_ai.response.model") or told.get("llm.model_name")
        tokens = _tokens(told)
        if tokens is None or all(count >= 0 for count in tokens.values()):
            yield span, tokens, provider, model


def spend(found: Iterable[Span], contract: Mapping[tuple[str, str, int], Decimal]) -> dict[Any, tuple[int, Decimal]]:
    """(calls, dollars) by team, workflow, environment and model, at list prices but for a contract's.

    `contract` gives US dollars a million tokens by model, token class and day number since 1970 (the step's first).
    """
    sums: dict[Any, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for span, tokens, provider, model in calls(found):
        day = span.started_ns // 86_400_000_000_000
        usd = Decimal(0)
        for token_class, count in (tokens or {}).items():
            steps = [key for key in contract if key[:2] == (model, token_class) and key[2] <= day]
            price = contract[max(steps)] if steps else list_price(provider, model, token_class)
            usd += count * (price or Decimal(0)) / 1_000_000
        key = (
            span.resource.get("outlay.team"),
            span.attributes.get("outlay.workflow"),
            span.resource["deployment.environment.name"],
            model,
        )
        number, before = sums[key]
        sums[key] = (number + 1, before + usd)
    return dict(sums)


@cache
def list_price(provider: str, model: str, token_class: str) -> Decimal | None:
    """US dollars a million tokens in genai-prices' newest entry, below any threshold; None when nobody sells it."""
    seller = next(p for p in get_snapshot().providers if p.id == SELLER.get(provider, provider))
    sold = seller.find_model(model)
    if sold is None:
        return None
    prices = sold.prices[-1].prices if isinstance(sold.prices, list) else sold.prices
    key = {
        "input_uncached": "input_mtok",
        "cache_read": "cache_read_mtok",
        "cache_write_5m": "cache_write_mtok",
        "cache_write_1h": "cache_write_1h_mtok",
        "output": "output_mtok",
    }[token_class]
    price = getattr(prices, key)
    return getattr(price, "base", price)


def _tokens(told: Mapping[str, Any]) -> dict[str, int] | None:
    def first(*keys: str) -> int | None:
        return next((told[key] for key in keys if key in told), None)

    sent = first("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
    if sent is None:
        return None
    read = first("gen_ai.usage.cache_read.input_tokens", "llm.token_count.prompt_details.cache_read") or 0
    five, hour = (told.get(f"anthropic.usage.cache_creation.ephemeral_{ttl}_input_tokens", 0) for ttl in ("5m", "1h"))
    output = first("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion") or 0
    found = {"input_uncached": sent - read - five - hour, "cache_read": read, "cache_write_5m": five}
    found |= {"cache_write_1h": hour, "output": output}
    return {name: count for name, count in found.items() if count}


def _of_protobuf(body: bytes) -> Iterator[Span]:
    for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = {pair.key: _value(pair.value) for pair in of_resource.resource.attributes}
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield Span(
                    resource,
                    of_scope.scope.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.name,
                    span.start_time_unix_nano,
                    span.status.code == 2,
                    {pair.key: _value(pair.value) for pair in span.attributes},
                    tuple((e.name, {pair.key: _value(pair.value) for pair in e.attributes}) for e in span.events),
                )


def _of_json(body: bytes) -> Iterator[Span]:
    for of_resource in json.loads(body)["resourceSpans"]:
        resource = _pairs(of_resource["resource"]["attributes"])
        for of_scope in of_resource["scopeSpans"]:
            for span in of_scope["spans"]:
                yield Span(
                    resource,
                    of_scope["scope"]["name"],
                    span["traceId"],
                    span["spanId"],
                    span.get("parentSpanId", ""),
                    span["name"],
                    int(span["startTimeUnixNano"]),
                    span.get("status", {}).get("code") == 2,
                    _pairs(span.get("attributes", [])),
                    tuple((event["name"], _pairs(event.get("attributes", []))) for event in span.get("events", [])),
                )


def _pairs(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["key"]: _plain(pair["value"]) for pair in attributes}


def _plain(value: dict[str, Any]) -> Any:
    ((kind, told),) = value.items()
    return int(told) if kind == "intValue" else told


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(item) for item in value.array_value.values] if kind == "array_value" else getattr(value, kind)
