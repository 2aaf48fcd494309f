"""Why did it change: two periods of one scope, and the bridge from the cost of the one to that of the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from importlib import resources
from typing import Any

import polars as pl

from warehouse.instants import stored
from warehouse.parts import PARTS, Used, split
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

Owner = tuple[str | None, str | None]  # team, workflow
Key = tuple[str | None, str | None, str | None, str | None]  # team, workflow, provider, model


@dataclass(frozen=True, slots=True)
class Scope:
    """What to look at; None does not narrow. `teams` None is every team and Unattributed."""

    teams: tuple[str, ...] | None = None
    workflow: str | None = None
    provider: str | None = None
    model: str | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period between two aware instants."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Raise ValueError for instants without a zone, and for a period that ends before it begins."""
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a period's instants are aware, such as UTC ones")
        if self.until < self.since:
            raise ValueError(f"the period ends at {self.until}, before it begins at {self.since}")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One model of one workflow on both sides, with the parts of its change in US dollars (all of PARTS)."""

    team: str | None
    workflow: str | None
    provider: str | None
    model: str | None
    before: Used
    after: Used
    parts: Mapping[str, Decimal]

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return self.team, self.workflow


@dataclass(frozen=True)
class Bridge:
    """From one period's cost to another's: the leaves of both, and how many calls have no cost on each side.

    `parts` sum to `difference_usd` exactly, and so do the parts of every leaf and of every workflow.
    """

    before: Period
    after: Period
    leaves: tuple[Leaf, ...]
    uncosted_before: int
    uncosted_after: int
    price_lines: tuple[int, ...]  # those that made its charges, on either side

    @cached_property
    def before_usd(self) -> Decimal:
        """What the earlier period cost, as far as it is known."""
        return sum((leaf.before.cost_usd for leaf in self.leaves), Decimal(0))

    @cached_property
    def after_usd(self) -> Decimal:
        """What the later period cost, as far as it is known."""
        return sum((leaf.after.cost_usd for leaf in self.leaves), Decimal(0))

    @property
    def difference_usd(self) -> Decimal:
        """How much more the later period cost; negative when less."""
        return self.after_usd - self.before_usd

    @cached_property
    def parts(self) -> dict[str, Decimal]:
        """The difference by its cause, in the order of PARTS."""
        return summed(self.leaves)

    @cached_property
    def owners(self) -> dict[Owner, tuple[Leaf, ...]]:
        """The leaves of each workflow, the one that changed most first."""
        held: dict[Owner, list[Leaf]] = defaultdict(list)
        for leaf in self.leaves:
            held[leaf.owner].append(leaf)
        ranked = sorted(held.items(), key=lambda item: (-abs(_moved_usd(item[1])), str(item[0])))
        return {owner: tuple(leaves) for owner, leaves in ranked}


def summed(leaves: Sequence[Leaf]) -> dict[str, Decimal]:
    """The parts of several leaves together."""
    return {part: sum((leaf.parts[part] for leaf in leaves), Decimal(0)) for part in PARTS}


def _moved_usd(leaves: Sequence[Leaf]) -> Decimal:
    return sum(summed(leaves).values(), Decimal(0))


def bridge(warehouse: Warehouse, *, before: Period, after: Period, scope: Scope | None = None) -> Bridge:
    """Compare two periods, of any length, which may be apart or overlap; see `warehouse.parts` for the rule.

    Only calls with a cost are in it: a call nobody priced has no part, and is counted in `uncosted_…`.
    """
    with warehouse.snapshot() as tx:
        was, now = (_leaves(tx, each, scope or Scope()) for each in (before, after))
    return bridged(before, after, was, now)


def bridged(before: Period, after: Period, was: pl.DataFrame, now: pl.DataFrame) -> Bridge:
    """The bridge between two frames of `bridge/leaves.sql`."""
    used_before, used_after = _used(was), _used(now)
    keys = sorted({*used_before, *used_after}, key=lambda key: [(each is None, each or "") for each in key])
    owners: dict[Owner, list[Key]] = defaultdict(list)
    for key in keys:
        owners[key[0], key[1]].append(key)
    leaves: list[Leaf] = []
    for held in owners.values():
        pairs = [(used_before.get(key, Used()), used_after.get(key, Used())) for key in held]
        leaves += (
            Leaf(team, workflow, provider, model, *pair, parts)
            for (team, workflow, provider, model), pair, parts in zip(held, pairs, split(pairs), strict=True)
        )
    lines = pl.concat([was["price_line_no"], now["price_line_no"]]).drop_nulls().unique().sort()
    return Bridge(before, after, tuple(leaves), _uncosted(was), _uncosted(now), tuple(lines))


def _leaves(tx: Transaction, period: Period, scope: Scope) -> pl.DataFrame:
    params: dict[str, Any] = {
        "since": stored(period.since),
        "until": stored(period.until),
        "teams": None if scope.teams is None else list(scope.teams),
        "workflow": scope.workflow,
        "provider": scope.provider,
        "model": scope.model,
        "environment": scope.environment,
    }
    return tx.query(bridge_sql("leaves"), params)


def bridge_sql(name: str) -> str:
    """The text of `bridge/NAME.sql`."""
    return (resources.files("warehouse") / "bridge" / f"{name}.sql").read_text(encoding="utf-8")


def _used(rows: pl.DataFrame) -> dict[Key, Used]:
    calls: dict[Key, int] = {}
    classes: dict[Key, dict[str, tuple[int, Decimal]]] = defaultdict(dict)
    for key, count, token_class, quantity, cost in _rows(rows):
        calls[key] = count
        if token_class is not None:
            held, paid = classes[key].get(token_class, (0, Decimal(0)))
            classes[key][token_class] = (held + quantity, paid + cost)
    return {key: Used(count, classes[key]) for key, count in calls.items() if count}


def _rows(rows: pl.DataFrame) -> Iterator[tuple[Key, int, str | None, int, Decimal]]:
    for row in rows.iter_rows(named=True):
        key = (row["team"], row["workflow"], row["provider"], row["model"])
        yield key, row["calls"], row["token_class"], int(row["quantity"] or 0), row["cost_usd"] or Decimal(0)


def _uncosted(rows: pl.DataFrame) -> int:
    return int(rows.unique(["team", "workflow", "provider", "model"])["uncosted_calls"].sum() or 0)
