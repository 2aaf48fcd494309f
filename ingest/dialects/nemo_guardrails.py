"""NVIDIA NeMo Guardrails: rails are checks, and the operation of a model call is the name of the task it is for."""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

_CHECKING: Final = ("input", "output", "retrieval", "tool_input", "tool_output", "execution")


def _rails(fields: pl.DataFrame) -> pl.DataFrame:
    """A rail that checks has passed unless it says that it stopped; an answer from the cache asked nobody."""
    checking = pl.col("guard_source").is_in(_CHECKING).fill_null(value=False)
    cached = (pl.col("hint").str.to_lowercase() == "true").fill_null(value=False)
    return fields.with_columns(
        operation=pl.when(cached).then(pl.lit("cached_answer"))
        .when(checking).then(pl.lit("rail"))
        .otherwise("operation"),
        guard_result=pl.when(checking).then(pl.col("guard_result").fill_null("false")),
        **{name: pl.when(~cached).then(name) for name in ("input", "output")},
    )  # fmt: skip


NEMO_GUARDRAILS: Final = Dialect(
    name="nemo_guardrails",
    rank=2,
    scopes=("nemo-guardrails*", "nemo_guardrails*", "nemoguardrails*"),
    marks=("rail.type", "rail.name"),
    operations={
        "rail": Meaning("apply_guardrail", "guardrail"),
        "guardrails": Meaning("invoke_workflow", "workflow"),
        "cached_answer": Meaning("cached_answer", "other"),
        # Any other operation is the name of a task for a model: self_check_input, general, a flow of the user's own.
        "*": Meaning("chat", "call"),
    },
    names={
        "guardrails.request": Meaning("invoke_workflow", "workflow"),
        "guardrails.rail": Meaning("rail", "workflow"),
        "guardrails.action": Meaning("action", "other"),
    },
    aliases=joined(
        {
            "guard_name": ("rail.name",),
            "guard_source": ("rail.type",),
            "guard_result": ("rail.stop",),
            "hint": ("llm.cache.hit",),
        },
        GEN_AI,
    ),
    amend=_rails,
    quirks=(
        Quirk("what a rail asks a model is a guardrail's spending", "nemoguardrails/input_rail_blocked"),
        Quirk("an answer from its own cache repeats the usage of the first", "nemoguardrails/answer_from_cache"),
    ),
)
