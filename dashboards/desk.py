"""What the server lays ready for the pages: Streamlit runs them as scripts, which take no arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from dashboards.sources import Sources
from dashboards.view import Lag, Reader, View
from warehouse import Warehouse

Authorise = Callable[[str | None], Reader | None]
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Desk:
    """One server's pages: what they ask, what they know, and whom they let in."""

    warehouse: Warehouse
    view: View
    authorise: Authorise
    lag: Callable[[], Lag]
    clock: Callable[[], datetime]
    sources: Sources = field(default_factory=Sources)
    # Cached answers carry the number, so that two warehouses in one process never answer for each other.
    number: int = field(default_factory=lambda: next(_numbers))


_laid: list[Desk] = []


def lay(desk: Desk) -> None:
    """Make this the desk that pages run on; one server has one."""
    _laid[:] = [desk]


def laid() -> Desk:
    """The desk pages run on. Raises RuntimeError when no server has laid one."""
    if not _laid:
        raise RuntimeError("the pages run inside `outlay serve`; there is no server here to ask")
    return _laid[0]
