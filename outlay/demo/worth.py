"""What an outcome was worth: how the customer found it, what people spent, what it earned, and whether it held."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from outlay.demo.company import Workflow
from outlay.demo.facts import HOUR, Outcome

ANSWERS = 0.35  # share of customers who say how they found it
COMES_BACK = 0.06  # share of resolutions whose customer comes back
LONGEST_AWAY_H = 300
_ASKED = frozenset({"resolution", "ticket"})


def worth(workflow: Workflow, outcome: Outcome, now: int) -> Outcome:
    """The outcome with what was told beside it. What was decided at the same instant is worth the same: this draws from
    nothing that anybody else draws from."""
    if not workflow.agent:
        return outcome
    random = Random(outcome.at)  # noqa: S311 - repeatable is the point
    resolved = outcome.status == "resolved"
    csat = random.choice((3, 4, 4, 5, 5) if resolved else (1, 2, 2, 3))
    answered = outcome.kind in _ASKED and random.random() < ANSWERS
    minutes = random.randint(4, 45) if outcome.status == "escalated" else random.choice((0, 0, 0, 2))
    back = outcome.at + int(random.uniform(1, LONGEST_AWAY_H) * HOUR)
    reopened = resolved and outcome.kind in _ASKED and random.random() < COMES_BACK and back <= now
    return replace(
        outcome,
        csat=csat if answered else None,
        human_minutes=minutes,
        value_usd=random.randint(40, 900) if outcome.kind == "lead" and resolved else None,
        reopened=back if reopened else None,
    )
