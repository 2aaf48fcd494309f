"""How any dialect is read: columns of `ingest.wire` in, rows of the warehouse's tables out, all dialects in one pass.

`recognise` (whose words are these) → `present` (the first spelling that is there) → `words` (names made one) →
`usage` (disjoint token classes) → `roles` (what is a call, what is missing) → `checks`, `kept` (the rest).
What differs between emitters is a `Dialect` (`dialect.py`); there is one a file in `ingest.dialects`.
"""

from ingest.reading.dialect import Aliases, Dialect, Field, Inside, Meaning, Meter, Quirk, Spelling, joined
from ingest.reading.read import Reading, read

__all__ = [
    "Aliases",
    "Dialect",
    "Field",
    "Inside",
    "Meaning",
    "Meter",
    "Quirk",
    "Reading",
    "Spelling",
    "joined",
    "read",
]
