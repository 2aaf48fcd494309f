"""What each of a workflow's models has of its usual spend: what traffic takes from one, another gains in the same hour.

So nobody holds a stale level: not the model that lost, under whose old level a rise of the others would look paid for,
and not the one that gained, which would be out of line for weeks.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from alerts.detecting.hours import Hour
from alerts.detecting.levels import DAY_WINDOW, move, take_rates
from alerts.detecting.moment import Moment
from alerts.detecting.state import CALM, OPEN, RING, WINDOWS, Flags, Floats, Indices, State

LEAST_USD = 1.0  # a day: of less nobody can say where it went


def inherit(state: State, hour: Hour) -> None:
    """Before an hour is judged: the model that was all of a workflow so far has the workflow's memory."""
    for row in np.flatnonzero(hour.heirs & hour.heard & (state.age == 0)):
        for field in fields(state):
            remembered = getattr(state, field.name)
            remembered[row] = remembered[hour.model_of[row]]
        state.phase[row], state.silent[row] = CALM, False


def keep_shares(moment: Moment) -> None:
    """After an hour was judged: of the last day, what rose in some models and fell in others is usual from now on.

    Only as much as both: the models' usual spend sums to what it was. A rise that no fall pays for stays one.
    """
    state, hour, evidence = moment.state, moment.hour, moment.evidence
    models: Indices = np.flatnonzero(hour.by_model)
    if not len(models):
        return
    of, count = hour.model_of[models], len(state.age)

    def summed(values: Floats | Flags) -> Floats:
        return np.bincount(of, weights=values, minlength=count).astype(np.float64)

    usual = evidence.usual[:, DAY_WINDOW]
    over = (evidence.actual[:, DAY_WINDOW] - usual)[models]
    rises, falls = summed(np.maximum(over, 0.0)), summed(np.maximum(-over, 0.0))
    both = np.minimum(rises, falls)
    calm = hour.heard & (state.phase == CALM) & (summed(state.phase[models] == OPEN) == 0)
    moved = calm & (both >= np.maximum(moment.thresholds.model_moved * usual, LEAST_USD))
    for row, more in zip(models[moved[of]], over[moved[of]], strict=True):
        whole = hour.model_of[row]
        move(moment, int(row), more * both[whole] / (rises[whole] if more > 0 else falls[whole]))


def adopt_beside(moment: Moment, row: int) -> None:
    """Where a model adopts the last day's level, its workflow does, too; where a workflow does, all its models do."""
    state, hour, evidence = moment.state, moment.hour, moment.evidence
    others = np.flatnonzero(hour.model_of == row) if hour.model_of[row] < 0 else hour.model_of[[row]]
    over = evidence.actual[:, DAY_WINDOW] - evidence.usual[:, DAY_WINDOW]
    for other in others[state.phase[others] == CALM]:
        move(moment, int(other), float(over[other]))
        take_rates(state, int(other), (hour.at - np.arange(WINDOWS[DAY_WINDOW])) % RING)
