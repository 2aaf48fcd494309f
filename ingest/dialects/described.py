"""Emitters a company describes itself: its gateway, its own client, whoever writes spans that nobody else ever saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ingest.reading import Aliases, Dialect, Field, joined
from ingest.reading.gen_ai import GEN_AI

EVERYONE: Final = ("*",)


@dataclass(frozen=True, slots=True)
class Emitter:
    """What its owner says of an emitter: the pattern of its scope, and where it counts the cache and the reasoning.

    `keys` are its own spellings of fields; the conventions' keys hold beside them.
    """

    scope: str
    cache_in_input: bool = True
    reasoning_in_output: bool = True
    keys: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)

    def dialect(self) -> Dialect:
        """How its spans are read."""
        own: Aliases = {name: tuple(keys) for name, keys in self.keys.items()}
        return Dialect(
            name="described",
            rank=2,
            scopes=(self.scope,),
            aliases=joined(own, GEN_AI),
            cache_outside_input=() if self.cache_in_input else EVERYONE,
            reasoning_outside_output=() if self.reasoning_in_output else EVERYONE,
        )
