"""The hours of everything that is judged: of workflows and their models, of teams, and of the company."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from alerts.spikes.key import with_wholes
from alerts.spikes.remembered import TOKENS
from warehouse import Warehouse

SUMS = f"""
    sum(hours.calls) AS calls,
    sum({TOKENS}) AS tokens,
    sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS output_tokens,
    sum(hours.cost_usd) AS cost_usd
"""

WORKFLOWS = f"""
WITH firsts AS (
    SELECT team, workflow, min(hour_at) AS begins FROM hours GROUP BY team, workflow
)
SELECT
    hours.hour_at, hours.team, hours.workflow, firsts.begins, {SUMS}
FROM hours
JOIN firsts ON firsts.team IS NOT DISTINCT FROM hours.team AND firsts.workflow IS NOT DISTINCT FROM hours.workflow
WHERE ($since IS NULL OR hours.hour_at >= $since) AND hours.hour_at < $until
GROUP BY hours.hour_at, hours.team, hours.workflow, firsts.begins
ORDER BY hours.hour_at, hours.team, hours.workflow
"""  # noqa: S608 - a sum of columns of ours

# While a workflow has one model only, that is the workflow: its models begin with its second one.
MODELS = f"""
WITH named AS (
    SELECT team, workflow, model, min(hour_at) AS first_at
    FROM hours
    WHERE model IS NOT NULL AND cost_usd > 0 AND hour_at < $until
    GROUP BY team, workflow, model
),
ranked AS (
    SELECT
        team, workflow, model, first_at,
        row_number() OVER (PARTITION BY team, workflow ORDER BY first_at, model) AS place,
        lead(first_at) OVER (PARTITION BY team, workflow ORDER BY first_at, model) AS next_at
    FROM named
),
split AS (
    SELECT team, workflow, model AS first_model, first_at, next_at AS second_at
    FROM ranked
    WHERE place = 1 AND next_at IS NOT NULL
),
begun AS (
    SELECT
        hours.team, hours.workflow, hours.model, min(hours.hour_at) AS begins,
        hours.model = split.first_model AND split.first_at < split.second_at AS is_heir
    FROM hours
    JOIN split ON split.team IS NOT DISTINCT FROM hours.team AND split.workflow IS NOT DISTINCT FROM hours.workflow
    WHERE hours.model IS NOT NULL AND hours.cost_usd > 0
      AND hours.hour_at >= split.second_at AND hours.hour_at < $until
    GROUP BY hours.team, hours.workflow, hours.model, split.first_model, split.first_at, split.second_at
)
SELECT
    hours.hour_at, hours.team, hours.workflow, hours.model, begun.begins, begun.is_heir, {SUMS}
FROM hours
JOIN begun
    ON begun.team IS NOT DISTINCT FROM hours.team AND begun.workflow IS NOT DISTINCT FROM hours.workflow
   AND begun.model = hours.model AND hours.hour_at >= begun.begins
WHERE ($since IS NULL OR hours.hour_at >= $since) AND hours.hour_at < $until
GROUP BY hours.hour_at, hours.team, hours.workflow, hours.model, begun.begins, begun.is_heir
ORDER BY hours.hour_at, hours.team, hours.workflow, hours.model
"""  # noqa: S608 - a sum of columns of ours


def series_hours(warehouse: Warehouse, since: datetime | None, until: datetime) -> pl.DataFrame:
    """The hours in [since, until) (naive UTC) by `key.SERIES`, with the hour that each series `begins` at.

    `is_heir`: of a model that was all of its workflow until it had two.
    """
    bounds = {"since": since, "until": until}
    workflows, models = warehouse.query(WORKFLOWS, bounds), warehouse.query(MODELS, bounds)
    return pl.concat([with_wholes(workflows), models], how="diagonal_relaxed")
