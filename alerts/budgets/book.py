"""The book of budgets: what `outlay.toml` says, and what a command said since, which wins over it.

A team's monthly budget stands in `teams` as well, where statements and pages read it; this book keeps the two alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from alerts.budgets.budget import KINDS, MONTHLY, PERIODS, TEAM, Budget, Scope
from alerts.incidents.audit import audited
from alerts.incidents.incident import stored
from warehouse import Transaction, Warehouse

FILE, COMMAND = "file", "command"
CENT = Decimal("0.01")
MOST_USD = Decimal(10) ** 15  # what the column holds

WRITTEN = """
SELECT kind, name, team, period, amount_usd, source, set_by, set_at FROM budgets
ORDER BY kind, name, team NULLS FIRST, period, source
"""

TEAMS = """
SELECT team, monthly_budget_usd FROM teams WHERE monthly_budget_usd > 0 ORDER BY team
"""

FORGET = """
DELETE FROM budgets
WHERE kind = $kind AND name = $name AND team IS NOT DISTINCT FROM $team AND period = $period AND source = 'command'
"""

INSERT = """
INSERT INTO budgets VALUES ($kind, $name, $team, $period, $amount_usd, $source, $set_by, $set_at)
"""

IN_TEAMS = """
UPDATE teams SET monthly_budget_usd = $amount_usd WHERE team = $team
"""

NEW_TEAM = """
INSERT INTO teams (team, monthly_budget_usd)
SELECT $team, $amount_usd WHERE NOT EXISTS (SELECT 1 FROM teams WHERE team = $team)
"""


def standing(warehouse: Warehouse) -> list[Budget]:
    """The budgets in force, one for each scope and period, in a lasting order; those of nothing are left out."""
    teams = [Budget(Scope(TEAM, team), MONTHLY, usd) for team, usd in warehouse.query(TEAMS).iter_rows()]
    found = _in_force([*teams, *_written(warehouse)])
    return sorted((each for each in found if each.amount_usd > 0), key=_order)


def enact(warehouse: Warehouse, told: Sequence[Budget]) -> None:
    """Make the book say what `outlay.toml` says beside what commands said; one that says so already is left alone.

    `told` has the teams' monthly budgets too. Call it after the teams were set.
    """
    written = _written(warehouse)
    if sorted(_row(each) for each in written if each.source == FILE) != sorted(_row(each) for each in told):
        with warehouse.transaction() as tx:
            tx.execute("DELETE FROM budgets WHERE source = 'file'")
            for each in told:
                _insert(tx, replace(each, source=FILE))
    _tell_teams(warehouse, _in_force(_written(warehouse)))


def set_budget(warehouse: Warehouse, budget: Budget, *, by: str, now: datetime) -> Budget:
    """Set a budget by command, from now on and over restarts; 0 means that there is none, whatever the file says."""
    if budget.amount_usd != budget.amount_usd.quantize(CENT) or budget.amount_usd >= MOST_USD:
        raise ValueError(f"{budget.amount_usd} is no amount in dollars and cents; write one such as 2500.00")
    told = replace(budget, source=COMMAND, set_by=by, set_at=stored(now))
    with warehouse.transaction() as tx:
        before = [each for each in _written(tx) if (each.scope, each.period) == (budget.scope, budget.period)]
        tx.execute(FORGET, _named(budget))
        _insert(tx, told)
        audited(
            tx,
            by=by,
            what="set",
            about="budget",
            about_id=f"{budget.scope.text} {budget.period}",
            now=now,
            team=budget.scope.owner,
            detail={
                "amount_usd": budget.amount_usd,
                "before_usd": _in_force(before)[0].amount_usd if before else None,
            },
        )
    _tell_teams(warehouse, [told])
    return told


def _in_force(written: Sequence[Budget]) -> list[Budget]:
    """Of each scope and period the last one: what a command said stands behind what the file says."""
    by_weight = sorted(written, key=lambda each: each.source == COMMAND)
    return list({(each.scope, each.period): each for each in by_weight}.values())


def _order(budget: Budget) -> tuple[int, str, str, int]:
    scope = budget.scope
    return KINDS.index(scope.kind), scope.name, scope.team or "", PERIODS.index(budget.period)


def _tell_teams(warehouse: Warehouse, told: Sequence[Budget]) -> None:
    monthly = [each for each in told if each.scope.kind == TEAM and each.period == MONTHLY]
    known = dict(warehouse.query("SELECT team, monthly_budget_usd FROM teams").iter_rows())
    changed = [each for each in monthly if known.get(each.scope.name) != each.amount_usd]
    if changed:
        with warehouse.transaction() as tx:
            for each in changed:
                for sql in (NEW_TEAM, IN_TEAMS):
                    tx.execute(sql, {"team": each.scope.name, "amount_usd": each.amount_usd})


def _written(warehouse: Warehouse | Transaction) -> list[Budget]:
    return [
        Budget(Scope(kind, name, team), period, amount, source, by, at)
        for kind, name, team, period, amount, source, by, at in warehouse.query(WRITTEN).iter_rows()
    ]


def _row(budget: Budget) -> tuple[str, str, str, str, Decimal]:
    scope = budget.scope
    return scope.kind, scope.name, scope.team or "", budget.period, budget.amount_usd


def _insert(tx: Transaction, budget: Budget) -> None:
    tx.execute(
        INSERT,
        {
            **_named(budget),
            "amount_usd": budget.amount_usd,
            "source": budget.source,
            "set_by": budget.set_by,
            "set_at": budget.set_at,
        },
    )


def _named(budget: Budget) -> dict[str, str | None]:
    scope = budget.scope
    return {"kind": scope.kind, "name": scope.name, "team": scope.team, "period": budget.period}
