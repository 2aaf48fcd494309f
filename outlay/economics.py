"""What a home's settings say of outcomes and of what its work is worth, told to its warehouse."""

from __future__ import annotations

from outlay.settings.settings import Settings
from warehouse import FailureRule, OutcomeRule, Warehouse, set_economics, set_failure_rules


def tell_economics(warehouse: Warehouse, settings: Settings) -> None:
    """Make the warehouse say what `outlay.toml` says."""
    set_economics(
        warehouse,
        outcomes=outcome_rules(settings),
        prices={name: each.price_usd for name, each in settings.workflows.items()},
        human_usd_per_hour=settings.outcomes.human_usd_per_hour,
    )
    set_failure_rules(warehouse, [FailureRule(each.fact, each.pattern, each.mode) for each in settings.failure_modes])


def outcome_rules(settings: Settings) -> list[OutcomeRule]:
    """When an outcome of each kind counts, and which evaluation decides it; last what holds for every other kind."""
    usual = settings.outcomes.maturity_hours
    own = [
        OutcomeRule(name.lower(), usual if kind.maturity_hours is None else kind.maturity_hours, kind.evaluation)
        for name, kind in sorted(settings.outcome_kinds.items())
    ]
    return [*own, OutcomeRule("", usual)]
