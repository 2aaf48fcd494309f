"""What began in a period and may be why a cost changed: prompt versions, models, releases and prices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from warehouse.change import Bridge, Scope, bridge_sql
from warehouse.instants import stored
from warehouse.money import exact_text
from warehouse.store import Warehouse

# A time line with more marks than this says nothing.
MOST_MARKS = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that began: at a naive UTC instant, one of the kinds prompt, model, release and price."""

    began_at: datetime
    kind: str
    team: str | None
    workflow: str | None
    what: str
    detail: str | None

    @property
    def sentence(self) -> str:
        """'support-answers first used prompt v13', 'claude-opus-5 has another price: output_text 22.5 → 18'."""
        match self.kind:
            case "prompt":
                return f"{self.workflow or 'no workflow'} first used the prompt {self.what}"
            case "model":
                return f"{self.workflow or 'no workflow'} first used {self.what}"
            case "release":
                return f"{self.workflow or 'an unnamed service'} was released as {self.what}"
            case _:
                return f"{self.what} has another price: {_short(self.detail or '')} dollars per 1M tokens"


def marks(warehouse: Warehouse, found: Bridge, scope: Scope | None = None) -> list[Mark]:
    """What began between the first and the last instant of a bridge's two periods, in order, at most MOST_MARKS."""
    asked = scope or Scope()
    rows = warehouse.query(
        bridge_sql("marks"),
        {
            "since": stored(min(found.before.since, found.after.since)),
            "until": stored(max(found.before.until, found.after.until)),
            "teams": None if asked.teams is None else list(asked.teams),
            "workflow": asked.workflow,
            "price_lines": list(found.price_lines),
            "most": MOST_MARKS,
        },
    )
    return [Mark(**row) for row in rows.iter_rows(named=True)]


def _short(detail: str) -> str:
    return re.sub(r"\d+\.\d+", lambda found: exact_text(Decimal(found[0])), detail)
