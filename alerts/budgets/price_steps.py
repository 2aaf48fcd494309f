"""What the price book knows of prices that changed lately or will: by how much, for what each workflow uses."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from warehouse import Warehouse

# A contract is signed before it begins; any other price is known once its book was loaded. What is priced is the usage
# of the two weeks before the change, or before now.
STEPS = """
WITH used AS (
    SELECT DISTINCT price_line_no AS line_no FROM charge_lots WHERE hour_at >= $since AND hour_at < $now
),
known AS (
    SELECT *, CASE layer WHEN 'override' THEN 0 WHEN 'contract' THEN 1 WHEN 'discount' THEN 2 ELSE 3 END AS rank
    FROM price_lines
    WHERE valid_from < valid_to
      AND (valid_from <= $now OR layer = 'contract'
           OR book_version IN (SELECT version FROM price_books WHERE loaded_at <= $now))
),
offered AS MATERIALIZED (
    SELECT used.line_no, other.valid_from, other.valid_to, other.usd_per_token, other.rank
    FROM used
    JOIN price_lines AS line ON line.line_no = used.line_no
    JOIN known AS other
      ON other.provider = line.provider AND other.model = line.model AND other.token_class = line.token_class
     AND other.service_tier = line.service_tier AND other.min_input_tokens = line.min_input_tokens
     AND other.from_minute = line.from_minute
),
instants AS (
    SELECT line_no, valid_from AS changes_at FROM offered WHERE valid_from > $since
    UNION
    SELECT line_no, valid_to AS changes_at FROM offered WHERE valid_to > $since
),
steps AS MATERIALIZED (
    SELECT
        line_no, changes_at,
        arg_min(usd_per_token, rank) FILTER (valid_from < changes_at AND changes_at <= valid_to) AS before_usd,
        arg_min(usd_per_token, rank) FILTER (valid_from <= changes_at AND changes_at < valid_to) AS after_usd
    FROM instants
    JOIN offered USING (line_no)
    GROUP BY line_no, changes_at
    HAVING before_usd <> after_usd
)
SELECT
    changes.changes_at, lots.team, lots.workflow, lots.model,
    CAST(sum(coalesce(lots.quantity * steps.before_usd, lots.cost_usd)) AS DOUBLE) AS before_usd,
    CAST(sum(coalesce(lots.quantity * steps.after_usd, lots.cost_usd)) AS DOUBLE) AS after_usd
FROM (SELECT DISTINCT changes_at FROM steps) AS changes
JOIN charge_lots AS lots
  ON lots.hour_at >= least(changes.changes_at, $now) - INTERVAL 14 DAY
 AND lots.hour_at < least(changes.changes_at, $now)
LEFT JOIN steps ON steps.line_no = lots.price_line_no AND steps.changes_at = changes.changes_at
GROUP BY ALL
ORDER BY changes.changes_at, lots.team, lots.workflow, lots.model
"""


def price_steps(warehouse: Warehouse, *, since: datetime, now: datetime) -> pl.DataFrame:
    """Every change of price after `since` (naive UTC) that is known at `now`, those to come included.

    Rows of changes_at, team, workflow, model, before_usd and after_usd: what some usage of theirs costs before the
    change and after it (floats; of all models of the workflow whose prices did not change, the same). A price under
    another name of the model than it was charged by is not found, nor one that begins to depend on the time of day.
    """
    return warehouse.query(STEPS, {"since": since, "now": now})
