"""Draw frames: pure functions from numbers to a plotly figure, and to the sentence a screen reader says for it.

Money comes in as Decimal and becomes a float only here, where it turns into pixels; what is written beside it is the
exact amount, rounded once by `usd`. Names are data: plotly reads a little HTML, so they are escaped.
"""

from dashboards.figures.budget import budget_course
from dashboards.figures.daily import Mark, daily_bars
from dashboards.figures.hours import hours_against_expected
from dashboards.figures.lines import cost_lines
from dashboards.figures.picture import Picture
from dashboards.figures.rates import rate_lines
from dashboards.figures.rows import bars, spread
from dashboards.figures.spans import trace_waterfall
from dashboards.figures.waterfall import waterfall

__all__ = [
    "Mark",
    "Picture",
    "bars",
    "budget_course",
    "cost_lines",
    "daily_bars",
    "hours_against_expected",
    "rate_lines",
    "spread",
    "trace_waterfall",
    "waterfall",
]
