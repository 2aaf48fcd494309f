"""Every limit of the socket, each with its name, its default and its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

KIB = 1024
MIB = 1024 * KIB
# A map in a map is three levels of protobuf, an event's attribute stands seven deep, and its readers take a hundred.
DEEPEST = 30


def _limit(default: int, why: str) -> int:
    # dataclasses.field is typed as giving its default's type; the reason travels beside it for outlay.toml.
    limit: int = field(default=default, metadata={"why": why})
    return limit


@dataclass(frozen=True, slots=True)
class Limits:
    """What one ingest process takes. `reasons()` gives the sentence that stands beside each in outlay.toml."""

    body_bytes: int = _limit(
        20 * MIB,
        "Largest body after decompression, in bytes; the OpenTelemetry Collector's own default. More is answered 413.",
    )
    in_flight_bytes: int = _limit(
        64 * MIB,
        "Bytes of requests one ingest process holds at a time, being read or waiting for the disk; more is a 503.",
    )
    commit_bytes: int = _limit(
        16 * MIB,
        "Bytes that are committed to the journal together; more would make the first of them wait for the last.",
    )
    connections: int = _limit(
        1_000,
        "Connections one ingest process keeps open; one more is a 503, so that there is a file left for the journal.",
    )
    head_seconds: int = _limit(
        10,
        "Seconds a sender has for the head of a request; whoever opens a connection and says nothing is let go.",
    )
    body_seconds: int = _limit(
        30,
        "Seconds a sender has to send its whole body; a slower one would hold memory that others need.",
    )
    spans: int = _limit(
        100_000,
        "Spans in one request; exporters send 512, and ten million empty ones fit into a body of 20 MiB.",
    )
    pieces: int = _limit(
        2_000_000,
        "Pieces (attributes, values, events) in one body; each takes many times its bytes in memory when it is read.",
    )
    depth: int = _limit(
        24,
        "Levels of lists and maps inside one attribute; protobuf's own readers give up at 31.",
    )
    faults_kept: int = _limit(
        100,
        "Refused records of one request that are kept with their reason; the others are only counted.",
    )
    faults_answered: int = _limit(
        3,
        "Refused records that the answer to the sender names; exporters log the answer, and logs are read by people.",
    )
    record_bytes: int = _limit(
        4 * KIB,
        "Bytes kept of a refused record; enough to recognise it, too few to store a request twice.",
    )
    message_chars: int = _limit(
        200,
        "Characters kept of an error message; providers quote the prompt in theirs.",
    )
    residue_bytes: int = _limit(
        2 * KIB,
        "Bytes kept of the usage object found in a dropped text; the largest a provider sends today is a third of it.",
    )

    def __post_init__(self) -> None:
        if self.depth > DEEPEST:
            raise ValueError(f"depth is {self.depth}; at more than {DEEPEST} what was accepted could not be read again")

    @classmethod
    def reasons(cls) -> dict[str, str]:
        """Each limit's name and the sentence that explains it."""
        return {each.name: each.metadata["why"] for each in fields(cls)}
