"""Which colour means what: one palette that works on white and on dark, and for colour-blind eyes.

Six series and one grey. Each colour has a contrast of at least 3 on #FFFFFF and on #0E1117 (WCAG 1.4.11), and any two
of them, the grey included, stay apart under simulated deuteranopia, protanopia and tritanopia (Machado et al. 2009):
`tests/dashboards/test_theme.py` holds both. The page's own colours stand in `.streamlit/config.toml`.
"""

from __future__ import annotations

from collections.abc import Sequence

SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#999933", "#7C3AED")
OTHER_COLOUR = "#6B7280"
OTHER = "Other"

# Lines that are no series: a budget, an expectation. Mid-grey shows on both backgrounds.
REFERENCE = "#7A7F8A"
# Red is kept for what somebody must act on.
ACT = "#D6293E"


def shown(weights: Sequence[tuple[str, float]], at_most: int = len(SERIES)) -> tuple[str, ...]:
    """The names that get a series of their own, heaviest first; the rest becomes Other."""
    ranked = sorted(weights, key=lambda weight: (-weight[1], weight[0]))
    return tuple(name for name, _ in ranked[:at_most])


def colours(names: Sequence[str], everyone: Sequence[str]) -> dict[str, str]:
    """The colour of each of `names` (at most six) given `everyone` in a lasting order.

    A name keeps the colour of its place in `everyone`, whatever page it is on; only when two names of one chart would
    share a colour does the later one take the next free colour.
    """
    place = {name: number for number, name in enumerate(everyone)}
    taken: dict[str, str] = {}
    for name in sorted(names, key=lambda name: place.get(name, len(place))):
        first = place.get(name, len(place)) % len(SERIES)
        order = [SERIES[(first + step) % len(SERIES)] for step in range(len(SERIES))]
        taken[name] = next((colour for colour in order if colour not in taken.values()), OTHER_COLOUR)
    return {name: taken[name] for name in names}
