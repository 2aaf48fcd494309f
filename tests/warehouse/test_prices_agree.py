"""The expansion of the list is proven: our charges are, to the last digit, what the package itself computes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from genai_prices.data import providers
from genai_prices.types import ModelInfo, Provider, Usage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spans import Told, span

from warehouse import TOKEN_CLASSES, PriceLine
from warehouse.prices.gaps import gap, price_sets
from warehouse.prices.seed import list_lines

SOLD = {(provider.id, model.id): (provider, model) for provider in providers for model in provider.models}
CONTEXTS = {"batch": "processing", "flex": "service_tier", "priority": "service_tier", "fast": "service_tier"}
# Requests of every size, and often around the thresholds of 100, 128, 200, 256 and 272 thousand tokens.
COUNTS = st.none() | st.integers(0, 3_000) | st.integers(99_000, 300_000)
INSTANTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2027, 6, 30))


@dataclass(frozen=True)
class Case:
    name: tuple[str, str]
    at: dt.datetime
    tier: str | None
    counts: dict[str, int | None]

    @property
    def provider(self) -> Provider:
        return SOLD[self.name][0]

    @property
    def model(self) -> ModelInfo:
        return SOLD[self.name][1]

    def span(self, number: int) -> dict[str, Any]:
        names = {"provider": self.provider.id, "request_model": self.model.id, "response_model": self.model.id}
        return span(number, trace_id=f"{number:032x}", service_tier=self.tier, **names, **self.counts) | {
            "started_at": self.at,
            "ended_at": self.at,
            "received_at": self.at,
        }

    def by_the_package(self) -> Decimal:
        count = {name: value or 0 for name, value in self.counts.items()}
        written = {name: count[f"cache_write_{name}"] for name in ("5m", "1h", "other")}
        usage = Usage(
            input_tokens=count["input_uncached"] + count["cache_read"] + sum(written.values()) + count["audio_in"],
            cache_read_tokens=count["cache_read"],
            cache_write_tokens=sum(written.values()),
            cache_write_1h_tokens=written["1h"],
            input_audio_tokens=count["audio_in"],
            cache_audio_read_tokens=0,  # what is cached is counted by no emitter as audio
            output_tokens=count["output_text"] + count["reasoning"] + count["audio_out"],
            output_reasoning_tokens=count["reasoning"],
            output_audio_tokens=count["audio_out"],
        )
        context = _context(self.model, self.tier) if self.tier else None
        return self.model.calc_price(
            usage, self.provider, genai_request_timestamp=self.at.replace(tzinfo=dt.UTC), price_context=context
        ).total_price


def _context(model: ModelInfo, tier: str) -> dict[str, str]:
    named = [variant.when for variant in model.price_variants or () if tier in variant.when.values()]
    return named[0] if named else {CONTEXTS[tier]: tier}


def _tiers(model: ModelInfo) -> list[str | None]:
    values = {value for variant in model.price_variants or () for value in variant.when.values()}
    return [None, None, *sorted(values & CONTEXTS.keys())]


CONDITIONAL = [
    name
    for name, (_, model) in SOLD.items()
    if isinstance(model.prices, list) or model.price_variants or "tiers=" in repr(list(price_sets(model)))
]
LINES: dict[tuple[str, str], list[PriceLine]] = {}
for line in list_lines():
    LINES.setdefault((line.provider, line.model), []).append(line)


def cases(names: list[tuple[str, str]]) -> st.SearchStrategy[Case]:
    counts = st.fixed_dictionaries(dict.fromkeys(TOKEN_CLASSES, COUNTS))
    return st.sampled_from(names).flatmap(
        lambda name: st.builds(Case, st.just(name), INSTANTS, st.sampled_from(_tiers(SOLD[name][1])), counts)
    )


def _exact(case: Case) -> bool:
    """Whether its prices are of the six places that a million tokens' have here; a few of the package's have more."""
    told = [price for prices in price_sets(case.model) for price in vars(prices).values() if price is not None]
    steps = [
        [price.base, *(step.price for step in price.tiers)] if hasattr(price, "tiers") else [price] for price in told
    ]
    return all(usd == round(usd, 6) for each in steps for usd in each)


@pytest.mark.parametrize(
    "drawn", [cases([*SOLD]), cases(CONDITIONAL)], ids=["any model", "dated, tiered or by the hour"]
)
def test_a_call_costs_what_the_package_computes_or_has_no_cost_and_says_why(drawn: st.SearchStrategy[Case]) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(st.lists(drawn, min_size=25, max_size=25))
    def agree(drawn_cases: list[Case]) -> None:
        told = Told()
        told.tell(*(case.span(number) for number, case in enumerate(drawn_cases, 1)))
        found = told.warehouse.query("SELECT trace_id, cost_usd, unpriced_because FROM calls").iter_rows()
        for trace_id, cost_usd, because in found:
            case = drawn_cases[int(trace_id, 16) - 1]
            if cost_usd is None:
                assert because is None or _rightly_without(case, because)
            elif _exact(case):
                assert cost_usd == case.by_the_package()

    agree()


def _rightly_without(case: Case, because: str) -> bool:
    """Its tier, or one of its classes, has no price in the list then; or tokens do not tell what it costs."""
    if gap(case.model) and because.endswith(gap(case.model) or ""):
        return True
    sold = {
        (line.token_class, line.service_tier)
        for line in LINES.get(case.name, ())
        if line.valid_from <= case.at < line.valid_to
        and line.from_minute <= case.at.hour * 60 + case.at.minute < line.until_minute
    }
    used = {name for name, count in case.counts.items() if count}
    told = {name for name, count in case.counts.items() if count is not None}
    if case.tier and not any((name, case.tier) in sold for name in told):
        return True
    return any((name, "standard") not in sold and (name, case.tier) not in sold for name in used)
