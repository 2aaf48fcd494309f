"""guardrails-ai: the model is asked inside a guard, and each validator's finding is a check."""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Inside, Meaning, Quirk

_PARAMETERS: Final = "llm.invocation_parameters"
# What a guard does when a validator fails, by the name of its `on_fail`; `noop` lets it pass and says so.
_ON_FAIL: Final = {
    **dict.fromkeys(("exception", "refrain"), "blocked"),
    **dict.fromkeys(("fix", "fix_reask", "reask", "filter", "custom"), "rewritten"),
}


def _what_it_led_to(fields: pl.DataFrame) -> pl.DataFrame:
    """A validator that failed did what `on_fail` says; one that tells neither error nor outcome has passed."""
    failed = pl.col("guard_result").str.to_lowercase().str.contains("fail") | pl.col("hint").is_not_null()
    led_to = pl.col("guard_label").str.to_lowercase().replace_strict(_ON_FAIL, default="flagged")
    validated = pl.col("operation") == "guardrails/guard/step/validator"
    result = pl.when(failed.fill_null(value=False)).then(led_to).otherwise(pl.lit("passed"))
    nobody = (pl.col("user_id") == "unknown").fill_null(value=False)
    return fields.with_columns(
        user_id=pl.when(~nobody).then("user_id"),
        guard_result=pl.when(validated).then(result),
        guard_label=pl.when(validated).then("guard_label"),
    )


GUARDRAILS_AI: Final = Dialect(
    name="guardrails_ai",
    rank=2,
    scopes=("guardrails-ai*",),
    operations={
        "guardrails/guard": Meaning("invoke_workflow", "workflow"),
        "guardrails/guard/step": Meaning("task", "workflow"),
        "guardrails/guard/step/call": Meaning("chat", "call"),
        "guardrails/guard/step/validator": Meaning("apply_guardrail", "guardrail"),
    },
    aliases={
        "operation": ("type",),
        "request_model": (Inside(_PARAMETERS, ("model",)),),
        "response_text": ("output.value",),
        "input": ("llm.token_count.prompt",),
        "output": ("llm.token_count.completion",),
        "total": ("llm.token_count.total",),
        "hint": ("validator.validate.output.error_message",),
        "guard_name": ("validator.name",),
        "guard_result": ("validator.validate.output.outcome",),
        "guard_label": ("validator.on_fail",),
        "error_type": ("error.type",),
    },
    amend=_what_it_led_to,
    quirks=(
        Quirk("the model stands in its parameters, with the provider before it", "guardrails-ai/pass"),
        Quirk("the guard around a call repeats its tokens as `token_consumption`", "guardrails-ai/pass"),
        Quirk("a validator's outcome is sent empty; its error message tells that it failed", "guardrails-ai/fail"),
    ),
)
