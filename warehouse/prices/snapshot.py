"""Read a price list from a file: JSON or CSV, one line a price, as `outlay prices list --json` writes it.

Every line has `provider`, `model`, `token_class` and `usd_per_million`; it may have `service_tier` (standard),
`min_input_tokens` (0: requests from so many input tokens on), `from_minute` and `until_minute` of the UTC day (0 and
1440), `valid_from` and `valid_to` (days or instants in UTC) and `source`. JSON is a list of such objects, or an object
with the list under `lines`. A line tells a class's price for requests of every size and hour, unless other lines tell
some; a class that is billed as another follows it, unless the file tells its own; nothing else is said by a file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from warehouse.prices.book import PriceRefused, naive
from warehouse.prices.followers import followers
from warehouse.prices.tiers import STANDARD
from warehouse.prices.words import ALWAYS, FOREVER, TOKEN_CLASSES, WHOLE_DAY, PriceLine

_NEEDED = ("provider", "model", "token_class", "usd_per_million")
_OPTIONAL = ("service_tier", "min_input_tokens", "from_minute", "until_minute", "valid_from", "valid_to", "source")
# What `prices list --json` also says of a line, and a file need not.
_IGNORED = ("line_no", "layer", "usd_per_token", "book_version")
_PLACES = Decimal("0.000001")
MOST_LINES = 500_000


def read_snapshot(text: str, name: str) -> list[PriceLine]:
    """The list prices of a file's text; `name` is the file's name, from which the format and the source are taken.

    Raises PriceRefused with the line and the reason: an unknown column, class or number, or the same price twice.
    """
    rows = _json(text, name) if name.lower().endswith(".json") else _csv(text, name)
    lines = [_line(row, f"{name}, price {number}", name) for number, row in enumerate(rows, 1)]
    if not lines:
        raise PriceRefused(f"{name} has no prices; it needs {', '.join(_NEEDED)} for each")
    if len(lines) > MOST_LINES:
        raise PriceRefused(f"{name} has {len(lines):,} prices; a price list has fewer than {MOST_LINES:,}")
    _refuse_twice(lines, name)
    return [*lines, *_following(lines)]


def _json(text: str, name: str) -> Iterable[Mapping[str, Any]]:
    try:
        written = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise PriceRefused(f"{name} is not JSON: {error}") from None
    lines = written.get("lines") if isinstance(written, dict) else written
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise PriceRefused(f"{name} is neither a list of prices nor an object with such a list under 'lines'")
    return lines


def _csv(text: str, name: str) -> Iterable[Mapping[str, Any]]:
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if not set(_NEEDED) <= set(rows.fieldnames or ()):
        raise PriceRefused(f"{name} does not begin with a line of column names, {', '.join(_NEEDED)} among them")
    try:
        return list(rows)
    except csv.Error as error:
        raise PriceRefused(f"{name}, line {rows.line_num}: {error}") from None


def _line(row: Mapping[str, Any], where: str, name: str) -> PriceLine:
    told = {key: value for key, value in row.items() if value not in (None, "") and key not in _IGNORED}
    for key in _NEEDED:
        if key not in told:
            raise PriceRefused(f"{where}: {key} is missing")
    for key in told:
        if key not in _NEEDED + _OPTIONAL:
            raise PriceRefused(f"{where}: there is no column {key!r}; the columns are {', '.join(_NEEDED + _OPTIONAL)}")
    if told["token_class"] not in TOKEN_CLASSES:
        raise PriceRefused(f"{where}: there is no token class {told['token_class']!r}")
    line = PriceLine(
        layer="list",
        provider=str(told["provider"]),
        model=str(told["model"]),
        token_class=str(told["token_class"]),
        service_tier=str(told.get("service_tier", STANDARD)),
        min_input_tokens=_count(told, "min_input_tokens", 0, where),
        valid_from=_instant(told, "valid_from", ALWAYS, where),
        valid_to=_instant(told, "valid_to", FOREVER, where),
        usd_per_token=_usd(told["usd_per_million"], where) / 1_000_000,
        source=str(told.get("source", name)),
        from_minute=_count(told, "from_minute", WHOLE_DAY[0], where),
        until_minute=_count(told, "until_minute", WHOLE_DAY[1], where),
    )
    if not (line.valid_from < line.valid_to and line.from_minute < line.until_minute <= WHOLE_DAY[1]):
        raise PriceRefused(f"{where}: it ends before it begins")
    return line


def _usd(value: object, where: str) -> Decimal:
    try:
        usd = Decimal(str(value))
    except InvalidOperation:
        raise PriceRefused(f"{where}: {value!r} is no price; write US dollars per million tokens") from None
    if not usd.is_finite() or usd < 0 or usd >= 1_000_000_000:
        raise PriceRefused(f"{where}: {value!r} is no price; write US dollars per million tokens")
    # Lists that a float has been through have prices like 2.9999999999999996.
    return usd.quantize(_PLACES)


def _count(told: Mapping[str, Any], key: str, default: int, where: str) -> int:
    value = told.get(key, default)
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 15:
        raise PriceRefused(f"{where}: {key} = {value!r} is no whole number")
    return int(value)


def _instant(told: Mapping[str, Any], key: str, default: dt.datetime, where: str) -> dt.datetime:
    if key not in told:
        return default
    try:
        return naive(dt.datetime.fromisoformat(str(told[key])))
    except ValueError:
        raise PriceRefused(f"{where}: {key} = {told[key]!r} is no date; write 2026-11-01") from None


def _following(lines: Sequence[PriceLine]) -> Iterator[PriceLine]:
    told = {(line.provider, line.model, line.token_class, line.service_tier) for line in lines}
    for line in lines:
        for token_class in followers(line.provider, line.model, line.token_class):
            if (line.provider, line.model, token_class, line.service_tier) not in told:
                yield replace(line, token_class=token_class, source=f"{line.source}, as {line.token_class}")


def _refuse_twice(lines: Iterable[PriceLine], name: str) -> None:
    seen: dict[tuple[object, ...], dt.datetime] = {}
    for line in sorted(lines, key=lambda line: (*line.key, line.valid_from)):
        if line.valid_from < seen.get(line.key, ALWAYS):
            raise PriceRefused(
                f"{name} has two prices of {line.provider}/{line.model} ({line.token_class}, {line.service_tier}) "
                f"on {line.valid_from:%Y-%m-%d}"
            )
        seen[line.key] = line.valid_to
