"""What we know: the spans as read, the calls they tell of, what each cost, and the months finance closed.

In:   canonical records from `ingest.loader` (polars frames with the columns of `migrations/0001_spans.sql`).
Out:  answers — a metric by name, a call with its charges, a month with its statement — as polars frames.
Not:  it knows no emitter, no socket, no page and no channel, and it never asks what time it is.

The way through: `store` (spans appended) → `refresh` with `steps/*.sql` (calls → charges → tasks → hours)
→ `metrics` (questions) and `close` (months). `prices` holds what a token costs and since when.
"""

from warehouse.append import Appended, Batch, append
from warehouse.store import HomeInUse, Transaction, Warehouse

__all__ = ["Appended", "Batch", "HomeInUse", "Transaction", "Warehouse", "append"]
