"""What guardrails and evaluations found, and what became of a task: rows of `checks` and `outcomes`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final

import polars as pl

from ingest.outcomes import DEFAULT_KIND, DEFAULT_SOURCE, NUMBERS
from ingest.outcomes import STATUSES as OUTCOMES
from ingest.reading import verdicts
from ingest.reading.dialect import Aliases
from ingest.reading.gen_ai import GEN_AI
from ingest.reading.present import first_present
from ingest.wire import Columns

# Events that report a check, each with its kind and its keys; an event's name has one meaning whoever sends it.
EVENTS: Final[Mapping[str, tuple[str, Aliases]]] = {
    "gen_ai.guardrail.result": ("guardrail", GEN_AI),
    "gen_ai.evaluation.result": ("evaluation", GEN_AI),
    "guard.evaluation": (
        "guardrail",
        {
            "guard_name": ("guard.name",),
            "guard_source": ("guard.phase",),
            "guard_result": ("guard.action",),
            "guard_score": ("guard.score",),
            "guard_label": ("guard.classification",),
        },
    ),
}

LISTED: Final = "evaluations."
_OF_LIST: Final = r"^evaluations\.(\d{1,6})\.(?:evaluation\.)?(name|score|label)$"

_SCHEMA: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "row": pl.UInt32, "checked_at": pl.Datetime("us"), "kind": pl.String, "name": pl.String, "source": pl.String,
    "result": pl.String, "score": pl.Float64, "label": pl.String,
}  # fmt: skip


def checks(spans: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """One row per check that an event, or else the span itself, reports. Values that say nothing give 'unknown'.

    `spans`: row, name, ended_at, role and the guard_ and evaluation_ fields.
    """
    by_event = _by_events(columns)
    told = by_event.select("row", "kind").unique()
    at_end = spans.with_columns(checked_at="ended_at")
    guarding = (pl.col("role") == "guardrail") | pl.col("guard_result").is_not_null()
    judged = pl.any_horizontal(pl.col("evaluation_result", "evaluation_score", "evaluation_label").is_not_null())
    judging = (at_end.filter(judged), _listed(at_end, columns))
    by_span = pl.concat([_guardrails(at_end.filter(guarding)), *(_evaluations(each) for each in judging)])
    return pl.concat([by_event, by_span.join(told, on=["row", "kind"], how="anti")]).sort(
        "row", "checked_at", maintain_order=True
    )


def outcomes(spans: pl.DataFrame) -> pl.DataFrame:
    """One row per span that tells what became of its task, in a word we know.

    `spans`: row, ended_at and the outcome fields. Undated outcomes were decided when the span ended.
    """
    told = spans.filter(pl.col("outcome").is_not_null()).with_columns(status=_outcome())
    told = told.filter(pl.col("status").is_in(OUTCOMES))
    decided = pl.Series([_instant(text) for text in told["outcome_decided_at"]], dtype=pl.Datetime("us"))
    return told.select(
        "row",
        kind=pl.col("outcome_kind").str.to_lowercase().fill_null(DEFAULT_KIND),
        status="status",
        decided_at=decided.zip_with(decided.is_not_null(), told["ended_at"]),
        source=pl.col("outcome_source").str.to_lowercase().fill_null(DEFAULT_SOURCE),
        value_usd=_number("value_usd", pl.Decimal(18, 6)),
        csat=_number("csat", pl.Decimal(4, 2)),
        human_minutes=_number("human_minutes", pl.Decimal(12, 2)),
    )


@cache
def unknown_outcome() -> pl.Expr:
    """What is odd about an outcome in a word nobody knows; null when there is none."""
    odd = ~_outcome().is_in(OUTCOMES)
    sentence = pl.format("the outcome '{}' is none of " + ", ".join(OUTCOMES), pl.col("outcome").str.slice(0, 40))
    return pl.when(pl.col("outcome").is_not_null() & odd).then(sentence)


def _outcome() -> pl.Expr:
    return pl.col("outcome").str.to_lowercase()


def _number(name: str, kind: pl.Decimal) -> pl.Expr:
    """A number beside the outcome; null where it is none, or none that can be meant."""
    least, most, _ = NUMBERS[name]
    number = pl.col(f"outcome_{name}").cast(kind, strict=False)
    return pl.when((number >= least) & (number <= most)).then(number)


def _by_events(columns: Columns) -> pl.DataFrame:
    events = columns.events.with_columns(
        event_no=pl.col("name").replace_strict(
            {name: number for number, name in enumerate(EVENTS)}, default=None, return_dtype=pl.UInt8
        )
    )
    if events["event_no"].null_count() == events.height:
        return pl.DataFrame(schema=_SCHEMA)
    aliases = {number: aliases for number, (_, aliases) in enumerate(EVENTS.values())}
    present = first_present(columns.event_attributes, events["event_no"], aliases)
    found = pl.concat([events.rename({"at": "checked_at"}), present.fields], how="horizontal")
    guarding = [number for number, (kind, _) in enumerate(EVENTS.values()) if kind == "guardrail"]
    guards, judged = pl.col("event_no").is_in(guarding), pl.col("event_no").is_not_null()
    return pl.concat([_guardrails(found.filter(guards)), _evaluations(found.filter(judged & ~guards))])


def _listed(spans: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The evaluations that a span lists under numbered keys (OpenInference), in the fields of one."""
    if not columns.attributes.names.str.starts_with(LISTED).any():
        return spans.clear()
    told = columns.attributes.named().with_columns(
        number=pl.col("key").str.extract(_OF_LIST, 1), field=pl.col("key").str.extract(_OF_LIST, 2)
    )
    fields = {name: pl.col("value").filter(pl.col("field") == name).first() for name in ("name", "score", "label")}
    listed = told.drop_nulls("number").group_by("row", "number", maintain_order=True).agg(**fields)
    return listed.join(spans.select("row", "checked_at", span_name="name"), on="row").select(
        "row",
        "checked_at",
        name="span_name",
        evaluation_name="name",
        evaluation_score="score",
        evaluation_label="label",
        evaluation_result=pl.lit(None, dtype=pl.String),
    )


def _guardrails(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        "row",
        "checked_at",
        kind=pl.lit("guardrail"),
        name=pl.coalesce("guard_name", "name"),
        source=verdicts.source("guard_source"),
        result=verdicts.result("guard_result", "guardrail"),
        score=_score("guard_score"),
        label="guard_label",
    )


def _evaluations(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        "row",
        "checked_at",
        kind=pl.lit("evaluation"),
        name=pl.coalesce("evaluation_name", "name"),
        source=pl.lit(None, dtype=pl.String),
        result=pl.when(pl.col("evaluation_result").is_null()).then(verdicts.result("evaluation_label", "evaluation"))
        .otherwise(verdicts.result("evaluation_result", "evaluation")),
        score=_score("evaluation_score"),
        label="evaluation_label",
    )  # fmt: skip


def _score(name: str) -> pl.Expr:
    score = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(score.is_finite()).then(score)


def _instant(text: str | None) -> datetime | None:
    """ISO 8601 or seconds since 1970, as naive UTC; None when it is neither."""
    if text is None:
        return None
    try:
        at = datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        try:
            at = datetime.fromisoformat(text.strip('" '))
        except ValueError:
            return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
