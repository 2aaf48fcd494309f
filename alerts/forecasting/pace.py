"""Put past spend at today's pace: what for most of a day is far from the same hours of the weeks before, and evenly so.

A loop or a storm is over within hours, so three quarters of a day, all alike, of what was always steady, are a launch.
The days see it only after three of them (`steps`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEK = 168  # hours
WEEKS = 3  # that tell what an hour usually costs
PART = 6  # hours: single ones are noise
FEWEST, MOST = 3, 12  # parts in a row that are a pace; after three days the days tell it
SEEN = WEEK // PART + MOST  # parts that are looked at: a week that was steady, and then the pace
RATIO = float(np.log(1.6))  # each part is so far away
ALIKE = 0.2  # in logarithms: how far their distances may scatter
STEADY, MOSTLY = 0.7 * RATIO, 0.8  # eight in ten parts of the week before lay so near to the usual
# So many parts just before it are no farther (in logarithms) from the rest of that week: a launch jumps, a leak grows.
LATELY, SUDDEN = 4, 0.15
BUSY = 0.2  # of the mean part: quieter ones tell nothing
NOTHING = 1e-9  # dollars, so that a part without spend has a logarithm


def at_todays_pace(cost_usd: Floats) -> Floats:
    """The hours of one leaf, those before its last jump scaled to the pace after it; as they came without one."""
    count = len(cost_usd)
    if count < WEEKS * WEEK + SEEN * PART:
        return cost_usd
    hours = np.arange(count - SEEN * PART, count)
    spent = cost_usd[hours].reshape(-1, PART).sum(axis=1)
    weeks_before = cost_usd[hours[:, None] - WEEK * np.arange(1, WEEKS + 1)]
    usual = np.median(weeks_before, axis=1).reshape(-1, PART).sum(axis=1)
    busy = np.flatnonzero(usual > BUSY * usual.mean())
    away = np.log((spent[busy] + NOTHING) / (usual[busy] + NOTHING))
    length = _last_run(away)
    first = int(busy[-length]) if length else SEEN
    if SEEN - first > MOST or not _is_pace(away[-length:], away[:-length]):
        return cost_usd
    restated = cost_usd.copy()
    restated[: count - PART * (SEEN - first)] *= np.exp(float(np.median(away[-length:])))
    return restated


def _last_run(away: Floats) -> int:
    """How many of the last parts in a row are far away, to the same side."""
    if not len(away):
        return 0
    near = np.flatnonzero(away * np.sign(away[-1]) <= RATIO)
    return len(away) - (int(near[-1]) + 1 if len(near) else 0)


def _is_pace(run: Floats, before: Floats) -> bool:
    # It began somewhere within its first part, which therefore tells less than the others.
    told = run[1:] if len(run) > FEWEST else run
    if len(told) < FEWEST or len(before) <= LATELY:
        return False
    # The part just before may hold the first hours of it.
    if abs(float(before[-LATELY - 1 : -1].mean()) - float(np.median(before))) > SUDDEN:
        return False
    return float(told.std()) <= ALIKE and float(np.quantile(np.abs(before), MOSTLY)) <= STEADY
