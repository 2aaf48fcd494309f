"""Whose spend a series is: of a team's workflow, of one model of it, or of a whole that sums workflows up."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import polars as pl

from alerts.incidents.incident import COMPANY, TEAM

SERIES = ["team", "workflow", "whole", "model"]
SUMMED = ["calls", "tokens", "output_tokens", "cost_usd"]
MODEL_OF = {"spans": "coalesce(spans.response_model, spans.request_model)"}  # as the calls of a span have it


@dataclass(frozen=True, slots=True)
class Key:
    """None = Unattributed, or no workflow named; of a whole, all of its workflows, or all teams."""

    team: str | None
    workflow: str | None
    whole: str | None = None  # TEAM or COMPANY
    model: str | None = None  # of the workflow; None = all of them

    def params(self) -> dict[str, str | None]:
        """What `within` asks for."""
        return asdict(self)

    def part_of(self) -> Key | None:
        """The whole that sums this one up."""
        if self.whole == COMPANY or self.model is not None:
            return None
        return Key(None, None, COMPANY) if self.whole == TEAM else Key(self.team, None, TEAM)

    def workflow_of(self) -> Key:
        """The workflow, with all of its models."""
        return Key(self.team, self.workflow)


def within(table: str = "") -> str:
    """SQL: whether a row of a table is of the key in $team, $workflow, $whole and $model."""
    of = f"{table}." if table else ""
    return (
        f"($whole = '{COMPANY}' OR {of}team IS NOT DISTINCT FROM $team)"
        f" AND ($whole IS NOT NULL OR {of}workflow IS NOT DISTINCT FROM $workflow)"
        f" AND ($model IS NULL OR {MODEL_OF.get(table, 'model')} = $model)"
    )


def with_wholes(rows: pl.DataFrame) -> pl.DataFrame:
    """The hours of workflows, and those of each team and of the company beside them."""
    sums = [pl.col("begins").min(), pl.col(SUMMED).sum()]
    teams = rows.group_by("hour_at", "team").agg(sums).with_columns(pl.lit(TEAM).alias("whole"))
    company = rows.group_by("hour_at").agg(sums).with_columns(pl.lit(COMPANY).alias("whole"))
    no_model = pl.lit(None, pl.String).alias("model")
    return pl.concat([rows, teams, company], how="diagonal_relaxed").with_columns(no_model)


def wholes_of(keys: tuple[Key, ...]) -> list[int]:
    """By key the row of the whole that sums it up, -1 where none does."""
    rows = {key: row for row, key in enumerate(keys)}
    return [rows[whole] if (whole := key.part_of()) in rows and whole is not None else -1 for key in keys]


def models_of(keys: tuple[Key, ...]) -> list[int]:
    """By key the row of the workflow that it is one model of, -1 where it is none."""
    rows = {key: row for row, key in enumerate(keys)}
    return [-1 if key.model is None else rows[key.workflow_of()] for key in keys]
