"""What a company says of an emitter of its own, as it is written in `outlay.toml`: `[[emitters]]`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from outlay.settings.owners import Name, Patterns

Keyed = Literal[
    "operation", "provider", "request_model", "response_model", "response_id", "service_tier",
    "input", "output", "total", "cache_read", "cache_write", "reasoning",
]  # fmt: skip


class EmitterRule(BaseModel):
    """One emitter that your company wrote itself, and what its token counts mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scope: Name = Field(
        description="The name of its instrumentation's scope, or a pattern (* is any text). Emitters that Outlay knows "
        "are read as ever."
    )
    cached_tokens: Literal["in input", "beside input"] = Field(
        "in input", description="Whether its input tokens hold the cached ones."
    )
    reasoning_tokens: Literal["in output", "beside output"] = Field(
        "in output", description="Whether its output tokens hold those of reasoning."
    )
    keys: dict[Keyed, Patterns] = Field(
        default_factory=dict,
        description="Attributes of its own, where it does not write the semantic conventions' (which are read too).",
    )
