"""Room 4 of a span's way: columns → canonical records, in one pass over whole columns for all dialects at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from ingest.reading import checks, kept, operations, roles, usage, words
from ingest.reading.dialect import Aliases, Dialect
from ingest.reading.events import from_events
from ingest.reading.present import first_present
from ingest.reading.recognise import recognise
from ingest.reading.unknown import UNKNOWN, speak_of_tokens
from ingest.wire import Columns

# "id": "chatcmpl-…", in a response as recorded or in what redaction left of it, be it quoted once or twice.
_RESPONSE_ID: Final = r'\\?"id\\?"\s*:\s*\\?"((?:chatcmpl-|cmpl-|resp_|msg_|gen-|embd-|rerank-)[^"\\]+)'

_SPAN: Final = (
    *("row", "entry", "trace_id", "span_id", "parent_span_id", "started_at", "ended_at", "name", "status"),
    *("service", "resource_id", "scope_name", "scope_version", "dialect", "dialect_rank", "role", "operation"),
    *("purpose", "provider", "request_model", "response_model", "response_id", "service_tier"),
    *("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other", "audio_in"),
    *("output_text", "reasoning", "audio_out", "cache_decided_by", "incomplete_because", "reported_cost_usd"),
    *("team", "workflow", "cost_centre", "environment", "user_id", "task_id", "prompt_name", "prompt_version"),
    *("tool_name", "agent_name", "finish_reason", "error_type", "streamed", "ttft_ms", "quality", "attributes"),
    *("signal", "instance_id", "session_id"),
)
# What a span of a request, of an agent or of a tool says at least one of.
_WORDS: Final = (
    *("operation", "request_model", "response_model", "response_id", "response_text", "tool_name", "agent_name"),
    *("input", "input_uncached", "output", "output_visible", "total", "cache_read", "cache_write", "reasoning"),
    *("guard_name", "guard_result", "evaluation_name", "evaluation_score", "outcome"),
)
# Which process and which session sent it: how a metric finds the calls it counted.
_SOURCE: Final = ("service", "instance_id", "session_id")
_OWNER: Final = (
    *("team", "workflow", "cost_centre", "environment", "user_id", "task_id", "prompt_name", "prompt_version"),
    "purpose",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of four tables, as migrations/0001_spans.sql describes them.

    `spans` has `row` and `entry` (index into the entries) in place of what only the loader knows; `checks` and
    `outcomes` name their span by `row`; `resources` are distinct.
    """

    spans: pl.DataFrame
    checks: pl.DataFrame
    outcomes: pl.DataFrame
    resources: pl.DataFrame


def read(columns: Columns, dialects: Sequence[Dialect], owners: Aliases) -> Reading:
    """Read every span in its dialect; the first of `dialects` that recognises it speaks for it.

    `owners` spell team, workflow, user and so on; they hold for every dialect, on the span first, then on its
    resource.
    """
    spoken = (*dialects, UNKNOWN)
    dialect_no = recognise(columns, spoken).fill_null(len(dialects))
    aliases = {number: {**owners, **spoken[number].aliases} for number in dialect_no.unique()}
    present = first_present(columns.attributes, dialect_no, aliases)
    resources = kept.resources(columns.resources, columns.resource_count)
    spans = pl.concat(
        [
            columns.spans,
            present.fields,
            from_events(columns),
            _speaking(columns, present.fields.with_columns(dialect_no.alias("dialect_no")), spoken),
        ],
        how="horizontal",
    )
    spans = _amended(_with_resource(spans, columns, owners, resources), spoken)
    spans = _finished(_counted(_named(spans, spoken), spoken))
    spans = spans.with_columns(kept.left_over(columns.attributes, present.won, spans["doubt"].is_not_null()))
    return Reading(
        spans=spans.select(_SPAN),
        checks=checks.checks(spans, columns),
        outcomes=checks.outcomes(spans),
        resources=resources.unique("resource_id", keep="first", maintain_order=True),
    )


