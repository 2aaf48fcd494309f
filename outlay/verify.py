"""Count everything again: what the journal holds is in the spans, and spans, calls, charges, tasks and hours agree.

Each check is a query that lists what disagrees; a sound ledger gives no row. First slice: the statements of closed
months check their own digest when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest import Journal
from warehouse import Warehouse

# The check's sentence when it holds, and the rows that break it.
CHECKS = {
    "every span that tells of a billed call stands in the calls once, or is folded into one": """
        SELECT spans.span_no FROM spans
        WHERE spans.role = 'call' AND spans.span_no <= (SELECT refreshed_span_no FROM refresh_mark)
          AND (SELECT count(*) FROM calls WHERE calls.span_no = spans.span_no)
            + (SELECT count(*) FROM folds WHERE folds.span_no = spans.span_no) <> 1
    """,
    "every span that is folded points to a call": """
        SELECT folds.span_no FROM folds ANTI JOIN calls ON calls.span_no = folds.dup_of
    """,
    "every call costs what its charges sum to": """
        SELECT calls.span_no FROM calls
        LEFT JOIN (SELECT span_no, sum(cost_usd) AS cost_usd FROM charges GROUP BY span_no) AS summed
          ON summed.span_no = calls.span_no
        WHERE calls.cost_usd IS NOT NULL AND calls.cost_usd IS DISTINCT FROM coalesce(summed.cost_usd, 0)
    """,
    "a billed call has a cost, or a reason why it has none": """
        SELECT span_no FROM calls
        WHERE billed AND cost_usd IS NULL AND unpriced_because IS NULL AND incomplete_because IS NULL
    """,
    "the tasks cost what their calls cost": """
        SELECT 1 FROM (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(calls), 0) AS calls FROM tasks) AS tasks,
                      (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, count(*) AS calls FROM calls WHERE billed) AS calls
        WHERE tasks.cost_usd <> calls.cost_usd OR tasks.calls <> calls.calls
    """,
    "the hours cost what their calls cost": """
        SELECT 1 FROM (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(calls), 0) AS calls FROM hours) AS hours,
                      (SELECT coalesce(sum(cost_usd), 0) AS cost_usd, count(*) AS calls FROM calls WHERE billed) AS calls
        WHERE hours.cost_usd <> calls.cost_usd OR hours.calls <> calls.calls
    """,
    "a closed month's lines sum to its control total": """
        SELECT closes.month FROM closes
        LEFT JOIN (SELECT month, sum(amount_usd) AS amount_usd FROM statement_lines GROUP BY month) AS summed
          ON summed.month = closes.month
        WHERE closes.amount_usd <> coalesce(summed.amount_usd, 0)
    """,
    "every journal entry up to the mark was read in its turn": """
        SELECT spans.journal_day FROM spans
        LEFT JOIN journal_marks ON journal_marks.journal_day = spans.journal_day
        WHERE spans.journal_seq > coalesce(journal_marks.loaded_seq, 0)
    """,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: whether it holds, and the sentence that says what was found."""

    ok: bool
    sentence: str


def verify(warehouse: Warehouse, journal: Journal) -> list[Check]:
    """Run every check; ends in a second for a million spans, the journal's reading aside."""
    return [*(_ledger(warehouse, sentence, sql) for sentence, sql in CHECKS.items()), _journal(warehouse, journal)]


def _ledger(warehouse: Warehouse, sentence: str, sql: str) -> Check:
    broken = int(warehouse.query(f"SELECT count(*) AS n FROM ({sql}) AS broken").item())  # noqa: S608 - CHECKS' own
    return Check(broken == 0, sentence if broken == 0 else f"not so: {sentence} ({broken:,} exceptions)")
