"""A team has one name however it is written: what is kept of a name, and when two names are the same team's."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

MOST_CHARS: Final = 200
# NFKC can make eighteen characters of one; what a name may be is short, so a long one is cut before it is looked at.
MOST_READ: Final = 4 * MOST_CHARS
# Control and format characters (zero width, direction marks, soft hyphens): nobody sees them, so they name nobody.
_UNSEEN: Final = ("Cc", "Cf", "Cs")


def cleaned(name: str) -> str | None:
    """The name as it is stored: NFKC, nothing unseen, single spaces, at most MOST_CHARS; None when nothing is left.

    Capitals stay as they were written: 'Search' is what its people call themselves.
    """
    spaced = " ".join(name[:MOST_READ].split())
    seen = "".join(char for char in spaced if unicodedata.category(char) not in _UNSEEN)
    return " ".join(unicodedata.normalize("NFKC", seen).split())[:MOST_CHARS].strip() or None


def same(name: str) -> str:
    """What two names of one team have in common: compare by this, show neither."""
    return unicodedata.normalize("NFKC", (cleaned(name) or "").casefold())


def spelled(name: str, known: Iterable[str]) -> str:
    """The name as the first of `known` that is the same team spells it, else as it stands."""
    sought = same(name)
    return next((other for other in known if same(other) == sought), name)
