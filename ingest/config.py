"""What one ingest process is told when it is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

from ingest.limits import Limits


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """Whether senders need a key, how much they may send, and where gRPC is spoken ("host:port"; None: nowhere)."""

    keys_required: bool = True
    limits: Limits = field(default_factory=Limits)
    grpc: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The home to write to, the inherited listening socket, and the rest."""

    home: Path
    fd: int
    config: IngestConfig

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read {"home", "fd", "keys_required"?, "grpc"?, "limits"?: {name: number}}; ValueError says what is wrong."""
        told: dict[str, Any] = dict(orjson.loads(text))
        try:
            home, fd = Path(told.pop("home")), int(told.pop("fd"))
            limits = Limits(**told.pop("limits", {}))
            return cls(home, fd, IngestConfig(limits=limits, **told))
        except (KeyError, TypeError) as error:
            raise ValueError(f"it lacks or has something unknown: {error}") from error
