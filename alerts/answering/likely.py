"""How likely incidents are real ones, by what people said of earlier ones; nothing until they said enough."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from alerts.incidents.acts import labels
from warehouse import Warehouse

FEWEST_ANSWERS = 200  # below which a share is as good as a line
# A planned one was real too, but whoever planned it would not have been told: it says nothing either way.
REAL, OTHER = ("incident", "new_normal"), ("too_small", "false_alarm")

NUMBERS = """
SELECT incidents.incident_id, actual_usd, expected_usd, impact_usd, driver, score, window_hours
FROM incidents
LEFT JOIN incident_outlook AS outlook ON outlook.incident_id = incidents.incident_id
WHERE kind = 'spend_spike' AND list_contains($incidents, incidents.incident_id)
ORDER BY incidents.incident_id
"""


def chances(warehouse: Warehouse, incidents: Sequence[str]) -> dict[str, float]:
    """The chance (0 to 1) that each of these spikes is a real one; empty while too few were answered to know.

    A chance orders a list and decides nothing: what is told to whom stays as it is.
    """
    answers = labels(warehouse)
    answers = answers.filter(answers["word"].is_in([*REAL, *OTHER]))
    if answers.height < FEWEST_ANSWERS or not incidents:
        return {}
    # scikit-learn takes seconds to load and a hundred megabytes: a home without so many answers needs neither.
    known = import_module("alerts.learning").learned(answers, answers["word"].is_in(REAL).to_numpy())
    if known is None:
        return {}
    asked = warehouse.query(NUMBERS, {"incidents": list(incidents)})
    return dict(zip(asked["incident_id"], known.of(asked), strict=True))
