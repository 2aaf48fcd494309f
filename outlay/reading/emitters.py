"""Which dialects a home reads: those Outlay knows, and those of the emitters its settings describe."""

from __future__ import annotations

from ingest.loader import Dialect, Emitter, dialects
from outlay.settings.emitters import EmitterRule
from outlay.settings.settings import Settings


def dialects_of(settings: Settings) -> tuple[Dialect, ...]:
    """Every dialect the loader reads, in order."""
    return dialects([_emitter(each) for each in settings.emitters])


def _emitter(written: EmitterRule) -> Emitter:
    return Emitter(
        scope=written.scope,
        cache_in_input=written.cached_tokens == "in input",
        reasoning_in_output=written.reasoning_tokens == "in output",
        keys={name: tuple(keys) for name, keys in written.keys.items()},
    )
