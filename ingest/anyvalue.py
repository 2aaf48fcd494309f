"""An attribute's value as text: the one form in which every dialect reads it."""

from __future__ import annotations

import base64
from typing import Any, Final

import orjson
import polars as pl
import pyarrow as pa
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

_LISTS: Final[dict[str, type[ArrayValue | KeyValueList]]] = {"array_value": ArrayValue, "kvlist_value": KeyValueList}


def texts(values: pa.StructArray) -> pl.Series:
    """The canonical text of each AnyValue, as `otlp_view` gives them.

    Strings as they are, ints decimal, doubles shortest round trip, bools true/false, bytes base64, lists and maps
    as JSON; a value with nothing in it is null.
    """
    # Most values are strings: they stay where they are, and the texts of the others are put between them.
    strings = pl.Series("value", values.field("string_value"), dtype=pl.String)
    others = [
        pl.Series(values.field(name))
        for name in ("int_value", "double_value", "bool_value", "bytes_value")
        if values.field(name).null_count < len(values)
    ]
    others += [
        _opened(values.field(name), kind)
        for name, kind in _LISTS.items()
        if values.field(name).null_count < len(values)
    ]
    if not others:
        return strings
    places = pl.concat([other.is_not_null().arg_true() for other in others])
    return strings.scatter(places, pl.concat([_as_text(other.drop_nulls()) for other in others]))


def _as_text(values: pl.Series) -> pl.Series:
    return values.bin.encode("base64") if values.dtype == pl.Binary else values.cast(pl.String)


def plain(value: AnyValue) -> Any:
    """An AnyValue as the Python value JSON would hold: dict, list, str, int, float, bool or None."""
    which = value.WhichOneof("value")
    if which == "array_value":
        return [plain(item) for item in value.array_value.values]
    if which == "kvlist_value":
        return {pair.key: plain(pair.value) for pair in value.kvlist_value.values}
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return getattr(value, which) if which else None


def _opened(column: pa.BinaryArray, kind: type[ArrayValue | KeyValueList]) -> pl.Series:
    # Lists repeat (a finish reason on every span), so each distinct one is opened once. In polars: for an Arrow array
    # of Python's strings pyarrow loads pandas first.
    encoded = column.dictionary_encode()
    opened = pl.Series([_json(body, kind) for body in encoded.dictionary.to_pylist()], dtype=pl.String)
    return opened.gather(pl.Series(encoded.indices))


def _json(body: bytes, kind: type[ArrayValue | KeyValueList]) -> str | None:
    try:
        message = kind.FromString(body)
    except DecodeError:
        return None
    value = AnyValue(array_value=message) if kind is ArrayValue else AnyValue(kvlist_value=message)
    return orjson.dumps(plain(value)).decode()
