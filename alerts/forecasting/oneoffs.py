"""Take out of a history what will not come again: a day or some far from the same weekdays around it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FEWEST_DAYS = 14  # with less than two weeks nothing is unusual yet
WEEKS = (-3, -2, -1, 1, 2, 3)  # the same weekdays that tell what a day usually costs
SPREADS = 4  # times the usual distance from it
RATIO = float(np.log(1.6))  # and at least so far from it
LONGEST = 5  # days: a leak runs for as many until somebody stops it; what lasts longer is how things are now
LONGEST_NOW = 2  # days up to the last one: nobody knows yet whether it goes on
FLOOR = 0.02  # of the mean day: a quiet Sunday of cents is not a tenth of a quiet Sunday of dimes


def without_one_offs(daily: Floats) -> Floats:
    """The days of one series, each one-off replaced by what the same weekdays around it cost."""
    count = len(daily)
    if count < FEWEST_DAYS:
        return daily
    places = np.arange(count)[:, None] + 7 * np.array(WEEKS)
    near = np.where((places >= 0) & (places < count), daily[np.clip(places, 0, count - 1)], np.nan)
    usual = np.nanmedian(near, axis=1)
    floor = FLOOR * daily.mean() + 1e-9
    distance = np.abs(np.log((daily + floor) / (usual + floor)))
    odd = distance > max(SPREADS * (1.4826 * float(np.median(distance)) + 0.05), RATIO)
    kept = daily.copy()
    at = 0
    while at < count:
        end = at
        while end < count and odd[end]:
            end += 1
        if end > at and end - at <= (LONGEST if end < count else LONGEST_NOW):
            kept[at:end] = usual[at:end]
        at = max(end, at + 1)
    return kept
