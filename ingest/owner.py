"""Who owes a span: the spellings by which senders name team, workflow, user and task, and what the key says of it.

In order: the key, the company's own rules (`owner_rules`), the spellings below. Who is named by none is Unattributed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import polars as pl

from ingest.entry import Entry
from ingest.keys import EVERY
from ingest.owner_rules import Rule
from ingest.reading.dialect import Aliases
from ingest.team_names import cleaned, same

# In order: what our users set on purpose, then what OpenTelemetry and the common emitters say anyway. The same on
# a span and on its resource; the span wins.
SPELLINGS: Final[Aliases] = {
    "team": (
        "outlay.team",
        "team",
        "team.name",
        "team.id",
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
    "cost_centre": ("outlay.cost_centre",),
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
    "outcome_value_usd": ("outlay.outcome.value_usd",),
    "outcome_csat": ("outlay.outcome.csat",),
    "outcome_human_minutes": ("outlay.outcome.human_minutes",),
    "service": ("service.name",),
    "instance_id": ("service.instance.id",),
    "session_id": (
        "session.id",
        "gen_ai.conversation.id",
        "conversation.id",
        "langfuse.session.id",
        "traceloop.association.properties.session_id",
        "ai.telemetry.metadata.sessionId",
        "langsmith.metadata.session_id",
        "langsmith.metadata.thread_id",
        "mlflow.trace.session",
        "gen_ai.thread.id",
        "gcp.vertex.agent.session_id",
    ),
}


# Between a gateway and the team it named, where the two are one sender; refresh.py writes the same. No gateway's own
# name ends in it and a team's.
NAMED: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Owners:
    """What a company says of its owners: its rules in order, and its teams with the cost centre of each.

    `tasks` are rules of what a task is, asked last and only where no task id is known.
    """

    rules: tuple[Rule, ...] = ()
    teams: Mapping[str, str | None] = field(default_factory=dict)
    tasks: tuple[Rule, ...] = ()


class Owner(NamedTuple):
    """Whose a span is. `believed`: a gateway's payload named the team, and its key may speak for it."""

    team: str | None
    claimed_team: str | None
    cost_centre: str | None
    believed: bool


def owned(spans: pl.DataFrame, entries: Sequence[Entry], owners: Owners) -> pl.DataFrame:
    """The spans with `sender`, and with `team` and `cost_centre` as the key allows; a foreign team is `claimed_team`.

    `spans` has `entry` (index into the entries) and `team` and `cost_centre` as they were told. Every combination of
    a key and what was told is judged once.
    """
    told = ["team", "cost_centre"]
    keys = list(dict.fromkeys((entry.team, entry.speaks_for) for entry in entries))
    key_of = pl.Series("key", [keys.index((entry.team, entry.speaks_for)) for entry in entries], dtype=pl.UInt32)
    senders = pl.Series("sender", [entry.sender for entry in entries], dtype=pl.String)
    asked = spans.select(key_of.gather(spans["entry"]), *told)
    judge = _Judge(owners)
    rows = [(key, *rest, *judge.owner(*keys[key], *rest)) for key, *rest in asked.unique().iter_rows()]
    schema = {"key": pl.UInt32, **{f"told_{name}": pl.String for name in told}}
    schema |= {"team": pl.String, "claimed_team": pl.String, "cost_centre": pl.String, "team_believed": pl.Boolean}
    judged = pl.DataFrame(rows, schema=schema, orient="row")
    found = asked.join(
        judged,
        left_on=["key", *told],
        right_on=["key", *(f"told_{name}" for name in told)],
        how="left",
        nulls_equal=True,
        maintain_order="left",
        suffix="_judged",
    )
    return spans.with_columns(
        senders.gather(spans["entry"]),
        found["team_judged"].alias("team"),
        found["claimed_team"],
        found["cost_centre_judged"].alias("cost_centre"),
        found["team_believed"],
    )


def apart(points: pl.DataFrame) -> pl.DataFrame:
    """Points as `owned` gives them, without `team_believed`: each team that a gateway names is a sender of its own.

    Spans keep one sender, because one that names no team belongs to the spans around it; a point stands alone.
    """
    of_team = pl.when("team_believed").then(pl.format(f"{{}}{NAMED}{{}}", "sender", "team")).otherwise("sender")
    return points.with_columns(sender=of_team).drop("team_believed")


class _Judge:
    """Judges what a payload says of its owner by the key that brought it."""

    def __init__(self, owners: Owners) -> None:
        self._spelled = {same(team): team for team in reversed(tuple(owners.teams))}
        self._centre_of = dict(owners.teams)
        self._centres = {centre for centre in owners.teams.values() if centre}

    def owner(
        self, own: str | None, speaks_for: tuple[str, ...] | None, team: str | None, cost_centre: str | None
    ) -> Owner:
        """The owner, given the key's own team, the others it speaks for (None: no key) and what was told."""
        told = cleaned(team) if team else None
        if own is None and speaks_for is None:
            return Owner(told and self._known(told), None, cost_centre, believed=False)
        decided = self._allowed(own, speaks_for or (), told)
        claimed = told if told and same(told) != same(decided or "") else None
        believed = bool(speaks_for) and told is not None and claimed is None
        # Nobody books to another team's account by naming it.
        foreign = cost_centre in self._centres and self._centre_of.get(decided or "") != cost_centre
        return Owner(decided, claimed, None if foreign else cost_centre, believed)

    def _allowed(self, own: str | None, speaks_for: tuple[str, ...], told: str | None) -> str | None:
        if told is None:
            return own
        allowed = {same(team): team for team in (*speaks_for, own) if team is not None}
        if EVERY in speaks_for:
            allowed.setdefault(same(told), self._known(told))
        return allowed.get(same(told), own)

    def _known(self, told: str) -> str:
        return self._spelled.get(same(told), told)
