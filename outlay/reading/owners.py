"""Who owes what, as a home's settings say: its rules and teams, as the loader takes them."""

from __future__ import annotations

from ingest.loader import Owners, Rule
from outlay.settings.owners import OwnerRule, TaskRule
from outlay.settings.settings import Settings


def owners_of(settings: Settings) -> Owners:
    """The rules in their order, and the teams with their cost centres."""
    return Owners(
        rules=tuple(_rule(each) for each in settings.owners),
        teams={name: team.cost_centre for name, team in settings.teams.items()},
        tasks=tuple(rule for each in settings.tasks for rule in _naming(each)),
    )


def _naming(written: TaskRule) -> list[Rule]:
    """A rule of tasks as one rule for each attribute, in order."""
    return [Rule(sets={"task": f"{{{key}}}"}, workflow=written.workflow) for key in written.id]


def _rule(written: OwnerRule) -> Rule:
    return Rule(
        sets=written.set,
        service=written.service,
        scope=written.scope,
        model=written.model,
        key=written.key,
        attribute=written.attribute,
        resource=written.resource,
    )
