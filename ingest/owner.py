"""Who owes a span: the spellings by which senders name team, workflow, user and task, and what the key says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from ingest.entry import Entry
from ingest.reading.dialect import Aliases

# In order: what our users set on purpose, then what OpenTelemetry and the common emitters say anyway. The same on
# a span and on its resource; the span wins.
SPELLINGS: Final[Aliases] = {
    "team": (
        "outlay.team",
        "team",
        "team.name",
        "litellm.team.alias",
        "metadata.user_api_key_team_alias",
        "litellm.team.id",
        "metadata.user_api_key_team_id",
        "traceloop.association.properties.team",
        "ai.telemetry.metadata.team",
        "langfuse.trace.metadata.team",
        "langsmith.metadata.team",
    ),
    "workflow": (
        "outlay.workflow",
        "gen_ai.workflow.name",
        "traceloop.workflow.name",
        "langfuse.trace.name",
        "ai.telemetry.functionId",
    ),
    "environment": (
        "outlay.environment",
        "deployment.environment.name",
        "deployment.environment",
        "langfuse.environment",
    ),
    "user_id": (
        "user.id",
        "enduser.id",
        "langfuse.user.id",
        "traceloop.association.properties.user_id",
        "ai.telemetry.metadata.userId",
        "llm.user",
        "gen_ai.user",
        "gen_ai.request.user",
        "litellm.end_user.id",
        "metadata.user_api_key_end_user_id",
        "metadata.user_api_key_user_id",
        "mlflow.trace.user",
    ),
    "task_id": ("outlay.task_id",),
    "prompt_name": (
        "gen_ai.prompt.name",
        "langfuse.observation.prompt.name",
        "traceloop.prompt.key",
        "prompt.id",
    ),
    "prompt_version": (
        "gen_ai.prompt.version",
        "langfuse.observation.prompt.version",
        "traceloop.prompt.version",
        "llm.prompt_template.version",
    ),
    "purpose": ("outlay.purpose",),
    "outcome": ("outlay.outcome",),
    "outcome_kind": ("outlay.outcome.kind",),
    "outcome_decided_at": ("outlay.outcome.decided_at",),
    "outcome_source": ("outlay.outcome.source",),
    "service": ("service.name",),
}


def owned(spans: pl.DataFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    """The spans with `sender`, and with `team` as the key says it; another team in the payload is `claimed_team`.

    `spans` has `entry` (index into the entries) and `team` as the payload told it.
    """
    of_key = pl.Series("of_key", [entry.team for entry in entries], dtype=pl.String).gather(spans["entry"])
    other = of_key.is_not_null() & (pl.col("team") != of_key)
    return spans.with_columns(
        sender=of_key.fill_null(""),
        claimed_team=pl.when(other).then("team"),
        team=pl.coalesce(of_key, pl.col("team")),
    )
