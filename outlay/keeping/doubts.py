"""What a home has lost, or would lose with its ledger: said by status, doctor and verify for as long as it is so."""

from __future__ import annotations

from outlay.books import Books
from outlay.home import Home
from outlay.keeping.held import alone
from outlay.keeping.rebuild import last_rebuilt


def doubts(books: Books) -> list[str]:
    """A sentence for each day that stands in the ledger alone, and for what the latest rebuild could not bring back."""
    return [*alone(books).values(), *lost(books.home)]


def lost(home: Home) -> list[str]:
    """What the latest rebuild could not bring back."""
    done = last_rebuilt(home)
    return [f"the ledger was made anew at {done.rebuilt_at}, and {sentence}" for sentence in done.lost] if done else []
