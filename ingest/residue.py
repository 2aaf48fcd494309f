"""What is left of a text: its length, its digest, and the few facts a dialect looks for inside it.

Some emitters tell the provider's response id and usage nowhere but in the JSON of the completion. So a dropped text
leaves a small JSON object that can be searched as the text was:

    {"outlay": "text dropped", "length": 2704, "sha256": "…", "id": "chatcmpl-…", "model": "…",
     "service_tier": "flex", "functions": 1, "usage": {…}, "blocked": false}

`usage` stands under the name it had (`usage`, `usage_metadata`, …), because the name says what the numbers mean.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, Final

import orjson

from ingest.byte_search import search

MARK: Final = "text dropped"
OPENING: Final = f'{{"outlay":"{MARK}",'
# A text is searched this often for an id or a usage object: a stream or a history holds many, and the last is right.
MOST_FOUND: Final = 64
USAGE_DEPTH: Final = 3
USAGE_FIELDS: Final = 64

USAGE_NAMES: Final = ("usage", "usage_metadata", "usageMetadata", "token_usage", "usage_object")
# How providers' response ids begin.
ID_PREFIXES: Final = ("chatcmpl-", "resp_", "msg_", "cmpl-", "gen-", "embd-", "rerank-")
# As JSON, as JSON inside a JSON string, and as Python writes a dict.
_QUOTE: Final = r"\\?[\"']"
_ID: Final = re.compile(
    rf"{_QUOTE}(?:id|response_id|responseId){_QUOTE}\s*:\s*{_QUOTE}"
    rf"((?:{'|'.join(ID_PREFIXES)})[A-Za-z0-9_.-]{{1,120}})"
)
_MODEL: Final = re.compile(
    rf"{_QUOTE}(?:model|model_name|modelVersion|modelId|model_id){_QUOTE}\s*:\s*{_QUOTE}([A-Za-z0-9_.:/@-]{{1,120}}){_QUOTE}"
)
# What the request was charged as; no other word can stand here.
_TIERS: Final = "auto|default|standard|standard_only|flex|priority|scale|batch|reserved|on_demand"
_TIER: Final = re.compile(rf"{_QUOTE}service_tier{_QUOTE}\s*:\s*{_QUOTE}({_TIERS}){_QUOTE}")
# A tool of which only the name is told is a function of the program's own, and the client may call it by itself.
_FUNCTION: Final = re.compile(r'(?:^\[|, ?)\{"name": ?"[^"\\]{1,200}"\}(?=[,\]])')
# What all of these have in common: most texts hold none of it, as one look tells.
_may_tell: Final = search(*ID_PREFIXES, "model", "service_tier", "usage")
_USAGE: Final = re.compile(rf'"({"|".join(USAGE_NAMES)})"\s*:\s*(?=\{{)')
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
# The only fields of a usage object whose value is a word.
_WORD_FIELDS: Final = {"modality", "service_tier", "serviceTier", "trafficType", "inference_geo", "speed", "unit"}
_SHAPES: Final = {
    "service_tier": re.compile(f"{_TIERS}|absent"),
    "id": re.compile(r"[A-Za-z0-9_.-]{1,130}"),
    "model": re.compile(r"[A-Za-z0-9_.:/@-]{1,120}"),
}
# What a guard or a judge found, when that is all its text tells: switches and numbers, which are no text.
FINDINGS: Final = ("blocked", "triggered", "score")
LONGEST_FINDING: Final = 4_096
_SHA256: Final = re.compile("[0-9a-f]{64}")
_DECODER: Final = json.JSONDecoder()


def residue(text: str, most_bytes: int) -> str:
    """What to keep in place of a text; a residue is left as it is. A usage of more than `most_bytes` is not kept."""
    if is_residue(text, most_bytes):
        return text
    body = text.encode()
    told: dict[str, Any] = {"outlay": MARK, "length": len(text), "sha256": _digest(body)}
    if _may_tell(body) is not None:
        told.update(_told(text, most_bytes))
    if text.startswith("[") and '{"name"' in text and (functions := len(_FUNCTION.findall(text))):
        told["functions"] = min(functions, MOST_FOUND)
    told.update(_findings(text))
    return orjson.dumps(told).decode()


def residue_of_bytes(body: bytes) -> str:
    """What to keep in place of what is not a text: a list, a map, raw bytes."""
    return orjson.dumps({"outlay": MARK, "length": len(body), "sha256": _digest(body)}).decode()


def is_residue(text: str, most_bytes: int) -> bool:
    """Whether a text is a residue and nothing else; one that only begins like it may hide a text."""
    if not text.startswith(OPENING) or len(text) > most_bytes + 1_024:
        return False
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    if orjson.dumps(told).decode() != text:  # a key given twice, the first time with a text
        return False
    return (
        told.pop("outlay") == MARK
        and type(told.pop("length", None)) is int
        and _SHA256.fullmatch(str(told.pop("sha256", ""))) is not None
        and 0 <= _whole(told.pop("functions", 0)) <= MOST_FOUND
        and all(shape.fullmatch(str(told.pop(name, "absent"))) for name, shape in _SHAPES.items())
        and all(_is_finding(told.pop(name)) for name in FINDINGS if name in told)
        and all(name in USAGE_NAMES and _usage(value, USAGE_DEPTH) == value for name, value in told.items())
    )


def _told(text: str, most_bytes: int) -> dict[str, Any]:
    """The response's id, the model, the service tier and the usage that stand in a text."""
    told: dict[str, Any] = {}
    if any(prefix in text for prefix in ID_PREFIXES):
        told.update(_response_id(text))
    if "model" in text and (found := _MODEL.search(text)):
        told["model"] = found[1]
    if "service_tier" in text and (tiers := _TIER.findall(text)):
        told["service_tier"] = tiers[-1]
    usages = _usages(text)
    return told | usages if len(orjson.dumps(usages)) <= most_bytes else told


