"""What a new price list would change from a day on, beside the list prices that the book has."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from warehouse.prices.words import TOKEN_CLASSES, PriceLine

Steps = tuple[tuple[dt.datetime, dt.datetime, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One price that would be added, changed or removed, from `at` (naive UTC) on.

    `ended` are the numbers of the book's lines that would hold no longer; `lines` would take their place.
    """

    kind: str
    at: dt.datetime
    ended: tuple[int, ...]
    before: tuple[PriceLine, ...]
    lines: tuple[PriceLine, ...]

    @property
    def of(self) -> PriceLine:
        """A line that says what it is the price of."""
        return (self.lines or self.before)[0]


@dataclass(frozen=True, slots=True)
class Diff:
    """Every change, in a fixed order, and how many prices of the book's models stay as they are.

    `unnamed` counts the models of the book that the new list does not name: it says nothing about them.
    """

    at: dt.datetime
    changes: tuple[Change, ...]
    same: int
    unnamed: int


def diff(book: Mapping[int, PriceLine], snapshot: Iterable[PriceLine], at: dt.datetime, *, complete: bool) -> Diff:
    """Compare list prices from `at` on; what held before is the past, whatever the new list says about it.

    A list that names a token class of a model in a tier tells its price for requests of every size and hour. It says
    nothing about classes it does not name, unless it is `complete`: then it tells everything about the models it names.
    """
    there, new = _by_key(book.items(), at), _by_key(((0, line) for line in snapshot), at)
    depth = 2 if complete else 4
    named = {key[:depth] for key in new}
    changes, same = [], 0
    for key in sorted(there.keys() | new.keys(), key=_in_order):
        if key[:depth] not in named:
            continue
        before, after = there.get(key, []), new.get(key, [])
        if _steps(before) == _steps(after):
            same += 1
            continue
        changes.append(
            Change(
                kind="added" if not before else "changed" if after else "removed",
                at=at,
                ended=tuple(line_no for line_no, _ in before),
                before=tuple(line for _, line in before),
                lines=tuple(line for _, line in after),
            )
        )
    unnamed = {key[:2] for key in there} - {key[:2] for key in new}
    return Diff(at, tuple(changes), same, len(unnamed))


def _by_key(
    lines: Iterable[tuple[int, PriceLine]], at: dt.datetime
) -> dict[tuple[str, str, str, str, int, int, int], list[tuple[int, PriceLine]]]:
    held = defaultdict(list)
    for line_no, line in lines:
        if line.valid_to > at:
            held[line.key].append((line_no, replace(line, valid_from=max(at, line.valid_from))))
    return {key: sorted(of_it, key=lambda each: each[1].valid_from) for key, of_it in held.items()}


def _steps(lines: Iterable[tuple[int, PriceLine]]) -> Steps:
    """(since, until, price) with neighbours of one price made one."""
    steps: list[tuple[dt.datetime, dt.datetime, Decimal]] = []
    for _, line in lines:
        if steps and steps[-1][1] == line.valid_from and steps[-1][2] == line.usd_per_token:
            steps[-1] = (steps[-1][0], line.valid_to, line.usd_per_token)
        else:
            steps.append((line.valid_from, line.valid_to, line.usd_per_token))
    return tuple(steps)


def _in_order(key: tuple[str, str, str, str, int, int, int]) -> tuple[object, ...]:
    provider, model, token_class, *others = key
    return provider, model, others[0], TOKEN_CLASSES.index(token_class), *others[1:]
