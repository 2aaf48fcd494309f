"""The doctor names each emitter, what its numbers lack, and what mends it; its exit code says whether to look."""

from __future__ import annotations

import json
from typing import Any

from typing_commands import CHAT, SAMPLES, Shell

from ingest import Journal
from ingest.entry import Entry
from outlay.clock import now

SCOPE = "opentelemetry.instrumentation.openai_v2"


def send(shell: Shell, attributes: dict[str, str], service: str = "bot") -> None:
    """One call of `service`, as a sender without a key would tell it."""
    told = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.system": "openai"}
    nanos = int(now().timestamp()) * 10**9
    span = {
        "traceId": "1" * 32,
        "spanId": "2" * 16,
        "name": "chat",
        "startTimeUnixNano": str(nanos),
        "endTimeUnixNano": str(nanos + 10**9),
        "attributes": listed(told | attributes),
    }
    scopes = [{"scope": {"name": SCOPE, "version": "2.1b0"}, "spans": [span]}]
    resource = {"attributes": listed({"service.name": service})}
    body = json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}).encode()
    journal = Journal(shell.home / "journal")
    journal.append([Entry(now(), None, None, "traces", "application/json", "identity", body)])
    journal.close()


def listed(attributes: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]


def test_a_home_without_doubts_needs_nobody(supported: Shell) -> None:
    shown = supported.type("doctor")
    assert (shown.code, "otel" in shown.out, "→" in shown.out) == (0, True, False)


def test_a_stream_without_usage_is_named_with_what_mends_it(supported: Shell) -> None:
    send(supported, {"gen_ai.response.id": "chatcmpl-1", "outlay.team": "support"})
    supported.type("replay", str(CHAT), "--team", "support")
    shown = supported.type("doctor")
    at = shown.out.index(f"✗ bot · {SCOPE} 2.1b0")
    assert (shown.code, "include_usage" in shown.out[at:]) == (1, True)


def test_the_json_has_the_facts_the_estimate_and_the_advice_of_each_emitter(supported: Shell) -> None:
    send(supported, {"gen_ai.response.id": "chatcmpl-1"})
    supported.type("replay", str(CHAT), "--team", "support")
    told = supported.type("doctor", "--json").json
    [bot] = [emitter for emitter in told["emitters"] if emitter["service"] == "bot"]
    about = [advice["about"] for advice in bot["advice"]]
    assert (told["ok"], bot["calls"], bot["signals"], bot["at_risk_is_estimate"], about) == (
        *(False, 1, "traces", True),
        ["usage", "owner"],
    )


def test_a_route_of_a_misspelt_team_is_named_with_the_team_that_is_meant(supported: Shell) -> None:
    settings = supported.home / "outlay.toml"
    settings.write_text(settings.read_text() + '\n[[routes]]\nteam = ["suport", "legal"]\nchannels = ["terminal"]\n')
    shown = supported.type("doctor")
    named = "✗ routes name teams that were never heard of: suport (did you mean support?)\n"
    assert (shown.code, named in shown.out) == (1, True)


def test_a_route_may_be_there_before_its_team_sends_anything(supported: Shell) -> None:
    settings = supported.home / "outlay.toml"
    settings.write_text(settings.read_text() + '\n[[routes]]\nteam = ["legal"]\nchannels = ["terminal"]\n')
    shown = supported.type("doctor")
    assert (shown.code, "✓ routes name teams that were not heard of yet: legal\n" in shown.out) == (0, True)


def test_a_period_leaves_the_others_out(supported: Shell) -> None:
    assert supported.type("doctor", "--until", "2020-01-01", "--json").json["emitters"] == []


def test_a_name_that_would_move_the_cursor_is_shown_as_text(supported: Shell) -> None:
    send(supported, {"gen_ai.response.id": "chatcmpl-1"}, service="bo\x1b[2Jt")
    supported.type("replay", str(CHAT), "--team", "support")
    shown = supported.type("doctor")
    assert ("\x1b" in shown.out, "bo·[2Jt" in shown.out) == (False, True)


def test_a_metric_is_shown_beside_the_calls_it_counts(supported: Shell) -> None:
    supported.type("replay", str(SAMPLES / "claude-code" / "chat_metrics_logs"), "--team", "support")
    told = {row["token_class"]: row["gap_tokens"] for row in supported.type("doctor", "--json").json["metrics"]}
    assert told
    assert "What metrics counted beside what calls told" in supported.type("doctor").out
