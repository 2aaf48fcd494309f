"""A workflow's models: a rise in one of them is told where the workflow tells nothing, and no other model pays for it.

Traffic moves from one model to another all the time, and not a dollar more is spent. So a model is out of line only
where its workflow spends more, too; how much its models usually have of that is kept in `shares`.
"""

from __future__ import annotations

import numpy as np

from alerts.detecting.hours import Hour
from alerts.detecting.moment import Moment
from alerts.detecting.state import CALM, NONE, OPEN, PRICE, SIZE, STORM, WINDOWS, Flags, Floats, Indices

LOOKS_AT = {PRICE: WINDOWS.index(1), STORM: WINDOWS.index(3), SIZE: WINDOWS.index(24)}


def tell_once(moment: Moment, test: Indices, floor_usd: Floats) -> None:
    """Leave one alarm of a workflow and its models in `test` (n,): the workflow's, or else those of its models."""
    state, hour = moment.state, moment.hour
    new = (test != NONE) & (state.phase != OPEN)
    workflows = np.isin(np.arange(len(test)), hour.model_of)
    dearer = moment.evidence.corrected[:, 0] >= moment.thresholds.model_mix * moment.rates.price
    test[workflows & new & (test == PRICE) & ~dearer] = NONE
    for row in np.flatnonzero(hour.by_model & new):
        of = hour.model_of[row]
        is_told = state.phase[of] != CALM or test[of] != NONE
        # What a token of one model costs does not depend on where the traffic goes.
        if is_told or (test[row] != PRICE and not _is_unpaid(moment, int(row), int(test[row]), floor_usd)):
            test[row] = NONE
    told = hour.by_model & (state.phase == OPEN)
    for row in np.unique(hour.model_of[told]):
        if new[row] and test[row] != NONE and not _is_more(moment, int(row), int(test[row]), floor_usd):
            test[row] = NONE


def together(hour: Hour, which: Flags) -> Flags:
    """(n,): which series are, or are of one workflow with one that is."""
    models = hour.by_model
    found = which.copy()
    found[hour.model_of[models & which]] = True
    found[models] |= found[hour.model_of[models]]
    return found


def _is_unpaid(moment: Moment, row: int, test: int, floor_usd: Floats) -> bool:
    """Whether the excess of a model over a test's window is spent on top of what its workflow usually spends."""
    thresholds, evidence, of = moment.thresholds, moment.evidence, moment.hour.model_of[row]
    window = LOOKS_AT.get(test, test)
    over = evidence.actual[:, window] - evidence.usual[:, window]
    falls = -np.minimum(over[moment.hour.model_of == of], 0.0).sum()
    left = min(over[of], over[row] - falls)
    least = max(np.log(thresholds.model_ratio), thresholds.model_score * evidence.spread[of, window])
    unpaid = left >= max(thresholds.model_unpaid * over[row], floor_usd[row])
    # Longer calls and retries stand out by themselves; of dollars the workflow must spend more than it wavers.
    return bool(unpaid and (test in LOOKS_AT or evidence.ratio[of, window] >= least))


def _is_more(moment: Moment, row: int, test: int, floor_usd: Floats) -> bool:
    """Whether a workflow is out of line without those of its models that are told already."""
    evidence, state, hour = moment.evidence, moment.state, moment.hour
    window = LOOKS_AT.get(test, test)
    over, usual = evidence.actual[:, window] - evidence.usual[:, window], evidence.usual[row, window]
    told = np.maximum(over[(hour.model_of == row) & (state.phase == OPEN)], 0.0).sum()
    ratio = moment.thresholds.windows[window].ratio
    return bool(over[row] - told >= max(floor_usd[row], (ratio - 1) * usual))
