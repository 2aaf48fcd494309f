"""Price calls that are on record once more, into temporary tables: `priced` by token class, `costs` by call."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources

from warehouse.prices.naming import name_calls
from warehouse.transaction import Transaction

_CALLS = """
    CREATE OR REPLACE TEMP TABLE fresh_calls AS
    SELECT
        * EXCLUDE (cost_usd, cache_saved_usd, unpriced_because),
        coalesce(input_uncached, cache_read, cache_write_5m, cache_write_1h, cache_write_other, audio_in, output_text,
            reasoning, audio_out) IS NOT NULL AS has_usage
    FROM calls
    WHERE started_at >= $since AND started_at < $until
"""


def price(tx: Transaction, since: dt.datetime, until: dt.datetime, *, as_on: dt.datetime | None = None) -> None:
    """Make `fresh_calls`, `priced` and `costs` of the calls that started in a half-open period (naive UTC).

    With `as_on`, a midnight, they are priced as if they had all started on that day, each at its time of day.
    """
    tx.execute(_CALLS, {"since": since, "until": until})
    if as_on is not None:
        tx.execute(
            "UPDATE fresh_calls SET started_at = $day + (started_at - date_trunc('day', started_at))", {"day": as_on}
        )
    name_calls(tx)
    tx.run(_step())


@cache
def _step() -> str:
    return (resources.files("warehouse") / "steps" / "5_prices.sql").read_text(encoding="utf-8")
