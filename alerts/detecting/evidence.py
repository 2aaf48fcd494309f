"""How far the last hours are out of line: by window on dollars, and on what a call and a token cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alerts.detecting.expectation import Usual
from alerts.detecting.hours import Hour
from alerts.detecting.state import RING, WINDOWS, Flags, Floats, State
from alerts.detecting.thresholds import Thresholds

LONG = 3  # index of the first window that is a day or longer
DAY = 24
ROOTS = np.sqrt(np.array(WINDOWS, dtype=float))


@dataclass(frozen=True, slots=True)
class Evidence:
    """By window (n, 5): what was spent, what is usual, and the ratio's logarithm; and the pieces beside it."""

    actual: Floats
    usual: Floats
    ratio: Floats  # log(actual ÷ usual)
    sure: Floats  # the same against what a job an hour early or late would explain
    excess: Floats  # dollars above that
    corrected: Floats  # `sure` less the series' own bias
    spread: Floats
    breadth: Floats  # share of the last day's hours above the usual
    lowness: Floats  # share of the last three days' hours below the usual
    calls: Floats  # by window
    tokens: Floats
    output: Floats


def weigh(state: State, usual: Usual, hour: Hour, thresholds: Thresholds) -> Evidence:
    """The evidence of an hour that `expect` has written into the ring."""
    back = (hour.at - np.arange(RING)) % RING  # slots, the latest first

    def sums(ring: Floats) -> Floats:
        recent = ring[:, back[: WINDOWS[-1]]]
        running = np.cumsum(recent, axis=1)
        return running[:, [window - 1 for window in WINDOWS]]

    actual, expected = sums(state.actual), sums(state.expected)
    either = np.maximum(state.expected, state.weekly)
    # A job may be an hour early; over a day that evens out.
    short = state.allowed[:, back[:6]].cumsum(axis=1)
    long = short[:, 5:6] + np.cumsum(either[:, back[6 : WINDOWS[-1]]], axis=1)
    allowed = np.concatenate([short[:, [0, 2, 5]], long[:, [DAY - 7, WINDOWS[-1] - 7]]], axis=1)
    allowed = np.maximum(allowed, expected)
    small = usual.small[:, None] * ROOTS
    ratio = np.log((actual + small) / (expected + small))
    sure = np.minimum(np.log((actual + small) / (allowed + small)), ratio)
    day = back[:DAY]
    at_work = (state.actual[:, day] > 0) | (state.expected[:, day] > 0)
    above = at_work & (state.actual[:, day] > thresholds.above * either[:, day])
    long = back[: WINDOWS[-1]]
    busy = (state.actual[:, long] > 0) | (state.expected[:, long] > 0)
    below = busy & (thresholds.above * state.actual[:, long] < state.expected[:, long])
    return Evidence(
        actual=actual,
        usual=expected,
        ratio=ratio,
        sure=sure,
        excess=actual - allowed,
        corrected=sure - np.clip(state.bias, -0.3, 0.5),
        spread=thresholds.spreads(state.spread, state.spread_count),
        breadth=above.sum(axis=1) / np.maximum(at_work.sum(axis=1), DAY / 2),
        lowness=below.sum(axis=1) / np.maximum(busy.sum(axis=1), DAY),
        calls=sums(state.calls),
        tokens=sums(state.tokens),
        output=sums(state.output),
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """What a call and a token cost against the usual, as logarithms of ratios; 0 where too few calls tell."""

    price: Floats
    price_told: Flags
    price_three: Floats  # over three hours
    size_six: Floats  # tokens a call over 6 hours
    size_day: Floats
    size_told: Flags
    size_day_told: Flags
    reply: Floats  # output tokens a call over 3 hours
    reply_told: Flags


def rates(state: State, hour: Hour, evidence: Evidence, thresholds: Thresholds) -> Rates:
    """The drivers of an hour."""
    tiny = 1e-9
    price_told = hour.heard & (hour.calls >= thresholds.price_calls) & (hour.tokens > 0) & (hour.cost_usd > 0)
    safe = np.where(price_told, hour.tokens, 1.0)
    price = np.where(price_told, np.log(np.where(price_told, hour.cost_usd, 1.0) / safe) - state.price, 0.0)
    three = np.log((evidence.actual[:, 1] + tiny) / (evidence.tokens[:, 1] + 1e-6)) - state.price
    six, day = evidence.calls[:, 2] >= 10, evidence.calls[:, 3] >= 20
    size_six = np.log(np.maximum(evidence.tokens[:, 2], tiny) / np.maximum(evidence.calls[:, 2], 1.0)) - state.size
    size_day = np.log(np.maximum(evidence.tokens[:, 3], tiny) / np.maximum(evidence.calls[:, 3], 1.0)) - state.size
    replied = (evidence.calls[:, 1] >= 10) & (evidence.output[:, 1] > 0)
    reply = np.log(np.maximum(evidence.output[:, 1], tiny) / np.maximum(evidence.calls[:, 1], 1.0)) - state.reply
    return Rates(
        price=price,
        price_told=price_told,
        price_three=np.where(price_told, three, 0.0),
        size_six=np.where(six, size_six, 0.0),
        size_day=np.where(day, size_day, 0.0),
        size_told=six,
        size_day_told=day,
        reply=np.where(replied, reply, 0.0),
        reply_told=replied,
    )
