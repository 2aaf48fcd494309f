"""What can be wrong with a request: two refusals that cross the socket, and the fault beside the good spans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import orjson

# Why an answer is what it is, by its HTTP status, as metrics and log say it; gRPC's answers have the status they would
# have over HTTP.
REASONS: Final = {
    200: "accepted",
    202: "accepted",
    207: "accepted",  # how Langfuse's batches are answered, whatever became of their parts
    400: "malformed",
    401: "no key",
    403: "key may not send",
    404: "no such path",
    405: "no such method",
    413: "too large",
    415: "unknown encoding",
    499: "cut off",
    503: "busy",
}
OTHER: Final = "other"
# What nobody waits for any more: its sender hung up, or gRPC, which does not say which, found the message too large.
CUT_OFF: Final = 499

Place = Literal["path", "method", "head", "key", "Content-Type", "Content-Encoding", "body"]


class Refused(Exception):
    """The request will never be accepted as it is: do not resend it (400, 401, 404, 405, 413, 415).

    Its `sentence` goes back to the sender, whose words it may quote: those may be a prompt in the wrong place. A log
    is given `logged`, in which all words are ours.
    """

    def __init__(self, sentence: str, status: int = 400, place: Place = "body") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.place = place

    @property
    def logged(self) -> dict[str, str | int]:
        """What a log may say of it: its kind, and which part of the request it is about."""
        return {"status": self.status, "reason": REASONS.get(self.status, OTHER), "place": self.place}


class Busy(Exception):
    """Nothing is wrong with the request, but it cannot be kept now: resend it (503 with `Retry-After`)."""

    def __init__(self, sentence: str, retry_after_s: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Fault:
    """One record that was refused while its neighbours were kept.

    `culprit` is the span id, or where in the body the record stands; `sentence` says what is wrong with which
    field; `record` is the refused record as JSON without its texts, or None when nothing of it could be read.
    """

    culprit: str
    sentence: str
    record: str | None = None


def faults_to_json(faults: Iterable[Fault]) -> str | None:
    """Faults as the journal keeps them: a JSON list, or None when there are none."""
    rows = [{"culprit": f.culprit, "sentence": f.sentence, "record": f.record} for f in faults]
    return orjson.dumps(rows).decode() if rows else None


def faults_from_json(text: str | None) -> tuple[Fault, ...]:
    """The inverse of `faults_to_json`."""
    if text is None:
        return ()
    return tuple(Fault(row["culprit"], row["sentence"], row["record"]) for row in orjson.loads(text))
