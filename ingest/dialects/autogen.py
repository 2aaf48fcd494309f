"""AutoGen's own tracing: agents and tools, and never a call of a model."""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Quirk
from ingest.reading.gen_ai import GEN_AI

AUTOGEN: Final = Dialect(
    name="autogen",
    rank=2,
    scopes=("autogen*",),
    aliases=GEN_AI,
    silent_calls=(
        "AutoGen tells of its agents and not of their calls: add an instrumentation of the model's client beside it"
    ),
    quirks=(Quirk("no span tells of a model, and none of usage", "autogen-native/agent"),),
)
