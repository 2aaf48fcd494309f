"""Whether a whole is out of line by more than one of its parts: a team by its workflows, the company by its teams.

What one part does alone is that part's to tell. A part is a series by itself, or a whole; the spend of a whole is the
sum of its parts.
"""

from __future__ import annotations

import numpy as np

from alerts.detecting.hours import Hour
from alerts.detecting.moment import Moment
from alerts.detecting.state import Flags, Floats, Indices


def are_wholes(hour: Hour) -> Flags:
    """(n,): whether a series is the sum of others."""
    return np.isin(np.arange(len(hour.whole_of)), hour.whole_of)


def inside_out(hour: Hour, wholes: Flags) -> list[int]:
    """The rows of these wholes (n,), each after those that are part of it."""
    rows: list[int] = np.flatnonzero(wholes).tolist()
    return sorted(rows, key=lambda row: row in hour.whole_of[rows])


def is_shared(moment: Moment, row: int, window: int, untold: Flags) -> bool:
    """Whether the parts of a whole are out of line together over a window, by what is usual of each of them.

    Only what is `untold` (n,) counts: a part, or a part of a part, that is out of line by itself explains its own
    excess; a burst that is foreseen, and a series of which nothing is usual yet, have none. What then is left must be
    out of line for the whole, and without its largest part, too: what one part does alone is that part's to tell.
    """
    thresholds, test = moment.thresholds, moment.thresholds.whole_windows[window]
    excess, usual = _parts(moment, row, window, untold)
    if len(excess) < 2:
        return False
    all_excess, all_usual = excess.sum(), usual.sum()
    largest = int(np.argmax(excess))
    rest, rest_usual = all_excess - excess[largest], all_usual - usual[largest]
    out = all_excess >= max(thresholds.whole_usd * thresholds.impact_usd, (test.ratio - 1) * all_usual)
    out = out and rest >= (1 - thresholds.whole_most) * all_excess
    return bool(out and rest >= (thresholds.whole_rest - 1) * rest_usual)


def _parts(moment: Moment, row: int, window: int, untold: Flags) -> tuple[Floats, Floats]:
    """By part of a whole: the dollars over a window that nobody is told of yet, and those that were usual."""
    state, evidence, whole_of = moment.state, moment.evidence, moment.hour.whole_of
    usual = evidence.usual[:, window]
    known = untold & (state.age >= moment.thresholds.cold_hours)
    excess = np.where(known, evidence.actual[:, window] - usual, 0.0)
    parts: Indices = np.flatnonzero(whole_of == row)
    within = [np.flatnonzero(whole_of == part) for part in parts]
    members = [inner if len(inner) else np.array([part]) for part, inner in zip(parts, within, strict=True)]
    left = [excess[each].sum() if untold[part] else 0.0 for part, each in zip(parts, members, strict=True)]
    return np.array(left), np.array([usual[each].sum() for each in members])