def _speaking(columns: Columns, fields: pl.DataFrame, dialects: Sequence[Dialect]) -> pl.DataFrame:
    """For each span its `dialect_no`, and whether it is `unread`, and `speaks_of_tokens`.

    Unread is a span of an emitter nobody knows, and one of a known emitter that says nothing in the words we know.
    Those, and spans of which only the words are known, are asked whether some key speaks of tokens.
    """
    number = pl.col("dialect_no")
    by_marks = [no for no, dialect in enumerate(dialects) if not dialect.scopes]
    asked = fields.select(
        number,
        unread=(number == len(dialects) - 1) | pl.all_horizontal(pl.col(_WORDS).is_null()),
        stranger=number.is_in(by_marks),
    )
    of = asked.select(pl.col("unread") | pl.col("stranger")).to_series()
    speaking = speak_of_tokens(columns.attributes, of) if of.any() else of
    return asked.select("dialect_no", "unread", speaking.alias("speaks_of_tokens"))


def _with_resource(spans: pl.DataFrame, columns: Columns, owners: Aliases, resources: pl.DataFrame) -> pl.DataFrame:
    """Owners the span does not name, from its resource; and the resource's own id."""
    one = pl.Series([0], dtype=pl.UInt8).new_from_index(0, columns.resource_count)
    said = first_present(columns.resources, one, {0: owners}).fields
    of_span = pl.concat([said.select(*_SOURCE, *_OWNER), resources.select("resource_id")], how="horizontal")
    told = of_span[spans["resource"]]
    return spans.with_columns(
        *(pl.coalesce(pl.col(name), told[name]).alias(name) for name in (*_SOURCE, *_OWNER)), told["resource_id"]
    )


def _amended(spans: pl.DataFrame, dialects: Sequence[Dialect]) -> pl.DataFrame:
    """The spans as their dialects put them right; where none of them does, nothing is moved."""
    if not any(dialects[number].amend for number in spans["dialect_no"].unique()):
        return spans
    lots = []
    for (number,), own in spans.group_by("dialect_no", maintain_order=True):
        amend = dialects[int(number)].amend
        lots.append(amend(own) if amend else own)
    return pl.concat(lots).sort("row")


def _named(spans: pl.DataFrame, dialects: Sequence[Dialect]) -> pl.DataFrame:
    """Names in one spelling: operation, role by its name, provider, models, finish reason."""
    return spans.with_columns(
        *operations.meanings(spans, dialects),
        *words.billed(spans).get_columns(),
        words.finish_reason(),
        words.service_tier(),
        words.flag("streamed"),
        pl.coalesce("response_id", pl.col("response_text").str.extract(_RESPONSE_ID)).alias("response_id"),
        pl.coalesce("error_type", "exception_type").alias("error_type"),
        pl.Series("dialect", [dialect.name for dialect in dialects]).gather(spans["dialect_no"]),
        pl.Series("dialect_rank", [dialect.rank for dialect in dialects], dtype=pl.Int8).gather(spans["dialect_no"])
        + _second(spans, dialects),
        pl.Series("silent_calls", [dialect.silent_calls for dialect in dialects], dtype=pl.String).gather(
            spans["dialect_no"]
        ),
    )


def _second(spans: pl.DataFrame, dialects: Sequence[Dialect]) -> pl.Series:
    """1 for whichever of a request's span and its log record knows less."""
    by_record = pl.Series([dialect.records_know_better for dialect in dialects]).gather(spans["dialect_no"])
    return ((spans["signal"] == "log") != by_record).cast(pl.Int8)


def _counted(spans: pl.DataFrame, dialects: Sequence[Dialect]) -> pl.DataFrame:
    """Roles from names and counts, then counts as disjoint classes."""
    spans = spans.with_columns(*usage.counts(), *usage.outside(spans, dialects))
    spans = spans.with_columns(roles.role(), *usage.without_false_zeros())
    classes = usage.disjoint(spans)
    return spans.drop(set(classes.columns) & set(spans.columns)).hstack(classes)


def _finished(spans: pl.DataFrame) -> pl.DataFrame:
    seconds = pl.col("ttft_s").cast(pl.Float64, strict=False) * 1000
    since_start = (pl.col("first_token_at") - pl.col("started_at")).dt.total_milliseconds()
    ttft = pl.coalesce(pl.col("ttft_ms").cast(pl.Float64, strict=False), seconds, since_start)
    cost = pl.col("reported_cost_usd").cast(pl.Decimal(18, 12), strict=False)
    return spans.with_columns(
        roles.purpose(),
        roles.incomplete_because(),
        pl.when(ttft >= 0).then(ttft.round()).cast(pl.Int64, strict=False).alias("ttft_ms"),
        cost.alias("reported_cost_usd"),
        pl.coalesce("quality", checks.unknown_outcome()).alias("quality"),
    )
