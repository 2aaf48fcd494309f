"""The recorded requests of sample_traces, and what the provider billed for each case."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest import Entry, Limits
from ingest.receive import receive
from ingest.signals import SIGNALS

FOLDER = Path(__file__).parents[1] / "sample_traces"


@dataclass(frozen=True)
class Sample:
    emitter: str
    scenario: str

    def __str__(self) -> str:
        return f"{self.emitter}/{self.scenario}"

    @property
    def folder(self) -> Path:
        return FOLDER / self.emitter / self.scenario

    @property
    def expected(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "expected.json").read_text())
        return told

    def as_sent(self) -> list[Entry]:
        """The requests in order, with their texts, as the journal of a team that keeps them has them."""
        return [self._entry(path) for path in sorted(self.folder.glob("payload-*.bin")) if signal_of(path) in SIGNALS]

    def entries(self) -> list[Entry]:
        """The requests in order, as the socket judges them and the journal keeps them."""
        return [received(entry) for entry in self.as_sent()]

    def _entry(self, path: Path) -> Entry:
        told = json.loads(path.with_name(path.stem.replace("payload", "headers") + ".json").read_text())
        kind, encoded = told["headers"]["content-type"], told["headers"].get("content-encoding", "")
        at = datetime.fromtimestamp(told["received_unix"], UTC)
        return Entry(at, None, None, signal_of(path), kind, encoded, path.read_bytes())


def signal_of(payload: Path) -> str:
    return payload.stem.rpartition("-")[2]


def received(sent: Entry) -> Entry:
    """What the socket makes of a request."""
    told = receive(
        signal=sent.signal,
        content_type=sent.content_type,
        content_encoding=sent.content_encoding,
        body=sent.body,
        limits=Limits(),
    )
    kind, encoded = told.content_type, told.content_encoding
    return replace(sent, content_type=kind, content_encoding=encoded, body=told.body, faults=told.faults)


SAMPLES = [Sample(path.parent.parent.name, path.parent.name) for path in sorted(FOLDER.glob("*/*/expected.json"))]
EMITTERS = sorted({sample.emitter for sample in SAMPLES})
