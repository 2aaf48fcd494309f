"""Regressions: each prompt version, and each model, of a workflow against the one before it, with intervals.

A version's predecessor is the version of the same prompt (or the model of the same workflow) that began before it. Of
the measures, two open a regression: a pass rate that is three points lower or more, on samples of at least twenty, and
a cost per resolution whose rise is significant. Cost per resolution is here the cost of the tasks with an outcome ÷ the
resolved ones: a version that is young has tasks nobody has decided on, and they are no argument against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from itertools import pairwise
from typing import Any

from warehouse.comparing import FEW, Mean, Moved, covariance, mean, points, ratio_of_sums, relative
from warehouse.metrics import Question
from warehouse.store import Warehouse

PARAMS = ("since", "until", "teams")
PASS_RATE_POINTS = 0.03
MICROS = 1_000_000

Row = Mapping[str, Any]
Of = tuple[str, str | None, str | None, str | None]  # kind, team, workflow, name
Checks = dict[tuple[str, str], tuple[int, int]]  # (kind, name of the check) → (hits, looked at)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of one version against the version before: a share or a value on each side, and how it moved.

    `measure` is tokens_per_task, cost_per_task, cost_per_resolution, pass_rate or guardrail_rate; of the last two `of`
    names the check. `opens` is whether it opens a regression.
    """

    measure: str
    of: str | None
    before: float
    after: float
    moved: Moved
    opens: bool


@dataclass(frozen=True, slots=True)
class VersionChange:
    """A prompt version (or a model) of a workflow, the one before it, and everything that was compared."""

    kind: str  # prompt, model
    team: str | None
    workflow: str | None
    name: str | None
    before: str
    after: str
    since: datetime  # naive UTC: when the later one was first used
    tasks_before: int
    tasks_after: int
    compared: tuple[Compared, ...]

    @property
    def regressed(self) -> tuple[Compared, ...]:
        """The measures that open a regression."""
        return tuple(each for each in self.compared if each.opens)


def version_changes(warehouse: Warehouse, question: Question) -> list[VersionChange]:
    """Every version that has a predecessor in the period; the regressed ones first, then the latest."""
    params = {param: question.value_of(param) for param in PARAMS}
    with warehouse.snapshot() as tx:
        versions = tx.query(_sql("versions"), params).to_dicts()
        found = tx.query(_sql("checks"), params).to_dicts()
    checks: dict[tuple[Of, str], Checks] = defaultdict(dict)
    for row in found:
        checks[_of(row), row["version"]][row["check_kind"], row["check_name"]] = row["hits"], row["looked"]
    lines: dict[Of, list[Row]] = defaultdict(list)
    for row in versions:
        lines[_of(row)].append(row)
    changes = [
        VersionChange(
            *of,
            before["version"],
            after["version"],
            after["first_at"],
            before["tasks"],
            after["tasks"],
            (*_values(before, after), *_shares(checks[of, before["version"]], checks[of, after["version"]])),
        )
        for of, rows in lines.items()
        for before, after in pairwise(rows)
    ]
    return sorted(sorted(changes, key=lambda each: each.since, reverse=True), key=lambda each: not each.regressed)


def _of(row: Row) -> Of:
    return row["kind"], row["team"], row["workflow"], row["name"]


def _values(before: Row, after: Row) -> Iterator[Compared]:
    for measure, taken in (
        ("tokens_per_task", _tokens),
        ("cost_per_task", _cost),
        ("cost_per_resolution", _per_resolution),
    ):
        was, now = taken(before), taken(after)
        moved = relative(was, now)
        if was and now and moved:
            yield Compared(measure, None, was.value, now.value, moved, measure == "cost_per_resolution" and moved.rose)


def _shares(before: Checks, after: Checks) -> Iterator[Compared]:
    for kind, name in sorted(before.keys() & after.keys()):
        was, now = before[kind, name], after[kind, name]
        moved = points(was, now)
        if moved is None:
            continue
        passes = kind == "evaluation"
        opens = passes and moved.change <= -PASS_RATE_POINTS and min(was[1], now[1]) >= FEW
        measure = "pass_rate" if passes else "guardrail_rate"
        yield Compared(measure, name, was[0] / was[1], now[0] / now[1], moved, opens)


def _tokens(row: Row) -> Mean | None:
    tokens = int(row["tokens"])
    return mean(float(tokens), covariance(row["tasks"], tokens, tokens, int(row["tokens_squared"])), row["tasks"])


def _cost(row: Row) -> Mean | None:
    micros = int(row["micros"])
    spread = covariance(row["tasks"], micros, micros, int(row["micros_squared"]))
    return mean(_dollars(row["cost_usd"]), _variance(spread), row["tasks"])


def _per_resolution(row: Row) -> Mean | None:
    decided, resolved, micros = row["decided_tasks"], row["resolved_tasks"], int(row["decided_micros"])
    both = covariance(decided, micros, resolved, int(row["resolved_micros"]))
    return ratio_of_sums(
        _dollars(row["decided_cost_usd"]),
        float(resolved),
        decided,
        (
            _variance(covariance(decided, micros, micros, int(row["decided_micros_squared"]))),
            covariance(decided, resolved, resolved, resolved),  # each is 0 or 1, and so its own square
            None if both is None else both / MICROS,
        ),
    )


def _variance(of_micros: float | None) -> float | None:
    return None if of_micros is None else of_micros / MICROS**2


def _dollars(amount: Any) -> float:
    # A statistic with an interval, not an amount: it is never summed or billed.
    return float(amount)


def _sql(name: str) -> str:
    return (resources.files("warehouse") / "regressions" / f"{name}.sql").read_text(encoding="utf-8")
