"""A regression in words: what it is, what it was with the version before, and how sure that is."""

from __future__ import annotations

from decimal import Decimal

from warehouse.comparing import Moved
from warehouse.money import tokens, usd
from warehouse.regressions import Compared, VersionChange

MEASURES = {
    "tokens_per_task": "tokens per task",
    "cost_per_task": "cost per task",
    "cost_per_resolution": "cost per resolution",
    "pass_rate": "pass rate",
    "guardrail_rate": "guardrail rate",
}


def regression_sentence(change: VersionChange, compared: Compared) -> str:
    """One measure of one version, as one says it."""
    what = f"the {MEASURES[compared.measure]}"
    if compared.of:
        what += f" of {compared.of}"
    name = f"{change.name} {change.after}" if change.name and change.name != change.workflow else change.after
    return (
        f"{change.workflow or 'no workflow'}: with {name} {what} is {value_text(compared, compared.after)}, "
        f"with {change.before} it was {value_text(compared, compared.before)} ({moved_text(compared)})"
    )


def value_text(compared: Compared, value: float) -> str:
    """A measure's value: '$0.4210', '12.3k', '84.0%'."""
    if compared.measure in {"pass_rate", "guardrail_rate"}:
        return f"{value:.1%}"
    return tokens(round(value)) if compared.measure == "tokens_per_task" else usd(Decimal(repr(value)))


def moved_text(compared: Compared) -> str:
    """'+31%, 95%: +12% to +52%', '−10.0 points', with '; too few to be sure' where there is no interval."""
    in_points = compared.measure in {"pass_rate", "guardrail_rate"}
    moved: Moved = compared.moved
    unit = " points" if in_points else "%"
    digits = 1 if in_points else 0
    said = f"{_signed(moved.change, digits)}{unit}"
    if moved.low is None or moved.high is None:
        return f"{said}; too few to be sure"
    return f"{said}, 95%: {_signed(moved.low, digits)} to {_signed(moved.high, digits)}"


def _signed(share: float, digits: int) -> str:
    return f"{'−' if share < 0 else '+'}{abs(share) * 100:.{digits}f}"
