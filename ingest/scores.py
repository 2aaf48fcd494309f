"""Langfuse's scores, which its SDKs send beside OTLP: each becomes the evaluation event OpenTelemetry has for it.

Two paths have been in use: a list of scores or one (SDK 5), and a batch of events of which some are scores (SDK 2–4).
Pure. Texts stay out: a comment and a score that is a free text are dropped, a category is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from ingest.faults import Refused
from ingest.inflate import encoding, inflate
from ingest.limits import Limits
from ingest.receive import PROTOBUF, Receipt, receive
from ingest.signals import LOGS

SCORES_PATH: Final = "/api/public/scores"
INGESTION_PATH: Final = "/api/public/ingestion"
SCORE_PATHS: Final = (SCORES_PATH, INGESTION_PATH)
SCOPE: Final = "langfuse-scores"
MOST_SCORES: Final = 10_000
NAME_CHARS: Final = 200

_HEX: Final = re.compile("[0-9a-f]+")
_EVENT: Final = "gen_ai.evaluation.result"
_FREE_TEXTS: Final = ("TEXT", "CORRECTION")
_TRUE: Final = ("true", "1", "1.0")
# What fits into OTLP's nanoseconds and may have been meant.
_YEARS: Final = range(1971, 2200)


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a request as an OTLP logs request, and the answer their sender waits for."""

    request: bytes
    accepted: int
    status: int
    answer: bytes


def scores_in(path: str, body: bytes, now: datetime) -> Scores:
    """The scores a body holds; raises `Refused` for one that is not JSON or holds none.

    `now` dates those that are not dated.
    """
    told = _json(body)
    if path == INGESTION_PATH:
        return _of_batch(told, now)
    single = isinstance(told, dict)
    records, errors = _records([told] if single else _list(told, "a list of scores"), now)
    if errors and (single or not records):
        raise Refused(errors[0])
    if single:
        answer: dict[str, Any] = {"id": str(told.get("id") or "")}
        return Scores(_request(records), 1, 200, orjson.dumps(answer))
    if not errors:
        return Scores(_request(records), len(records), 202, b'{"message":"Accepted"}')
    answer = {"accepted": len(records), "rejected": len(errors), "errors": [{"message": each} for each in errors]}
    return Scores(_request(records), len(records), 207, orjson.dumps(answer))


def receive_scores(
    *, path: str, content_encoding: str | None, body: bytes, limits: Limits, now: datetime
) -> tuple[Receipt, Scores]:
    """A request's scores as they are kept, a receipt of the logs signal; raises `Refused` as `receive` does."""
    scores = scores_in(path, inflate(body, encoding(content_encoding), limits.body_bytes), now)
    receipt = receive(
        signal=LOGS.name, content_type=PROTOBUF, content_encoding=None, body=scores.request, limits=limits
    )
    return receipt, scores


def _of_batch(told: Any, now: datetime) -> Scores:
    events = _list(told.get("batch") if isinstance(told, dict) else None, 'an object with a list, "batch"')
    records: list[LogRecord] = []
    successes, errors = [], []
    for event in events:
        kind = event.get("type") if isinstance(event, dict) else None
        event_id = str(event.get("id", "")) if isinstance(event, dict) else ""
        found, wrong = _records([event.get("body")], now) if kind == "score-create" else ([], [_NO_SCORE])
        records += found
        if wrong:
            errors.append({"id": event_id, "status": 400, "message": wrong[0]})
        else:
            successes.append({"id": event_id, "status": 201})
    return Scores(_request(records), len(records), 207, orjson.dumps({"successes": successes, "errors": errors}))


_NO_SCORE: Final = "only scores are read here; spans are sent to /api/public/otel/v1/traces"


def _records(scores: Iterable[Any], now: datetime) -> tuple[list[LogRecord], list[str]]:
    records, errors = [], []
    for number, score in enumerate(scores):
        if not isinstance(score, dict) or not isinstance(name := score.get("name"), str) or not name:
            errors.append(f"score {number} has no name; send {{'name': …, 'value': …, 'traceId': …}}")
        else:
            records.append(_record(score, name[:NAME_CHARS], now))
    return records, errors


def _record(score: dict[str, Any], name: str, now: datetime) -> LogRecord:
    value, kind = score.get("value"), score.get("dataType")
    facts: dict[str, str | float] = {"gen_ai.evaluation.name": name, "langfuse.score.id": _text(score.get("id"))}
    if isinstance(value, bool | int | float):
        facts["gen_ai.evaluation.score.value"] = float(value)
    if kind == "BOOLEAN" or isinstance(value, bool):
        facts["gen_ai.evaluation.score.label"] = "true" if str(value).lower() in _TRUE else "false"
    elif isinstance(value, str) and kind not in _FREE_TEXTS:
        facts["gen_ai.evaluation.score.label"] = value[:NAME_CHARS]
    for key, field in (("session.id", "sessionId"), ("langfuse.environment", "environment")):
        if found := _text(score.get(field)):
            facts[key] = found
    at = int(_at(score.get("timestamp"), now).timestamp() * 1_000_000) * 1_000
    return LogRecord(
        time_unix_nano=at,
        event_name=_EVENT,
        trace_id=_id(score.get("traceId"), 32),
        span_id=_id(score.get("observationId"), 16),
        attributes=[KeyValue(key=key, value=_value(fact)) for key, fact in facts.items() if fact != ""],
    )


def _request(records: list[LogRecord]) -> bytes:
    request = ExportLogsServiceRequest()
    of_scope = request.resource_logs.add().scope_logs.add()
    of_scope.scope.name = SCOPE
    of_scope.log_records.extend(records)
    encoded: bytes = request.SerializeToString()
    return encoded


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(f"the body is not JSON: {error}") from None


def _list(told: Any, expected: str) -> list[Any]:
    if not isinstance(told, list):
        raise Refused(f"the body is not what Langfuse's SDKs send: {expected} is expected")
    if len(told) > MOST_SCORES:
        raise Refused(f"the body holds {len(told)} scores; send at most {MOST_SCORES} at a time", 413)
    return told


def _text(value: Any) -> str:
    return value[:NAME_CHARS] if isinstance(value, str) else ""


def _id(value: Any, digits: int) -> bytes:
    text = value.lower() if isinstance(value, str) else ""
    usable = len(text) == digits and _HEX.fullmatch(text) is not None and text.strip("0") != ""
    return bytes.fromhex(text) if usable else b""


def _at(value: Any, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else now
    except ValueError:
        return now
    if at.year not in _YEARS:
        return now
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _value(fact: str | float) -> AnyValue:
    return AnyValue(string_value=fact) if isinstance(fact, str) else AnyValue(double_value=fact)
