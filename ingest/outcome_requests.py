"""A request that tells outcomes, one or many: judged for the key that sent it, and a receipt of what is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from ingest.faults import Fault, Refused
from ingest.inflate import IDENTITY
from ingest.keys import EVERY, Key
from ingest.limits import Limits
from ingest.outcomes import FIELDS, Outcome, judged
from ingest.receive import JSON, Receipt
from ingest.team_names import same

PATH: Final = "/v1/outcomes"
SIGNAL: Final = "outcomes"
MOST_OUTCOMES: Final = 10_000
_KEPT_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Told:
    """The outcomes of a request, each once, and what is wrong with the others (`rejected`, of which some are told)."""

    outcomes: tuple[Outcome, ...]
    repeated: int = 0
    faults: tuple[Fault, ...] = ()
    rejected: int = 0

    def receipt(self) -> Receipt:
        """What the journal keeps: one JSON object with a list."""
        body = orjson.dumps({"outcomes": [each.written() for each in self.outcomes]})
        return Receipt(SIGNAL, JSON, IDENTITY, body, len(self.outcomes), self.faults, self.rejected)

    def answer(self, most_told: int) -> bytes:
        """What the sender hears: how many are kept, and of the others the first sentences."""
        told: dict[str, Any] = {"accepted": len(self.outcomes) + self.repeated, "rejected": self.rejected}
        if self.faults:
            told["faults"] = [f"{fault.culprit}: {fault.sentence}" for fault in self.faults[:most_told]]
        return orjson.dumps(told)


def told_in(content_type: str | None, body: bytes, key: Key | None, limits: Limits, now: datetime) -> Told:
    """The outcomes of a body: a JSON object, a list of them, or {"outcomes": [...]}.

    Raises `Refused` for another content type (415), for a body that is not JSON or holds none, for more than
    MOST_OUTCOMES (413), and when not one of them can be kept.
    """
    asked = (content_type or "").partition(";")[0].strip().lower()
    if asked != JSON:
        raise Refused(f"Content-Type is '{asked[:80]}'; outcomes are sent as {JSON}", 415, "Content-Type")
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(f"the body is not JSON: {error}") from None
    if isinstance(sent, dict) and isinstance(sent.get("outcomes"), list):
        sent = sent["outcomes"]
    listed = sent if isinstance(sent, list) else [sent]
    if not listed:
        raise Refused("the body holds no outcome; send {'task_id': …, 'status': 'resolved', …}, or a list of those")
    if len(listed) > MOST_OUTCOMES:
        raise Refused(f"the body holds {len(listed):,} outcomes; send at most {MOST_OUTCOMES:,} at a time", 413)
    told = judge_all(((f"outcome {number}", each) for number, each in enumerate(listed, 1)), key, limits, now)
    if not told.outcomes:
        first = told.faults[0]
        more = f" (and {told.rejected - 1:,} more)" if told.rejected > 1 else ""
        raise Refused(f"{first.culprit}: {first.sentence}{more}")
    return told


def judge_all(sent: Iterable[tuple[str, Any]], key: Key | None, limits: Limits, now: datetime) -> Told:
    """Judge each record, given where it stands and what it says."""
    found = _Found(limits)
    for place, record in sent:
        try:
            outcome = judged(record, now)
            refuse_foreign(outcome, key)
            found.add(outcome)
        except Refused as refused:
            found.reject(Fault(place, refused.sentence, _kept(record, limits)))
    return Told(tuple(found.by_id.values()), found.repeated, tuple(found.faults), found.rejected)


def refuse_foreign(outcome: Outcome, key: Key | None) -> None:
    """Raise `Refused` for an outcome told of a team that the key may not speak for."""
    if outcome.team is None or key is None or EVERY in key.speaks_for:
        return
    teams: Sequence[str] = [team for team in (key.team, *key.speaks_for) if team is not None]
    if same(outcome.team) not in {same(team) for team in teams}:
        raise Refused(f"it is told of team {outcome.team!r}; the key {key.key_id} may speak for {' and '.join(teams)}")


@dataclass(slots=True)
class _Found:
    limits: Limits
    by_id: dict[str, Outcome] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    repeated: int = 0
    rejected: int = 0

    def add(self, outcome: Outcome) -> None:
        known = self.by_id.setdefault(outcome.outcome_id, outcome)
        if known is outcome:
            return
        if known.digest != outcome.digest:
            raise Refused(f"outcome_id {outcome.outcome_id!r} stands twice in it, and they say different things")
        self.repeated += 1

    def reject(self, fault: Fault) -> None:
        self.rejected += 1
        if len(self.faults) < self.limits.faults_kept:
            self.faults.append(fault)


def _kept(record: Any, limits: Limits) -> str | None:
    """What is kept of a refused record: the fields we know, cut short."""
    if not isinstance(record, dict):
        return None
    told = {name: str(record[name])[:_KEPT_CHARS] for name in FIELDS if record.get(name) not in (None, "")}
    written = orjson.dumps(told)
    return written.decode() if told and len(written) <= limits.record_bytes else None
