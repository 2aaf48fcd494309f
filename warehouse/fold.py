"""Decide which spans tell of the same billed request, and which of them tells it best.

The SQL before (`steps/2_pairs.sql`) says which claims could be one request and why; here every claim joins at most
one group, and each group gets one winner. Pure: claims and pairs in, folds out, whatever the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


# The surest first: an id both were given, then nesting, then coincidence in time and tokens.
_SURENESS = ("same response id", "wraps it", "same tokens at the same time")


def folds(claims: Iterable[Claim], pairs: Sequence[Pair]) -> list[Fold]:
    """Every claim that is not the best of its group, with the best one and the reason they belong together."""
    by_no = {claim.span_no: claim for claim in claims}
    groups = _Groups(by_no)
    for because in _SURENESS:
        for pair in sorted((pair for pair in pairs if pair.because == because), key=lambda pair: _order(pair, by_no)):
            if because == "same response id":
                groups.join_namesake(pair)
            elif because == "wraps it":
                groups.join_wrapper(pair)
            else:
                groups.join_lookalike(pair)
    return groups.folds()


def _order(pair: Pair, by_no: Mapping[int, Claim]) -> tuple[object, ...]:
    return pair.distance, by_no[pair.span_no].key, by_no[pair.other_no].key


class _Groups:
    """Disjoint sets of claims; every set is one request."""

    def __init__(self, by_no: Mapping[int, Claim]) -> None:
        self._by_no = by_no
        self._members: dict[int, set[int]] = {}
        self._because: dict[int, str] = {}
        self._wrapped: set[int] = set()

    def _group(self, span_no: int) -> set[int]:
        return self._members.get(span_no, {span_no})

    def join(self, pair: Pair) -> None:
        """Make one group of two; both keep the first, surest reason."""
        united = self._group(pair.span_no) | self._group(pair.other_no)
        for span_no in united:
            self._members[span_no] = united
        for span_no in (pair.span_no, pair.other_no):
            self._because.setdefault(span_no, pair.because)

    def _of_two_owners(self, pair: Pair) -> bool:
        owners = {self._by_no[no].owner for no in self._group(pair.span_no) | self._group(pair.other_no)}
        return len(owners - {""}) > 1

    def _told_apart(self, pair: Pair) -> bool:
        ids = {self._by_no[no].response_id for no in self._group(pair.span_no) | self._group(pair.other_no)}
        return len(ids - {None}) > 1 or self._of_two_owners(pair)

    def join_namesake(self, pair: Pair) -> None:
        """Two spans that name one response are one request, unless they are of two owners."""
        if not self._of_two_owners(pair):
            self.join(pair)

    def join_wrapper(self, pair: Pair) -> None:
        """A wrapper is one of the calls inside it: the nearest that fits. The others are requests of their own."""
        if pair.span_no not in self._wrapped and not self._told_apart(pair):
            self._wrapped.add(pair.span_no)
            self.join(pair)

    def join_lookalike(self, pair: Pair) -> None:
        """Parallel identical calls are common: a span joins one span of another scope, never a second of its own."""
        ours, theirs = self._group(pair.span_no), self._group(pair.other_no)
        scopes = {self._by_no[span_no].scope for span_no in ours}
        shared = any(self._by_no[span_no].scope in scopes for span_no in theirs)
        if not shared and not self._told_apart(pair):
            self.join(pair)

    def folds(self) -> list[Fold]:
        """One winner a group, the rest folded into it."""
        found = []
        for group in {id(group): group for group in self._members.values()}.values():
            winner = min((self._by_no[span_no] for span_no in group), key=self._preference)
            found += [
                Fold(span_no, winner.span_no, self._because[span_no]) for span_no in group if span_no != winner.span_no
            ]
        return sorted(found)

    def _preference(self, claim: Claim) -> tuple[object, ...]:
        # Of two spans of one rank the inner is nearer to the request: the outer may be a sum over several.
        return not claim.has_usage, claim.rank, claim.span_no in self._wrapped, claim.key
