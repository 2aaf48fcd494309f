"""CrewAI: its own telemetry tells of no call, OpenLLMetry's instrumentation of it mostly of a crew's sum."""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Inside, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

# What Python prints of a crew's totals: a record, or in older releases a dict.
_SUMS: Final = ("crewai.crew.token_usage", "crewai.crew.usage_metrics")


def _summed(name: str) -> tuple[Inside, ...]:
    return tuple(Inside(key, (name,)) for key in _SUMS)


CREWAI_TRACELOOP: Final = Dialect(
    name="crewai_traceloop",
    rank=2,
    scopes=("opentelemetry.instrumentation.crewai*",),
    names={
        "crewai.workflow": Meaning("invoke_workflow", "workflow"),
        "*.agent": Meaning("invoke_agent", "agent"),
        "*.task": Meaning("task", "workflow"),
        "*.llm": Meaning("chat", "call"),
    },
    aliases=joined(
        GEN_AI,
        {
            "input": _summed("prompt_tokens"),
            "output": _summed("completion_tokens"),
            "total": _summed("total_tokens"),
            "cache_read": _summed("cached_prompt_tokens"),
            "cache_write": _summed("cache_creation_tokens"),
            "reasoning": _summed("reasoning_tokens"),
        },
    ),
    quirks=(
        Quirk(
            "a crew's sum is what Python prints of a record; how many calls it sums up is not told",
            "traceloop-crewai/crew_sum",
        ),
        Quirk("the spans of its calls carry no usage", "traceloop-crewai/crew_sum"),
    ),
)


def _guarded(fields: pl.DataFrame) -> pl.DataFrame:
    """Its guardrail tells success; what did not succeed goes back to the agent."""
    said = pl.col("guard_result").str.to_lowercase()
    return fields.with_columns(
        guard_result=pl.when(said == "true").then(pl.lit("passed"))
        .when(said == "false").then(pl.lit("blocked"))
        .otherwise("guard_result")
    )  # fmt: skip


CREWAI: Final = Dialect(
    name="crewai",
    rank=2,
    scopes=("crewai.telemetry*", "crewai"),
    names={
        "Crew Execution": Meaning("invoke_agent", "agent"),
        "Flow Execution": Meaning("invoke_agent", "agent"),
        "Task Execution": Meaning("task", "workflow"),
        "Tool Usage*": Meaning("execute_tool", "tool"),
    },
    aliases=joined(
        GEN_AI,
        {
            "guard_name": ("crewai.guardrail.type",),
            "guard_result": ("crewai.guardrail.success",),
        },
    ),
    amend=_guarded,
    silent_calls=(
        "CrewAI tells of its crews and not of their calls: add an instrumentation of the model's client beside it"
    ),
    quirks=(Quirk("no span tells of a model, and none of usage", "crewai-native/crew"),),
)
