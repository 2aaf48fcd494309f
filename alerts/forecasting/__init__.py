"""What a period will come to: leaves at today's prices, what did well on each before, and a range that was tried.

In:   hourly spend and tokens of leaves (a team's workflow), known price steps, the business time zone, the instant.
Out:  an `Outlook`: the likely sum of the days to come, how far it may be off, and what was tried to know that.
Not:  it knows no table, no budget and no message; money is a float here, because a forecast is no ledger.

The way through: `leaves` lays hours out as days, `prices` (the book's) and `footing` (the hours') put them at today's
prices, `pace` and `steps` at today's level; `oneoffs` takes out what will not come again; `backtest` tries `methods`
(those of `growth` among them) on days that are over and takes the middle of them, weighed by that; `outlook` puts them
at the prices to come, adds up, and adds what nobody foresaw before.
"""

from alerts.forecasting.leaves import Leaves, leaves_of
from alerts.forecasting.methods import seasonal_naive
from alerts.forecasting.outlook import FEWEST_DAYS, Outlook, outlook_of
from alerts.forecasting.profile import Profile

__all__ = ["FEWEST_DAYS", "Leaves", "Outlook", "Profile", "leaves_of", "outlook_of", "seasonal_naive"]
