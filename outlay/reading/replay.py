"""Send captured requests through the door again: receive → journal, as if they had just arrived.

`payload-NNN-SIGNAL.bin` is a request's body, `headers-NNN-SIGNAL.json` beside it how it came (sample_traces/).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ingest import SCORE_PATHS, SIGNALS, Entry, Journal, Limits, Receipt, Refused, receive, receive_scores

PAYLOAD = re.compile(r"payload-(\d+)-([a-z]+)\.bin")


class NothingToReplay(RuntimeError):
    """A path holds no captured request."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One captured request."""

    payload: Path
    path: str
    signal: str
    content_type: str
    content_encoding: str


@dataclass(slots=True)
class Replayed:
    """What became of the captured requests."""

    requests: int = 0
    spans: int = 0
    faults: int = 0
    skipped: dict[str, int] = field(default_factory=dict)  # signal → requests
    refused: dict[str, str] = field(default_factory=dict)  # file → sentence


def captures(paths: Iterable[Path]) -> Iterator[Capture]:
    """Every captured request in the folders, or in the folders in them, in the order of their numbers.

    Raises NothingToReplay for a path that has none, and for a payload whose headers are missing.
    """
    for path in paths:
        folders = [path, *sorted(child for child in path.iterdir() if child.is_dir())] if path.is_dir() else []
        found = [capture for folder in folders for capture in _in(folder)]
        if not found:
            raise NothingToReplay(
                f"{path} holds no captured request; expected payload-001-traces.bin and headers-001-traces.json"
            )
        yield from found


def replay(journal: Journal, found: Iterable[Capture], *, team: str | None, limits: Limits, now: datetime) -> Replayed:
    """Judge each request as the socket does and keep it; `team` owns the spans as the team of a key would."""
    done = Replayed()
    for capture in found:
        if capture.signal not in SIGNALS and capture.path not in SCORE_PATHS:
            done.skipped[capture.signal] = done.skipped.get(capture.signal, 0) + 1
            continue
        try:
            receipt = _received(capture, limits, now)
        except Refused as refusal:
            done.refused[str(capture.payload)] = refusal.sentence
            continue
        journal.append([_entry(receipt, team, now)])
        done.requests += 1
        done.spans += receipt.spans
        done.faults += len(receipt.faults)
    return done


def _received(capture: Capture, limits: Limits, now: datetime) -> Receipt:
    encoded, body = capture.content_encoding, capture.payload.read_bytes()
    if capture.path in SCORE_PATHS:
        return receive_scores(path=capture.path, content_encoding=encoded, body=body, limits=limits, now=now)[0]
    kind = capture.content_type
    return receive(signal=capture.signal, content_type=kind, content_encoding=encoded, body=body, limits=limits)


def _in(folder: Path) -> Iterator[Capture]:
    for payload in sorted(folder.glob("payload-*.bin")):
        if not (name := PAYLOAD.fullmatch(payload.name)):
            continue
        number, signal = name.groups()
        headers = folder / f"headers-{number}-{signal}.json"
        try:
            how = json.loads(headers.read_text("utf-8"))
            told = {key.lower(): value for key, value in how["headers"].items()}
        except (OSError, ValueError, KeyError) as error:
            raise NothingToReplay(f"{headers} does not say how {payload.name} came: {error}") from None
        yield Capture(
            payload, str(how.get("path", "")), signal, told.get("content-type", ""), told.get("content-encoding", "")
        )


def _entry(receipt: Receipt, team: str | None, now: datetime) -> Entry:
    return Entry(
        received_at=now,
        key_id=None,
        team=team,
        signal=receipt.signal,
        content_type=receipt.content_type,
        content_encoding=receipt.content_encoding,
        body=receipt.body,
        faults=receipt.faults,
    )
