"""Read anybody's CSV of spend: in the spellings that exports have, with a sentence for what is no spend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl

NEEDED = ("series_id", "ts", "cost_usd")
USAGE = ("calls", "input_tokens", "output_tokens")  # what a driver is told from, where the file knows it
SEPARATORS = ",;\t"
COMMA_COUNTRIES = ";"  # this separator stands where the comma stands in numbers
MIDNIGHT = r"^[0-9-/]{10}([Tt ]00(:00)?(:00)?(\.0+)?( ?Z| ?z| ?UTC| ?[+-][0-9:]+)?)?$"
DAY = 24  # hours
DAILY = "its rows are days: each was judged as 24 equal hours, so of an incident's beginning only the day is known"
FORMATS = ("%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M%:z")
LARGEST = 1e15  # dollars or tokens in one row: what is above is no spend of anybody's
LONGEST = timedelta(days=5 * 366)  # a single wrong year would have every hour of centuries looked at
MOST_CELLS = 50_000_000  # series × hours: two thousand series of nearly three years, in some gigabytes


class NoSpend(ValueError):
    """A file is no spend; the sentence says what is wrong with it and where."""


@dataclass(frozen=True, slots=True)
class SpendFile:
    """The hours of a file: series_id, hour_at (naive UTC), cost_usd and USAGE; and in words how else it was read."""

    rows: pl.DataFrame
    remarks: tuple[str, ...] = ()


def read_spend(file: Path) -> SpendFile:
    """The spend of a CSV; raises NoSpend for what is none.

    Columns stand in any order, separated by commas, semicolons or tabs. A row without a cost is an hour of which
    nothing is known, as one that is absent; one with a negative cost is a credit, which undoes no use. Where calls or
    tokens are blank, or have no column, they are unknown: zero. Where all rows begin at midnight they are days, and
    each is shared out over its hours.
    """
    texts = _texts(file)
    read = texts.with_columns(
        *(_number(name).alias(name) for name in ("cost_usd", *USAGE)),
        _instants(texts["ts"]).alias("hour_at"),
    )
    _refuse_what_is_none(file, texts, read)
    unknown, credit = pl.col("cost_usd").is_null(), pl.col("cost_usd") < 0
    kept = read.filter(~unknown & ~credit.fill_null(value=False))
    untold = pl.any_horizontal(pl.col(name).is_null() for name in USAGE)
    is_daily = rows_are_days(texts["ts"])
    remarks = (
        DAILY if is_daily else "",
        "" if read.height else "it has no rows",
        _told(read.filter(unknown).height, "without a cost: such an hour counts as unknown"),
        _told(read.filter(credit).height, "with a negative cost left out: a credit undoes no use"),
        _told(kept.filter(untold).height, "without calls or tokens: such an hour tells no driver"),
    )
    usage = [pl.when(untold).then(0.0).otherwise(pl.col(name)).alias(name) for name in USAGE]
    _refuse_what_is_too_long(file, kept)
    hours = kept.with_columns(usage)
    return SpendFile(_shared_out(hours) if is_daily else hours, tuple(filter(None, remarks)))


def rows_are_days(texts: pl.Series) -> bool:
    """Whether every row begins at midnight, by its own clock: nobody's hours do."""
    return len(texts) > 1 and bool(texts.str.contains(MIDNIGHT).all())


def _shared_out(days: pl.DataFrame) -> pl.DataFrame:
    """Each row as 24 rows, an hour apart, with a part of its amounts."""
    hours = pl.DataFrame({"hour": [timedelta(hours=hour) for hour in range(DAY)]})
    amounts = [pl.col(name) / DAY for name in ("cost_usd", *USAGE)]
    return days.join(hours, how="cross").with_columns(pl.col("hour_at") + pl.col("hour"), *amounts).drop("hour")


