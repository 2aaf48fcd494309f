"""Settings of what the work is worth: when outcomes count, what a serving earns, what people cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from outlay.settings.section import Dollars, Section


class Outcomes(Section):
    """When what became of a task counts, and what people cost."""

    maturity_hours: int = Field(
        24,
        ge=0,
        le=8_760,
        description="Hours an outcome must have stood before it counts; until then it may be taken back.",
    )
    human_usd_per_hour: Dollars = Field(
        Decimal(0), description="What an hour of the people costs who take over; 0 leaves them out."
    )


class OutcomeKind(Section):
    """One kind of outcome that differs: how long it needs, or which evaluation decides it."""

    maturity_hours: int | None = Field(
        None, ge=0, le=8_760, description="Hours it must have stood before it counts, if others than [outcomes] says."
    )
    evaluation: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="The evaluation whose verdict is this outcome (passed: resolved).",
    )


class Workflow(Section):
    """One workflow: what it earns."""

    price_usd: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)] = Field(
        description="What one serving, a task, earns; its gross margin is this less what the task cost."
    )
