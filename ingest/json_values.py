"""Values of OTLP/JSON: how numbers, ids, texts and attributes are written, and what is wrong with one that is not."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any, Final, Self

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

INT64: Final = (-(2**63), 2**63 - 1)
UINT64: Final = (0, 2**64 - 1)
UINT32: Final = (0, 2**32 - 1)
INT32: Final = (-(2**31), 2**31 - 1)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(?:\.0{1,20})?", re.ASCII)
_DOUBLE: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|NaN|-?Infinity", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z0-9_.+-]{0,20}")
_SHOWN: Final = 40


class Wrong(ValueError):
    """A value that breaks a rule of OTLP/JSON; the path to it grows on the way out."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = ""

    def within(self, part: str) -> Self:
        """The same, seen from one level further out."""
        dot = "." if self.path and self.path[0] not in "[(" else ""
        self.path = f"{part}{dot}{self.path}"
        return self

    def __str__(self) -> str:
        return f"{self.path} {self.problem}"


def kind(value: Any) -> str:
    """What a JSON value is, in words; never its content."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def mapped(value: Any) -> dict[str, Any]:
    """An object; null is an empty one."""
    if value is None:
        return {}
    if type(value) is not dict:
        raise Wrong(f"is {kind(value)}; an object is expected")
    return value


def listed(told: dict[str, Any], name: str) -> list[Any]:
    """The list in a field; absent and null are an empty one."""
    value = told.get(name)
    if value is None:
        return []
    if type(value) is not list:
        raise Wrong(f"is {kind(value)}; a list is expected").within(name)
    return value


def text(told: dict[str, Any], name: str) -> str:
    """The text in a field, '' when absent; it has to be writable as UTF-8."""
    value = told.get(name)
    if value is None:
        return ""
    try:
        return _text(value)
    except Wrong as wrong:
        raise wrong.within(name) from None


def integer(told: dict[str, Any], name: str, between: tuple[int, int]) -> int:
    """The integer in a field, 0 when absent."""
    value = told.get(name)
    if value is None:
        return 0
    try:
        return _integer(value, between)
    except Wrong as wrong:
        raise wrong.within(name) from None


def double(told: dict[str, Any], name: str) -> float:
    """The number in a field that may have a fraction, 0 when absent; 'NaN' and 'Infinity' are numbers too."""
    value = told.get(name)
    if value is None:
        return 0.0
    try:
        return _double(value)
    except Wrong as wrong:
        raise wrong.within(name) from None


def number_of_enum(told: dict[str, Any], name: str) -> Any:
    """The number of an enum; its name is not allowed in OTLP/JSON."""
    if isinstance(told.get(name), str):
        raise Wrong(f"is {_shown(told[name])}; enums are numbers in OTLP/JSON").within(name)
    return integer(told, name, INT32)


def hexadecimal(told: dict[str, Any], name: str, digits: int, *, required: bool = True) -> bytes:
    """The id in a field, as bytes; '' stands for no id where none is required."""
    value = told.get(name)
    if not value and not required:
        return b""
    if type(value) is not str:
        raise Wrong(f"is {kind(value)}; {digits} hexadecimal digits are expected").within(name)
    if len(value) != digits:
        raise Wrong(f"is {len(value)} characters long; {digits} hexadecimal digits are expected").within(name)
    try:
        return binascii.unhexlify(value)
    except ValueError:
        raise Wrong(f"is {_shown(value)}; {digits} hexadecimal digits are expected").within(name) from None


def attributes(told: dict[str, Any], name: str, into: Any, depth: int) -> None:
    """Append the attributes in a field to a repeated KeyValue; `depth` levels of lists and maps are allowed."""
    for n, each in enumerate(listed(told, name)):
        try:
            attribute(each, into.add(), depth)
        except Wrong as wrong:
            raise wrong.within(f"{name}[{n}]") from None


def attribute(told: Any, into: KeyValue, depth: int) -> None:
    """Fill one attribute."""
    if not _is_usual(told, into):
        into.Clear()
        pair = mapped(told)
        into.key = text(pair, "key")
        try:
            any_value(pair.get("value"), into.value, depth)
        except Wrong as wrong:
            raise wrong.within(f"({into.key[:80]})") from None


def _is_usual(told: Any, into: KeyValue) -> bool:
    """Fill what nearly every attribute is, a text or an integer, at a third of the cost; false when it is not."""
    try:
        into.key = told["key"]
        [(name, value)] = told["value"].items()
        if name == "stringValue":
            into.value.string_value = value
            return True
        if name == "intValue" and (type(value) is int or (value.isdecimal() and value.isascii())):
            into.value.int_value = int(value)
            return True
    except (TypeError, KeyError, AttributeError, ValueError):
        return False
    return False


def any_value(told: Any, into: AnyValue, depth: int) -> None:
    """Fill an AnyValue; no field, or only fields nobody knows, leave it without a value."""
    known = [(name, value) for name, value in mapped(told).items() if value is not None and name in _PUT]
    if len(known) > 1:
        raise Wrong(f"has {' and '.join(name for name, _ in known)}; one value is expected").within("value")
    for name, value in known:
        try:
            _PUT[name](value, into, depth)
        except Wrong as wrong:
            raise wrong.within(f"value.{name}") from None


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Wrong(f"is {kind(value)}; a text is expected")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Wrong("holds half a surrogate pair or bytes that are not UTF-8") from None
    return value


def _integer(value: Any, between: tuple[int, int]) -> int:
    """Written as a number (5, 5.0) or as a text ("5")."""
    if type(value) is str and _DECIMAL.fullmatch(value):
        number = int(value.partition(".")[0])
    elif type(value) is int:
        number = value
    elif type(value) is float and value.is_integer() and abs(value) <= 2.0**64:
        number = int(value)
    else:
        raise Wrong(f"is {_shown(value)}; an integer is expected")
    if not between[0] <= number <= between[1]:
        raise Wrong(f"is {_shown(value)}; it does not fit its field (from {between[0]} to {between[1]})")
    return number


def _put_text(value: Any, into: AnyValue, _depth: int) -> None:
    into.string_value = _text(value)


def _put_integer(value: Any, into: AnyValue, _depth: int) -> None:
    into.int_value = _integer(value, INT64)


def _put_bool(value: Any, into: AnyValue, _depth: int) -> None:
    if type(value) is not bool:
        raise Wrong(f"is {kind(value)}; true or false is expected")
    into.bool_value = value


def _double(value: Any) -> float:
    """Written as a number, or as a text ("0.5", "NaN")."""
    if type(value) is str and _DOUBLE.fullmatch(value):
        return float(value)
    if type(value) not in {int, float}:
        raise Wrong(f"is {_shown(value)}; a number is expected")
    try:
        return float(value)
    except OverflowError:
        raise Wrong("is larger than any double") from None


def _put_double(value: Any, into: AnyValue, _depth: int) -> None:
    into.double_value = _double(value)


def _put_bytes(value: Any, into: AnyValue, _depth: int) -> None:
    digits = _text(value).replace("-", "+").replace("_", "/")
    try:
        into.bytes_value = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except ValueError:
        raise Wrong("is not base64") from None


def _put_array(value: Any, into: AnyValue, depth: int) -> None:
    into.array_value.SetInParent()
    for n, each in enumerate(listed(_deeper(value, depth), "values")):
        try:
            any_value(each, into.array_value.values.add(), depth - 1)
        except Wrong as wrong:
            raise wrong.within(f"values[{n}]") from None


def _put_map(value: Any, into: AnyValue, depth: int) -> None:
    into.kvlist_value.SetInParent()
    attributes(_deeper(value, depth), "values", into.kvlist_value.values, depth - 1)


def _deeper(value: Any, depth: int) -> dict[str, Any]:
    if depth == 0:
        raise Wrong("is nested too deep")
    return mapped(value)


def _shown(value: Any) -> str:
    """A number or a word as it stands; of a text only its length, because it may be a prompt in the wrong place."""
    if isinstance(value, str) and not _WORD.fullmatch(value):
        return f"a text of {len(value)} characters"
    shown = repr(value) if isinstance(value, str | int | float | bool) else kind(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


_PUT: Final[dict[str, Callable[[Any, AnyValue, int], None]]] = {
    "stringValue": _put_text,
    "intValue": _put_integer,
    "doubleValue": _put_double,
    "boolValue": _put_bool,
    "arrayValue": _put_array,
    "kvlistValue": _put_map,
    "bytesValue": _put_bytes,
}
