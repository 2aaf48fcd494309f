"""Decide which spans tell of the same billed request, and which of them tells it best.

The SQL before (`steps/3_pairs.sql`) says which claims could be one request and why; here every claim joins at most
one group, and each group gets one winner. Pure: claims and pairs in, folds out, whatever the order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple


class Claim(NamedTuple):
    """A span that says a request was billed."""

    span_no: int
    scope: str
    response_id: str | None
    key: tuple[str, str]
    """(trace id, span id): orders claims the same way in every warehouse."""
    has_usage: bool
    rank: int
    """0 the provider's own SDK, 1 an instrumentor of it, 2 a framework: the lower knows better."""
    owner: str = ""
    """the team a gateway sent it for; a request has one owner at most"""


class Pair(NamedTuple):
    """Two claims that may be one request; a small distance is a better guess."""

    span_no: int
    other_no: int
    because: str
    distance: int


class Fold(NamedTuple):
    """A claim that another one tells better."""

    span_no: int
    dup_of: int
    because: str


def folds(claims: Iterable[Claim], pairs: Sequence[Pair]) -> list[Fold]:
    """Every claim that is not the best of its group, with the best one and the reason they belong together."""
    by_no = {claim.span_no: claim for claim in claims}
    groups = _Groups(by_no)
    nearness = _nearness(by_no)
    # The surest first: an id both were given, then nesting, then coincidence in time and tokens.
    for because, join in (
        ("same response id", groups.join_namesake),
        ("wraps it", groups.join_wrapper),
        ("same tokens at the same time", groups.join_lookalike),
    ):
        for pair in sorted((pair for pair in pairs if pair.because == because), key=nearness):
            join(pair)
    return groups.folds()


def _nearness(by_no: Mapping[int, Claim]) -> Callable[[Pair], int]:
    """What sorts pairs by their distance, then by the keys of their two claims."""
    place_of_key = {key: place for place, key in enumerate(sorted({claim.key for claim in by_no.values()}))}
    place = {span_no: place_of_key[claim.key] for span_no, claim in by_no.items()}
    places = len(place_of_key)
    # One number and not a tuple of three: a million pairs are sorted in half the time.
    return lambda pair: (pair.distance * places + place[pair.span_no]) * places + place[pair.other_no]


class _Group:
    """The claims of one request, and what they say of it."""

    __slots__ = ("ids", "members", "owners", "scopes")

    def __init__(self, claim: Claim) -> None:
        self.members = [claim]
        self.owners = {claim.owner} - {""}
        self.ids = {claim.response_id} - {None}
        self.scopes = {claim.scope}

    def absorb(self, other: _Group) -> None:
        self.members += other.members
        self.owners |= other.owners
        self.ids |= other.ids
        self.scopes |= other.scopes

    def has_another_owner(self, other: _Group) -> bool:
        return len(self.owners | other.owners) > 1

    def is_told_apart(self, other: _Group) -> bool:
        return len(self.ids | other.ids) > 1 or self.has_another_owner(other)


class _Groups:
    """Disjoint groups: every claim is in one."""

    def __init__(self, by_no: Mapping[int, Claim]) -> None:
        self._group = {span_no: _Group(claim) for span_no, claim in by_no.items()}
        self._because: dict[int, str] = {}
        self._wrapped: set[int] = set()

    def _join(self, one: _Group, other: _Group, pair: Pair) -> None:
        """Make one group of two; both ends of the pair keep the first, surest reason."""
        # The smaller goes into the larger: each move at least doubles a claim's group, so none moves often.
        larger, smaller = (one, other) if len(one.members) >= len(other.members) else (other, one)
        larger.absorb(smaller)
        for claim in smaller.members:
            self._group[claim.span_no] = larger
        for span_no in (pair.span_no, pair.other_no):
            self._because.setdefault(span_no, pair.because)

    def join_namesake(self, pair: Pair) -> None:
        """Two spans that name one response are one request, unless they are of two owners."""
        one, other = self._group[pair.span_no], self._group[pair.other_no]
        if one is not other and not one.has_another_owner(other):
            self._join(one, other, pair)

    def join_wrapper(self, pair: Pair) -> None:
        """A wrapper is one of the calls inside it: the nearest that fits. The others are requests of their own."""
        outside, inside = self._group[pair.span_no], self._group[pair.other_no]
        if pair.span_no not in self._wrapped and not outside.is_told_apart(inside):
            # Even if they are one request already: which is the inner one decides the winner.
            self._wrapped.add(pair.span_no)
            if outside is not inside:
                self._join(outside, inside, pair)

    def join_lookalike(self, pair: Pair) -> None:
        """Parallel identical calls are common: a span joins one span of another scope, never a second of its own."""
        one, other = self._group[pair.span_no], self._group[pair.other_no]
        if one.scopes.isdisjoint(other.scopes) and not one.is_told_apart(other):
            self._join(one, other, pair)

    def folds(self) -> list[Fold]:
        """One winner a group, the rest folded into it."""
        found = []
        for group in set(self._group.values()):
            winner = min(group.members, key=self._preference)
            found += [
                Fold(claim.span_no, winner.span_no, self._because[claim.span_no])
                for claim in group.members
                if claim is not winner
            ]
        return sorted(found)

    def _preference(self, claim: Claim) -> tuple[object, ...]:
        # Of two spans of one rank the inner is nearer to the request: the outer may be a sum over several.
        return not claim.has_usage, claim.rank, claim.span_no in self._wrapped, claim.key, claim.span_no
