"""What guardrails and evaluations found, and what became of a task."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from otlp_requests import CHAT, RECEIVED, SCOPE, entry, request, span

from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS
from ingest.reading import Reading, read
from ingest.reading.verdicts import RESULTS, meanings
from ingest.wire import columns

START = RECEIVED.replace(tzinfo=None)
END = START + timedelta(seconds=1)
Found = tuple[str, str, str | None, str, float | None, str | None]


def reading(attributes: dict[str, Any], scope: tuple[str, str] = SCOPE, **fields: Any) -> Reading:
    return read(columns([entry(request(span(attributes, **fields), scope=scope))]), DIALECTS, SPELLINGS)


def checks(attributes: dict[str, Any], scope: tuple[str, str] = SCOPE, **fields: Any) -> list[Found]:
    found = reading(attributes, scope, **fields).checks
    rows: list[Found] = found.select("kind", "name", "source", "result", "score", "label").rows()
    return rows


def guarded(**result: Any) -> dict[str, Any]:
    told = {"component.name": "pii", "source": "input"} | {
        key.replace("_", "."): value for key, value in result.items()
    }
    return {f"gen_ai.guardrail.{key}": value for key, value in told.items()}


@pytest.mark.parametrize(
    ("sent", "result"),
    [
        *(("passed", "passed"), ("ALLOW", "passed"), (False, "passed"), ("blocked", "blocked"), (True, "blocked")),
        *(("GUARDRAIL_INTERVENED", "blocked"), ("redact", "rewritten"), ("MATCH_FOUND", "flagged"), ("fail", "failed")),
        *(("purple", "unknown"), (None, "unknown")),
    ],
)
def test_a_guardrails_event_is_a_check_in_one_of_our_words(sent: Any, result: str) -> None:
    event = ("gen_ai.guardrail.result", guarded(result_type=sent, risk_score=0.9))
    assert checks(CHAT, events=[event]) == [("guardrail", "pii", "input", result, 0.9, None)]


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("preflight", "input"),
        ("post_call", "output"),
        ("Tool Output", "tool"),
        ("retrieval", "retrieval"),
        (None, None),
    ],
)
def test_what_a_guardrail_looked_at_is_input_output_or_a_tool(said: str | None, source: str | None) -> None:
    event = ("gen_ai.guardrail.result", guarded(result_type="passed", source=said))
    assert checks(CHAT, events=[event]) == [("guardrail", "pii", source, "passed", None, None)]


def test_a_crew_s_guardrail_that_succeeded_has_passed() -> None:
    told = [{"crewai.guardrail.type": "function", "crewai.guardrail.success": said} for said in (True, False)]
    assert [checks(each, ("crewai.telemetry", ""))[0][3] for each in told] == ["passed", "blocked"]


@pytest.mark.parametrize("table", ["guardrail", "evaluation"])
def test_the_table_of_verdicts_speaks_our_words_only(table: Any) -> None:
    assert set(meanings(table).values()) <= set(RESULTS)


def test_a_check_by_event_happened_when_the_event_did() -> None:
    event = ("gen_ai.guardrail.result", guarded(result_type="passed"))
    assert reading(CHAT, events=[event]).checks["checked_at"].to_list() == [START + timedelta(milliseconds=100)]


def test_a_guardrails_span_is_one_check_whether_or_not_an_event_repeats_it() -> None:
    applied = {"gen_ai.operation.name": "apply_guardrail"} | guarded(result_type="blocked")
    event = ("gen_ai.guardrail.result", guarded(result_type="blocked"))
    assert checks(applied) == checks(applied, events=[event]) == [("guardrail", "pii", "input", "blocked", None, None)]


def test_a_guardrail_that_does_not_say_what_it_found_is_a_check_with_unknown_result() -> None:
    kind = {"openinference.span.kind": "GUARDRAIL"}
    assert checks(kind, ("mine", ""), name="no jokes") == [("guardrail", "no jokes", None, "unknown", None, None)]


@pytest.mark.parametrize(
    ("found", "check"),
    [
        ({"score.value": 0.25}, ("unknown", 0.25, None)),
        ({"score.value": 1.0, "score.label": "true"}, ("passed", 1.0, "true")),
        ({"score.label": "Fail"}, ("failed", None, "Fail")),
        ({"score.label": "relevant", "passed": False}, ("failed", None, "relevant")),
    ],
)
def test_an_evaluations_event_is_a_check_with_its_score(found: dict[str, Any], check: tuple[Any, ...]) -> None:
    told = {"gen_ai.evaluation.name": "groundedness"} | {f"gen_ai.evaluation.{key}": found[key] for key in found}
    result, score, label = check
    expected = [("evaluation", "groundedness", None, result, score, label)]
    assert checks(CHAT, events=[("gen_ai.evaluation.result", told)]) == expected


def test_evaluations_listed_under_numbers_are_a_check_each() -> None:
    told = {"openinference.span.kind": "CHAIN"} | {
        f"evaluations.{number}.evaluation.{field}": value
        for number, finding in enumerate([{"name": "tone", "score": 0.5}, {"name": "facts", "label": "pass"}])
        for field, value in finding.items()
    }
    assert checks(told, ("openinference.instrumentation", "")) == [
        ("evaluation", "tone", None, "unknown", 0.5, None),
        ("evaluation", "facts", None, "passed", None, "pass"),
    ]


def test_an_evaluation_span_without_a_finding_is_no_check() -> None:
    assert checks({"gen_ai.operation.name": "evaluation"}) == []


def test_other_events_are_no_checks() -> None:
    assert checks(CHAT, events=[("gen_ai.choice", {"gen_ai.guardrail.result.type": "blocked"})]) == []


@pytest.mark.parametrize(
    ("attributes", "outcome"),
    [
        ({"outlay.outcome": "resolved"}, ("resolution", "resolved", END, "confirmed")),
        (
            {"outlay.outcome": "Failed", "outlay.outcome.kind": "lead", "outlay.outcome.source": "human"},
            ("lead", "failed", END, "human"),
        ),
        (
            {"outlay.outcome": "refused", "outlay.outcome.decided_at": "2026-10-04T02:00:00+02:00"},
            ("resolution", "refused", datetime(2026, 10, 4), "confirmed"),
        ),
        (
            {"outlay.outcome": "escalated", "outlay.outcome.decided_at": 1791072000},
            ("resolution", "escalated", datetime(2026, 10, 4), "confirmed"),
        ),
        (
            {"outlay.outcome": "abandoned", "outlay.outcome.decided_at": "tomorrow"},
            ("resolution", "abandoned", END, "confirmed"),
        ),
        (
            {"outlay.outcome": "resolved", "outlay.outcome.decided_at": "1e400"},
            ("resolution", "resolved", END, "confirmed"),
        ),
    ],
)
def test_a_span_may_tell_what_became_of_its_task(attributes: dict[str, Any], outcome: tuple[Any, ...]) -> None:
    outcomes = reading(attributes, ("mine", "")).outcomes
    assert outcomes.select("kind", "status", "decided_at", "source").rows() == [outcome]


def test_an_outcome_in_a_word_nobody_knows_is_said_to_be_odd_and_not_counted() -> None:
    told = reading({"outlay.outcome": "splendid"})
    assert told.outcomes.height == 0
    assert told.spans["quality"].to_list() == [
        "the outcome 'splendid' is none of resolved, failed, escalated, abandoned, refused, reopened"
    ]


@pytest.mark.parametrize(
    ("attributes", "purpose"),
    [
        (CHAT, "product"),
        (CHAT | {"outlay.purpose": "Judge"}, "judge"),
        (CHAT | {"outlay.purpose": "fun"}, "product"),
        (CHAT | {"gen_ai.operation.name": "embeddings"}, "embedding"),
        ({"gen_ai.operation.name": "apply_guardrail"}, "guardrail"),
        ({"gen_ai.operation.name": "evaluation"}, "judge"),
    ],
)
def test_what_a_span_was_for_is_told_or_follows_from_its_operation(attributes: dict[str, Any], purpose: str) -> None:
    assert reading(attributes).spans["purpose"].to_list() == [purpose]