def _findings(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_FINDING or not text.startswith("{") or not any(name in text for name in FINDINGS):
        return {}
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return {name: told[name] for name in FINDINGS if _is_finding(told.get(name))}


def _is_finding(value: Any) -> bool:
    return isinstance(value, bool | int | float) and math.isfinite(value)


def _whole(number: Any) -> int:
    return number if type(number) is int else -1


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _response_id(text: str) -> dict[str, str]:
    found = [match[1] for _, match in zip(range(MOST_FOUND), _ID.finditer(text), strict=False)]
    # OpenAI's messages have ids of their own inside the response's.
    of_responses = [each for each in found if not each.startswith("msg_")]
    last = (of_responses or found)[-1:]
    return {"id": last[0]} if last else {}


def _usages(text: str) -> dict[str, Any]:
    if "usage" not in text:
        return {}
    found: dict[str, Any] = {}
    for _, match in zip(range(MOST_FOUND), _USAGE.finditer(text), strict=False):
        try:
            told, _end = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        if usage := _usage(told, USAGE_DEPTH):
            found[match[1]] = usage
    return found


def _usage(told: Any, depth: int) -> Any:
    """A usage object without anything that could be a text; None when nothing is left of it."""
    if isinstance(told, bool | int | float):
        return told
    if depth == 0:
        return None
    if isinstance(told, list):
        rows = [kept for each in told[:USAGE_FIELDS] if isinstance(each, dict) and (kept := _usage(each, depth - 1))]
        return rows or None
    if isinstance(told, dict):
        return {key: kept for key, kept in _fields(told, depth) if kept is not None} or None
    return None


def _fields(told: dict[str, Any], depth: int) -> list[tuple[str, Any]]:
    return [
        (key, value if _is_word(key, value) else _usage(value, depth - 1))
        for key, value in list(told.items())[:USAGE_FIELDS]
        if _FIELD.fullmatch(key)
    ]


def _is_word(key: str, value: Any) -> bool:
    return key in _WORD_FIELDS and isinstance(value, str) and _WORD.fullmatch(value) is not None