def _texts(file: Path) -> pl.DataFrame:
    """The file's cells as texts, blank ones None, under their columns' names in small letters."""
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            head = lines.readline()
        separator = max(SEPARATORS, key=head.count)
        texts = pl.read_csv(file, infer_schema=False, separator=separator)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NoSpend(f"{file} cannot be read as CSV: {str(error).splitlines()[0]}") from error
    names = [name.strip().lower() for name in texts.columns]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise NoSpend(
            f"{file} has no column {', '.join(missing)}; "
            f"it needs {', '.join(NEEDED)}, and may have {', '.join(USAGE)}, team, workflow and model"
        )
    texts = texts.rename(dict(zip(texts.columns, names, strict=True)))
    texts = texts.select(
        pl.col(name).str.strip_chars() for name in (*NEEDED, *(each for each in USAGE if each in names))
    )
    texts = texts.with_columns(pl.lit(None, pl.String).alias(name) for name in USAGE if name not in names)
    if separator in COMMA_COUNTRIES:
        texts = texts.with_columns(pl.col("cost_usd", *USAGE).str.replace(",", ".", literal=True))
    texts = texts.with_columns(pl.when(pl.all() != "").then(pl.all())).with_row_index("line", 2)
    return texts.filter(~pl.all_horizontal(pl.col(*NEEDED, *USAGE).is_null()))


def _number(name: str) -> pl.Expr:
    """The column's numbers; NaN for what is none, so that only a blank is None."""
    number = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(pl.col(name).is_not_null()).then(number.fill_null(float("nan")))


def _refuse_what_is_none(file: Path, texts: pl.DataFrame, read: pl.DataFrame) -> None:
    """Raise for the first row that says something which is no series, no instant or no amount."""
    allowed = {
        "series_id": pl.col("series_id").is_not_null(),
        "ts": pl.col("hour_at").is_not_null(),
        "cost_usd": pl.col("cost_usd").abs() < LARGEST,
        **{name: (pl.col(name) >= 0) & (pl.col(name) < LARGEST) for name in USAGE},
    }
    for name, fits in allowed.items():
        bad = texts.filter(read.select(~fits.fill_null(value=name not in {"series_id", "ts"})).to_series())
        if bad.height:
            raise NoSpend(f"{file}, line {bad['line'][0]}: {name} is {bad[name][0]!r}; {_wanted(name)}")


def _wanted(name: str) -> str:
    if name == "series_id":
        return "name the series that the row is of"
    if name == "ts":
        return "write an instant such as 2026-10-03T14:00:00Z"
    least = "" if name == "cost_usd" else " that is not negative and"
    return f"write a number{least} below 1e15, with a point before its decimals"


def _refuse_what_is_too_long(file: Path, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    first, last = rows.select(pl.col("hour_at").min().alias("first"), pl.col("hour_at").max().alias("last")).row(0)
    span = last - first
    if span > LONGEST:
        raise NoSpend(f"{file} goes from {first:%Y-%m-%d} to {last:%Y-%m-%d}; five years are looked at, at most")
    series = rows["series_id"].n_unique()
    if series * (span // timedelta(hours=1) + 1) > MOST_CELLS:
        raise NoSpend(
            f"{file} has {series:,} series over {span.days:,} days; give fewer series, or fewer days, at once"
        )


def _told(rows: int, what: str) -> str:
    return f"{rows:,} row{'s' if rows > 1 else ''} {what}" if rows else ""


def _instants(texts: pl.Series) -> pl.Series:
    """Naive UTC hours of ISO 8601 with an offset, with Z or UTC, or without one (then UTC); a space may be the T."""
    text = (
        pl.col("text")
        .str.replace(r"^([0-9]{4})/([0-9]{2})/([0-9]{2})", "${1}-${2}-${3}")
        .str.replace(r"^([0-9-]{10})[ t]", "${1}T")
        .str.replace(r" ?(Z|z|UTC)$", "+00:00")
        .str.replace(r"(:[0-9.]+) ?([+-][0-9]{2})$", "${1}${2}:00")
    )
    text = text.str.replace(r"^([0-9-]{10})$", "${1}T00:00").str.replace(r"T([0-9]{2})$", "T${1}:00")
    text = text.str.replace(r"^([0-9-]{10}T[0-9:.]+)$", "${1}+00:00")
    parsed = [text.str.to_datetime(each, time_unit="us", strict=False) for each in FORMATS]
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(pl.coalesce(parsed).dt.replace_time_zone(None).dt.truncate("1h"))["text"]
