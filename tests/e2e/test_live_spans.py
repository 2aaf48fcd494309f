"""A real OpenTelemetry SDK points at the server: what it exports is in the ledger a moment later."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from serving import PATIENCE_S, Running, answer, outlay, serving

README = Path(__file__).parents[2] / "README.md"
TOKENS = {"gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 0}


def provider(
    server: Running, team: str, compression: Compression, headers: dict[str, str] | None = None
) -> TracerProvider:
    resource = {"service.name": "helpdesk", "outlay.team": team, "outlay.workflow": "answer-ticket"}
    made = TracerProvider(resource=Resource.create(resource))
    url = f"{server.otlp_url}/v1/traces"
    exporter = OTLPSpanExporter(url, compression=compression, headers=headers, timeout=PATIENCE_S)
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


def tell_calls(tracing: TracerProvider, count: int) -> None:
    """Spans of billed calls, as the GenAI conventions have them."""
    tracer = tracing.get_tracer("helpdesk")
    for _ in range(count):
        with tracer.start_as_current_span("chat gpt-4o-mini") as span:
            span.set_attributes(
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "openai",
                    "gen_ai.request.model": "gpt-4o-mini",
                    "gen_ai.response.id": f"chatcmpl-{uuid4().hex}",
                    **TOKENS,
                }
            )
    tracing.shutdown()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, str]]:
    """A server that asks for keys, and a secret it knows."""
    folder = tmp_path_factory.mktemp("secured")
    home = folder / "home"
    secret = outlay("keys", "create", "--team", "paying-team", "--home", str(home)).stdout.strip()
    toml = home / "outlay.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("required = false", "required = true"), encoding="utf-8")
    with serving(home, folder / "serve.log") as server:
        yield server, secret


@pytest.mark.parametrize("compression", list(Compression))
def test_what_the_sdk_exports_is_in_the_ledger(fresh: Running, compression: Compression) -> None:
    team = f"sends-{compression.value}"
    before = fresh.status()["spans"]
    tell_calls(provider(fresh, team, compression), 600)
    fresh.wait_for_spans(before + 600)
    rows = answer("usage", "--home", str(fresh.home), "--team", team, "--by", "team,workflow")["rows"]
    assert [(row["team"], row["workflow"], row["calls"], row["cost_usd"]) for row in rows] == [
        (team, "answer-ticket", 600, "90.000000000000")
    ]


def test_with_keys_on_the_key_says_whose_spend_it_is(secured: tuple[Running, str]) -> None:
    server, secret = secured
    tell_calls(provider(server, "a-claim", Compression.NoCompression, {"x-api-key": secret}), 3)
    server.wait_for_spans(3, secret)
    rows = answer("usage", "--home", str(server.home), "--by", "team")["rows"]
    assert [(row["team"], row["calls"]) for row in rows] == [("paying-team", 3)]


def test_with_keys_on_nobody_reads_without_one(secured: tuple[Running, str]) -> None:
    server, _ = secured
    asked = httpx2.get(f"{server.web_url}/api/v1/status", trust_env=False, timeout=PATIENCE_S)
    assert asked.status_code == 401


def test_with_keys_on_nobody_sends_without_one(secured: tuple[Running, str]) -> None:
    server, _ = secured
    sent = httpx2.post(f"{server.otlp_url}/v1/traces", content=b"", trust_env=False, timeout=PATIENCE_S)
    assert sent.status_code == 401


def test_the_readme_s_python_lines_work_as_they_stand(fresh: Running) -> None:
    lines = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": fresh.otlp_url, "OTEL_RESOURCE_ATTRIBUTES": "outlay.team=readme"}
    before = fresh.status()["spans"]
    subprocess.run([sys.executable, "-c", lines[0]], env={**os.environ, **environment}, check=True, timeout=PATIENCE_S)
    assert fresh.wait_for_spans(before + 1)["spans"] == before + 1
