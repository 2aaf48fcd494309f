"""What became of a task, as somebody tells it beside the spans: read, judged, and written down in one form. Pure."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from ingest.faults import Refused
from ingest.team_names import cleaned

STATUSES: Final = ("resolved", "failed", "escalated", "abandoned", "refused", "reopened")
SOURCES: Final = ("confirmed", "assumed", "eval", "human")
FIELDS: Final = (
    *("outcome_id", "task_id", "trace_id", "team", "kind", "status", "decided_at", "source"),
    *("value_usd", "csat", "human_minutes"),
)
DEFAULT_KIND: Final = "resolution"
DEFAULT_SOURCE: Final = "confirmed"
NAME_CHARS: Final = 200
# A sender's clock may be a little ahead of ours.
AHEAD: Final = timedelta(minutes=5)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)

_TRACE: Final = re.compile(r"[0-9a-f]{32}")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f]")
# Of each number: the least, the most, and its decimals.
NUMBERS: Final[Mapping[str, tuple[Decimal, Decimal, int]]] = {
    "value_usd": (Decimal(0), Decimal(10**11), 6),
    "csat": (Decimal(1), Decimal(5), 2),
    "human_minutes": (Decimal(0), Decimal(10**6), 2),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task, named by `task_id` or by `trace_id`.

    `outcome_id` is the sender's own name for it; where none was told it is the `digest` of what was told. `team`
    narrows which task is meant. A `decided_at` that nobody told is when it was received.
    """

    outcome_id: str
    digest: str
    task_id: str | None
    trace_id: str | None
    team: str | None
    kind: str
    status: str
    decided_at: datetime
    source: str
    value_usd: Decimal | None
    csat: Decimal | None
    human_minutes: Decimal | None

    def written(self) -> dict[str, str]:
        """The outcome as the journal keeps it: texts only, and only what is there."""
        told = {name: getattr(self, name) for name in (*FIELDS, "digest")}
        told["decided_at"] = self.decided_at.isoformat()
        return {name: str(value) for name, value in told.items() if value is not None}


def judged(told: Any, now: datetime) -> Outcome:
    """The outcome that a JSON object or a row of a file tells; raises `Refused` with what is wrong with which field."""
    if not isinstance(told, dict):
        raise Refused(f"an outcome is an object such as {{'task_id': …, 'status': 'resolved'}}, not {_short(told)}")
    for name in told:
        if name not in FIELDS:
            close = difflib.get_close_matches(str(name), FIELDS, n=1)
            meant = f"did you mean {close[0]}?" if close else f"there are: {', '.join(FIELDS)}"
            raise Refused(f"an outcome has no field {_short(name)} ({meant}); nothing else is kept")
    present = {name: value for name, value in told.items() if value is not None and value != ""}
    task_id, trace_id = _task(present)
    decided_at = _decided_at(present["decided_at"], now) if "decided_at" in present else None
    outcome = Outcome(
        outcome_id=_name(present, "outcome_id") or "",
        digest="",
        task_id=task_id,
        trace_id=trace_id,
        team=_name(present, "team"),
        kind=(_name(present, "kind") or DEFAULT_KIND).lower(),
        status=_word(present, "status", STATUSES),
        decided_at=decided_at or EARLIEST,
        source=_word(present, "source", SOURCES, DEFAULT_SOURCE),
        value_usd=_number(present, "value_usd"),
        csat=_number(present, "csat"),
        human_minutes=_number(present, "human_minutes"),
    )
    # The digest is of what was told: sent again without a time it is the same outcome.
    digest = hashlib.sha256(orjson.dumps(outcome.written(), option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    return replace(
        outcome, digest=digest, outcome_id=outcome.outcome_id or digest, decided_at=decided_at or now.astimezone(UTC)
    )


def read_back(written: Mapping[str, str]) -> Outcome:
    """The inverse of `Outcome.written`."""
    return Outcome(
        outcome_id=written["outcome_id"],
        digest=written["digest"],
        task_id=written.get("task_id"),
        trace_id=written.get("trace_id"),
        team=written.get("team"),
        kind=written["kind"],
        status=written["status"],
        source=written["source"],
        decided_at=datetime.fromisoformat(written["decided_at"]),
        value_usd=_decimal(written.get("value_usd")),
        csat=_decimal(written.get("csat")),
        human_minutes=_decimal(written.get("human_minutes")),
    )


def _task(present: Mapping[str, Any]) -> tuple[str | None, str | None]:
    task_id, trace_id = _name(present, "task_id"), _name(present, "trace_id")
    if (task_id is None) == (trace_id is None):
        both = "both a task_id and a trace_id; tell one" if task_id else "neither a task_id nor a trace_id"
        raise Refused(f"the outcome names {both}: whose outcome is it?")
    if trace_id is not None:
        trace_id = trace_id.lower()
        if not _TRACE.fullmatch(trace_id) or not trace_id.strip("0"):
            raise Refused(f"trace_id {_short(trace_id)} is not 32 hexadecimal digits")
    return task_id, trace_id


def _name(present: Mapping[str, Any], field: str) -> str | None:
    value = present.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused(f"{field} is {_short(value)}; it is a text of at most {NAME_CHARS} characters")
    text = str(value).strip(' "')
    if len(text) > NAME_CHARS:
        raise Refused(f"{field} has {len(text):,} characters; at most {NAME_CHARS} are kept, and no texts")
    if not text:
        return None
    if _UNSEEN.search(text):
        raise Refused(f"{field} {_short(text)} holds a control character")
    return cleaned(text) if field == "team" else text


def _word(present: Mapping[str, Any], field: str, words: tuple[str, ...], default: str | None = None) -> str:
    value = present.get(field, default)
    if value is None:
        raise Refused(f"the outcome has no {field}; it is one of {', '.join(words)}")
    word = value.strip(' "').lower() if isinstance(value, str) else ""
    if word not in words:
        raise Refused(f"{field} {_short(value)} is none of {', '.join(words)}")
    return word


def _decided_at(value: Any, now: datetime) -> datetime:
    """ISO 8601 (UTC where it names no zone) or seconds since 1970; not in the future, not before 2000."""
    try:
        at = _instant(value)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Refused(f"decided_at {_short(value)} is no instant; write 2026-10-03T14:00:00Z") from None
    if at > now + AHEAD:
        raise Refused(f"decided_at {_short(value)} lies in the future; an outcome is told when it is decided")
    if at < EARLIEST:
        raise Refused(f"decided_at {_short(value)} lies before the year 2000")
    return at


def _instant(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError("no instant")
    if not isinstance(value, str):
        return datetime.fromtimestamp(value, UTC)
    text = value.strip(' "')
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return datetime.fromtimestamp(float(text), UTC)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _number(present: Mapping[str, Any], field: str) -> Decimal | None:
    value = present.get(field)
    if value is None:
        return None
    least, most, decimals = NUMBERS[field]
    wanted = f"a number from {least} to {most:,} with at most {decimals} decimals"
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > 40:
        raise Refused(f"{field} is {_short(value)}; it is {wanted}")
    number = _decimal(str(value).strip())
    if number is None or not number.is_finite() or not least <= number <= most:
        raise Refused(f"{field} is {_short(value)}; it is {wanted}")
    kept = number.quantize(Decimal(1).scaleb(-decimals))
    if kept != number:
        raise Refused(f"{field} is {_short(value)}; it is {wanted}")
    return kept


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _short(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
