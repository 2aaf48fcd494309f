"""What every section of the settings is, and how money is written in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Dollars = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)]


class Section(BaseModel):
    """A [section] of the file: its keys are checked, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
