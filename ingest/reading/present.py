"""The first spelling that is present wins: attributes by any of their names become one column a field."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

import orjson
import polars as pl

from ingest.limits import Limits
from ingest.reading.dialect import Aliases, Field, Inside
from ingest.residue import OPENING, residue
from ingest.texts import Carries, carries
from ingest.wire import Attributes

FIELDS: Final[tuple[Field, ...]] = get_args(Field)
# Emitters put whole responses into one attribute; what we look for in them fits into this many characters.
LARGEST_TEXT: Final = 1_000_000
LARGEST_REPR: Final = 64_000
# What is no name and no number, but a document or a sentence: it stays as it is.
_DOCUMENTS: Final[frozenset[Field]] = frozenset(("response_text", "finish_reason", "hint", "doubt", "gap"))

# What Python prints of a record of numbers: CrewAI's "total_tokens=142 prompt_tokens=101".
_PRINTED_FIELD: Final = re.compile(r"([A-Za-z_]\w{0,63})=(-?\d{1,20})(?!\S)")
_PRINTED: Final = re.compile(r"[A-Za-z_]\w{0,63}=-?\d{1,20}(?: [A-Za-z_]\w{0,63}=-?\d{1,20})*")

_TABLE: Final = {"dialect_no": pl.UInt8, "key": pl.UInt32, "path": pl.UInt16, "field": pl.UInt32, "priority": pl.UInt16}


@dataclass(frozen=True, slots=True)
class Present:
    """`fields`: one text column a field, one row a thing. `won`: of each attribute pair, the field that took it."""

    fields: pl.DataFrame
    won: pl.Series


def first_present(attributes: Attributes, dialect_of: pl.Series, aliases: Mapping[int, Aliases]) -> Present:
    """Read the fields of `len(dialect_of)` things, each by the aliases of its dialect's number (null = none).

    A null or empty value is not present. Everything happens on whole columns; only values inside a JSON text are
    opened one by one.
    """
    table, places = _table(attributes.names, aliases)
    pairs = attributes.pairs.with_columns(dialect_no=dialect_of.gather(attributes.pairs["row"])).with_row_index("at")
    hits = pairs.join(table, on=["dialect_no", "key"]).filter(pl.col("value") != "")
    plain = hits.filter(pl.col("path").is_null())
    inside = _opened(hits.filter(pl.col("path").is_not_null()), places)
    found = pl.concat([plain.select(inside.columns), inside]) if inside.height else plain.select(inside.columns)
    found = _unquoted_values(found.with_columns(value=_response_texts(found)))
    if found["priority"].max():
        found = found.sort("priority", descending=True)
    return _columns(found, len(dialect_of), attributes.pairs.height)


def _table(names: pl.Series, aliases: Mapping[int, Aliases]) -> tuple[pl.DataFrame, list[Inside]]:
    number_of = {name: number for number, name in enumerate(names.to_list())}
    places: list[Inside] = []
    rows: list[tuple[int, int, int | None, int, int]] = []
    for dialect_no, of_dialect in aliases.items():
        for field, spellings in of_dialect.items():
            priority = -1  # counted among the spellings that are there, so that most fields have the one and no order
            for spelling in spellings:
                key = number_of.get(spelling.key if isinstance(spelling, Inside) else spelling)
                if key is None:
                    continue
                priority += 1
                path = None
                if isinstance(spelling, Inside):
                    path = len(places)
                    places.append(spelling)
                rows.append((dialect_no, key, path, FIELDS.index(field), priority))
    return pl.DataFrame(rows, schema=_TABLE, orient="row"), places


def _columns(found: pl.DataFrame, things: int, pairs: int) -> Present:
    # One cell per field and thing, written in falling order of priority, so the last to write is the first spelling.
    cells = pl.Series([None], dtype=pl.UInt32).new_from_index(0, things * len(FIELDS))
    cell = found.select(pl.col("field").cast(pl.UInt64) * things + pl.col("row")).to_series()
    cells = cells.scatter(cell, pl.int_range(found.height, dtype=pl.UInt32, eager=True))
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, things)
    seen = set(found["field"].unique())
    fields: dict[str, pl.Series] = {}
    for number, field in enumerate(FIELDS):
        fields[field] = found["value"].gather(cells.slice(number * things, things)) if number in seen else nothing
    winners = found.gather(cells.drop_nulls()).filter(pl.col("at").is_not_null())
    won = pl.Series([None], dtype=pl.UInt32).new_from_index(0, pairs).scatter(winners["at"], winners["field"])
    return Present(pl.DataFrame(fields), won)


def _opened(hits: pl.DataFrame, places: list[Inside]) -> pl.DataFrame:
    schema = {"at": pl.UInt32, "row": pl.UInt32, "field": pl.UInt32, "priority": pl.UInt16, "value": pl.String}
    return pl.DataFrame(list(_values(hits.sort("at"), places)), schema=schema, orient="row")


def _values(hits: pl.DataFrame, places: list[Inside]) -> Iterator[tuple[None, int, int, int, str]]:
    opened, document = -1, None
    for at, row, value, path, field, priority in hits.select(
        "at", "row", "value", "path", "field", "priority"
    ).iter_rows():
        if at != opened:
            is_text = carries(places[path].key) is Carries.TEXT
            opened, document = at, _document(_told(value) if is_text else value)
        text = _text(document, places[path])
        if text:
            yield None, row, field, priority, text


def _unquoted_values(found: pl.DataFrame) -> pl.DataFrame:
    """Names and numbers without blanks around them, or the quotes of an emitter that writes strings as JSON."""
    value = pl.col("value").str
    edged = value.starts_with('"') | value.ends_with('"') | value.starts_with(" ") | value.ends_with(" ")
    documents = [FIELDS.index(field) for field in _DOCUMENTS]
    quoted = found.select(edged & ~pl.col("field").is_in(documents)).to_series()
    if not quoted.any():
        return found
    bare = pl.when(quoted).then(value.strip_chars(' "')).otherwise("value")
    return found.with_columns(value=bare).filter(pl.col("value") != "")


def _response_texts(found: pl.DataFrame) -> pl.Expr:
    of_response = (pl.col("field") == FIELDS.index("response_text")) & ~pl.col("value").str.starts_with(OPENING)
    if not found.select(of_response.any()).item():
        return pl.col("value")
    return pl.when(of_response).then(pl.col("value").map_elements(_told, return_dtype=pl.String)).otherwise("value")


def _told(text: str) -> str:
    """What a text tells beside its words; a text that was kept tells the same as one that was dropped."""
    return text if text.startswith(OPENING) else residue(text, Limits().residue_bytes)


def _document(text: str) -> Any:
    if len(text) > LARGEST_TEXT:
        return None
    if text[:1] == '"':
        text = _unquoted(text)
    if text[:1] not in ("{", "["):
        return dict(_PRINTED_FIELD.findall(text)) if len(text) <= LARGEST_REPR and _PRINTED.fullmatch(text) else None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    # LiteLLM and CrewAI send what Python's repr made of a dict; literal_eval builds values and runs nothing.
    # It warns of odd escapes, and refuses what is no literal in five ways.
    with warnings.catch_warnings(action="ignore"):
        try:
            return ast.literal_eval(text) if len(text) <= LARGEST_REPR else None
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None


def _unquoted(text: str) -> str:
    """A JSON text that was written as a JSON string once more."""
    try:
        inner = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    return inner if isinstance(inner, str) else ""


def _text(document: Any, place: Inside) -> str | None:
    company: Any = None
    for step in place.path:
        company, document = document, _stepped(document, step)
    if place.beside and _stepped(company, place.beside) is None:
        return None
    if isinstance(document, bool):
        return "true" if document else "false"
    return str(document) if isinstance(document, str | int | float) else None


def _stepped(document: Any, step: str) -> Any:
    if isinstance(document, list):
        return document[int(step)] if step.isdecimal() and int(step) < len(document) else None
    return document.get(step) if isinstance(document, dict) else None
