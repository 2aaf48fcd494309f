"""What guardrails and judges of recorded requests found, as the task's checks: each once, in our words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from samples import FOLDER

from ingest import Journal, Limits
from ingest.loader import load
from outlay.reading.replay import captures, replay
from warehouse import Warehouse, refresh

NOW = datetime(2026, 11, 21, tzinfo=UTC)
Found = tuple[str, str, str | None, str]
CASES: dict[str, list[Found]] = {
    "guardrails-ai/fail": [("guardrail", "no-rain", None, "flagged")],
    "guardrails-ai/pass": [("guardrail", "no-rain", None, "passed")],
    "nemoguardrails/input_rail_blocked": [("guardrail", "self check input", "input", "blocked")],
    "nemoguardrails/answer_from_cache": [
        ("guardrail", "self check input", "input", "passed"),
        ("guardrail", "self check output", "output", "passed"),
    ],
    "openlit-guard/guards_and_scores": [
        ("evaluation", "category", None, "unknown"),
        ("evaluation", "relevance", None, "unknown"),
        ("evaluation", "user_feedback", None, "passed"),
        ("guardrail", "pii", "input", "passed"),
        ("guardrail", "pii", "input", "rewritten"),
        ("guardrail", "pii", "output", "passed"),
        ("guardrail", "prompt_injection", "input", "blocked"),
        ("guardrail", "prompt_injection", "input", "passed"),
    ],
    "langfuse/types_session_score": [
        ("evaluation", "helpfulness", None, "unknown"),
        ("guardrail", "topic_guard", None, "passed"),
    ],
    "otel-openai-agents-v2/agent_guard": [("guardrail", "no_jokes", None, "passed")],
    # It tells that the guardrail ran and, when it passed, nothing else.
    "openinference-openai-agents/agent_guard": [("guardrail", "topic_guard", None, "unknown")],
    "litellm-v2/proxy_guarded": [
        ("guardrail", "bedrock-topics", "input", "blocked"),
        ("guardrail", "pii-mask", "input", "passed"),
    ],
    "traceloop-bedrock/guarded": [("guardrail", "gr-1:2", None, "blocked")],
    "azure-ai-evaluation/judge": [("evaluation", "groundedness", None, "passed")],
}


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_case_tells_its_checks(case: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    with Warehouse.in_memory() as warehouse:
        replay(journal, captures([FOLDER / case]), team=None, limits=Limits(), now=NOW)
        while load(journal, warehouse).entries:
            pass
        refresh(warehouse)
        found = warehouse.query("SELECT kind, name, source, result FROM task_checks ORDER BY ALL").rows()
    journal.close()
    assert found == CASES[case]
