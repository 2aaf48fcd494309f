"""Compute calls, charges, tasks and hours anew for what the new spans touch, and for nothing else.

The work is SQL: `steps/*.sql` in the order of their numbers, each readable on its own. Python decides only when the
touched traces are complete, which spans tell of the same request (`fold`), and under which name a model is sold
(`prices.naming`). One transaction: a kill leaves the warehouse as it was, and running twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl

from warehouse.fold import Claim, Fold, Pair, folds
from warehouse.prices.naming import name_calls
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

# A chain of look-alikes through ever more traces is not one request; where it would go on, it is cut.
MAX_REACHES = 5

# Once it is known which spans are one call, and under which name its model is sold.
STEPS = ("5_prices", "5_charges", "6_parts", "6a_outcomes", "6b_tasks", "6c_belongings", "7_hours", "7a_waste_days")

_NEWEST = """
    SELECT
        (SELECT coalesce(max(span_no), 0) FROM spans) AS span_no,
        (SELECT coalesce(max(point_no), 0) FROM points) AS point_no,
        (SELECT coalesce(max(outcome_no), 0) FROM reported_outcomes) AS outcome_no
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one refresh computed."""

    spans: int
    """new spans it was started by, log records among them"""
    calls: int
    tasks: int
    hours: int
    points: int = 0
    """new data points it was started by"""
    outcomes: int = 0
    """new outcomes it was started by, of those that were told beside the spans"""


def refresh(warehouse: Warehouse) -> Refreshed:
    """Bring calls, charges, tasks and hours up to the newest span and the newest data point."""
    newest, newest_point, newest_outcome = warehouse.query(_NEWEST).row(0)
    done, done_point, done_outcome, last_task_no = warehouse.query(
        "SELECT refreshed_span_no, refreshed_point_no, refreshed_outcome_no, last_task_no FROM refresh_mark"
    ).row(0)
    if (newest, newest_point, newest_outcome) == (done, done_point, done_outcome):
        return Refreshed(0, 0, 0, 0)
    with warehouse.transaction() as tx:
        _touch(tx)
        _fold(tx)
        tx.run(_step("4_calls"))
        _meter(tx, done, done_point)
        name_calls(tx)
        for step in STEPS:
            tx.run(_step(step))
        # Not an UPDATE: DuckDB does not settle one at its commit while somebody reads.
        tx.execute("DELETE FROM refresh_mark")
        tx.execute(
            "INSERT INTO refresh_mark BY NAME SELECT $newest AS refreshed_span_no,"
            " $newest_point AS refreshed_point_no, $newest_outcome AS refreshed_outcome_no,"
            " greatest($last_task_no, (SELECT max(task_no) FROM touched_tasks)) AS last_task_no",
            {
                "newest": newest,
                "newest_point": newest_point,
                "newest_outcome": newest_outcome,
                "last_task_no": last_task_no,
            },
        )
        return Refreshed(
            newest - done,
            _count(tx, "fresh_calls"),
            _count(tx, "touched_tasks"),
            int(tx.query("SELECT count(DISTINCT hour_at) AS n FROM touched_hours").item()),
            newest_point - done_point,
            newest_outcome - done_outcome,
        )


def _touch(tx: Transaction) -> None:
    tx.run(_step("0_arrived"))
    for reach in ["2_reach"] * MAX_REACHES + ["2_partners"]:
        _look(tx)
        before = _count(tx, "touched_traces")
        tx.run(_step(reach))
        if _count(tx, "touched_traces") == before:
            return
    _look(tx)


def _look(tx: Transaction) -> None:
    """All spans of the traces that were touched until now, and what they claim."""
    tx.run(_step("1_known"))
    tx.run(_step("1_touched"))


def _meter(tx: Transaction, done: int, done_point: int) -> None:
    """Make calls of what metrics counted, where no span or record tells of the calls."""
    tx.execute(
        "CREATE OR REPLACE TEMP TABLE new_claim_days AS"
        # What a gateway sends for one team silences no metrics of another: a team it named is its own sender here.
        " SELECT DISTINCT service, instance_id, session_id, CAST(started_at AS DATE) AS claimed_on,"
        " CASE WHEN team_believed THEN concat(sender, chr(10), chr(10), team) ELSE sender END AS sender FROM spans"
        " WHERE span_no > $done AND (role = 'call' OR coalesce(input_uncached, cache_read, output_text) IS NOT NULL)",
        {"done": done},
    )
    tx.execute(
        "CREATE OR REPLACE TEMP TABLE counted_sources AS"
        " SELECT sender, service, instance_id, session_id, min(CAST(counted_at AS DATE)) AS since_on"
        " FROM points WHERE point_no > $done GROUP BY sender, service, instance_id, session_id",
        {"done": done_point},
    )
    tx.run(_step("4a_meters"))
    if _count(tx, "touched_meters"):  # most senders send no metrics
        tx.run(_step("4b_increments"))
        tx.run(_step("4c_metered"))
        tx.run(_step("1_known"))  # with the traces of what was made of metrics


def _fold(tx: Transaction) -> None:
    tx.run(_step("3_pairs"))
    claims = tx.query(
        "SELECT span_no, scope_name, response_id, trace_id, span_id, has_usage, dialect_rank, owner FROM claims"
        " WHERE span_no IN (SELECT span_no FROM pairs UNION ALL SELECT other_no FROM pairs)"
    )
    pairs = tx.query("SELECT span_no, other_no, because, distance FROM pairs")
    found = folds(
        [
            Claim(span_no, scope, response_id, (trace_id, span_id), has_usage, rank, owner)
            for span_no, scope, response_id, trace_id, span_id, has_usage, rank, owner in claims.iter_rows()
        ],
        [Pair(*row) for row in pairs.rows()],
    )
    found += _repeating(dict(tx.query("SELECT span_no, repeated_no FROM repeats").iter_rows()), found)
    schema = {"span_no": pl.Int64, "dup_of": pl.Int64, "because": pl.String}
    with tx.frame("found", pl.DataFrame(found, schema=schema, orient="row")):
        tx.execute("CREATE OR REPLACE TEMP TABLE fresh_folds AS SELECT span_no, dup_of, because FROM found")


def _repeating(repeated: dict[int, int], found: list[Fold]) -> list[Fold]:
    """The aggregates, each folded into the call that stands at the end of what it repeats."""
    told_by = repeated | {fold.span_no: fold.dup_of for fold in found}

    def call_behind(span_no: int) -> int:
        while span_no in told_by:
            span_no = told_by[span_no]
        return span_no

    return [Fold(span_no, call_behind(span_no), "repeats its children") for span_no in repeated]


@cache
def _step(name: str) -> str:
    return (resources.files("warehouse") / "steps" / f"{name}.sql").read_text(encoding="utf-8")


def _count(tx: Transaction, table: str) -> int:
    return int(tx.query(f'SELECT count(*) AS n FROM "{table}"').item())  # noqa: S608 - a table of ours
