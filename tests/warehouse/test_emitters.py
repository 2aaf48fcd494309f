"""Every doubt about an emitter comes with what mends it, and the dearest doubt comes first."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from spans import Told, span

from ingest.dialects import DIALECTS
from ingest.reading import roles
from warehouse import Question, answer, emitters, examined, metric
from warehouse.advice import INCOMPLETE, REMEDIES, advise
from warehouse.emitter import METRIC

EVER = Question(None, None, None, datetime(2026, 11, 1, tzinfo=UTC))
SOUND: dict[str, Any] = {
    **dict.fromkeys(("incomplete_because", "unpriced_model", "claimed_team", "fault")),
    **dict.fromkeys(("incomplete_calls", "ambiguous_calls", "unpriced_calls", "unpriced_models"), 0),
    **dict.fromkeys(("unattributed_calls", "claimed_spans", "faults", "odd_times", "told_again"), 0),
    **dict.fromkeys(("calls", "complete_calls", "cache_told_calls"), 10),
    **dict.fromkeys(("service", "scope", "version"), "x"),
    "uncosted_calls": 0,
    "cost_usd": Decimal(10),
    "doubtful_usd": Decimal(0),
}
REASONS = [
    getattr(roles, name)
    for name in ("_UNKNOWN", "_NOTHING", "_CUT_SHORT", "CACHE_UNTOLD")
    if isinstance(getattr(roles, name), str)
]


def said(**facts: Any) -> list[str]:
    return [advice.sentence for advice in advise(SOUND | facts)]


def test_a_sound_emitter_needs_nothing() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"incomplete_because": "no token counts (OpenAI needs stream_options.include_usage)"}, "include_usage"),
        ({"unattributed_calls": 3}, "OTEL_RESOURCE_ATTRIBUTES=outlay.team=TEAM"),
        ({"unpriced_calls": 3, "unpriced_models": 2, "unpriced_model": "openai/gpt-x"}, "openai/gpt-x among them"),
        ({"claimed_spans": 3, "claimed_team": "board"}, "keys create --gateway"),
        ({"ambiguous_calls": 3}, "whether its input includes the cached tokens"),
        ({"faults": 3, "fault": "span 1 is odd"}, "such as: span 1 is odd."),
        ({"odd_times": 3}, "clock"),
        ({"told_again": 3}, "Nothing to do"),
        ({"cache_told_calls": 0, "scope": "opentelemetry.instrumentation.openai_v2"}, "genai-openai"),
        ({"cache_told_calls": 0, "scope": "semantic_kernel.connectors"}, "beside it"),
    ],
)
def test_a_doubt_says_what_mends_it(facts: dict[str, Any], told: str) -> None:
    [sentence] = said(**facts)
    assert told in sentence


def test_what_only_explains_a_number_needs_nobody() -> None:
    frame = pl.DataFrame([SOUND | {"told_again": 3}, SOUND | {"faults": 1, "fault": "f"}], infer_schema_length=None)
    assert [emitter.needs_someone for emitter in examined(frame)] == [True, False]


def test_an_emitter_that_tells_its_cache_sometimes_does_not_hide_it() -> None:
    assert said(cache_told_calls=1, scope="opentelemetry.instrumentation.openai_v2") == []


def test_every_reason_has_its_own_remedy_said_once() -> None:
    reasons = [*REASONS, "no input token count was sent", "no input token count was sent"]
    sentences = said(incomplete_because=" | ".join(reasons), incomplete_calls=5)
    assert len(sentences) == len(set(reasons)) == len(set(sentences))


@pytest.mark.parametrize("reason", REASONS)
def test_the_readings_reasons_are_known_by_their_words(reason: str) -> None:
    assert any(remedy.because in reason for remedy in INCOMPLETE)


def test_a_dialect_whose_agents_tell_no_calls_is_answered() -> None:
    silent = {dialect.silent_calls for dialect in DIALECTS if dialect.silent_calls}
    assert [reason for reason in silent if "beside it" not in reason] == []


def test_a_value_is_shown_and_never_read_as_a_template() -> None:
    assert said(faults=1, fault="{scope} {0} %s {{")[0].count("{scope} {0} %s {{") == 1


def test_every_remedy_looks_at_a_column_there_is() -> None:
    columns = set(answer(Told().warehouse, METRIC, EVER).frame.columns) | {"cache_untold_calls"}
    assert {remedy.column for remedy in (*INCOMPLETE, *REMEDIES)} <= columns


def test_what_is_at_risk_is_what_is_doubtful_and_as_many_usual_calls_as_have_no_cost() -> None:
    frame = pl.DataFrame(
        [
            SOUND | {"service": "a", "doubtful_usd": Decimal(3)},
            SOUND | {"service": "b", "uncosted_calls": 5, "doubtful_usd": Decimal(1)},
            SOUND | {"service": "c", "calls": 2, "uncosted_calls": 2, "cost_usd": Decimal(0)},
        ],
        infer_schema_length=None,
    )
    # b: 1 + 5 × 10/5; c has no call with a cost, so the mean of all: 20/15 a call.
    found = [(emitter.facts["service"], emitter.at_risk_usd, emitter.is_estimate) for emitter in examined(frame)]
    assert found == [("b", Decimal(11), True), ("a", Decimal(3), False), ("c", Decimal("2.666666666666"), True)]


def test_where_no_call_has_a_cost_nobody_can_say_and_that_comes_first() -> None:
    frame = pl.DataFrame([SOUND | {"uncosted_calls": 10, "cost_usd": Decimal(0)}], infer_schema_length=None)
    assert [emitter.at_risk_usd for emitter in examined(frame)] == [None]


def test_a_ledgers_emitters_are_judged_by_what_they_sent() -> None:
    told = Told()
    told.tell(
        span(1, service="bot", scope_name="opentelemetry.instrumentation.openai_v2", input_uncached=9, output_text=1),
        span(2, service="shop", incomplete_because="no token counts: stream_options.include_usage", team="sales"),
    )
    found = emitters(told.warehouse, EVER)
    assert [(each.facts["service"], [advice.about for advice in each.advice]) for each in found] == [
        ("bot", ["cache", "owner"]),
        ("shop", ["usage"]),
    ]


def test_the_metric_says_what_the_page_and_the_doctor_ask() -> None:
    assert metric(METRIC).grain == ("service", "scope", "version")
