"""How emitters write what happened: each file speaks one emitter's words, as recorded in `sample_traces`.

In:   a task of `outlay.demo.facts`, and the parcel its spans go into.
Out:  spans with that emitter's scope, keys and habits: double spans, missing classes, repeated sums.
Not:  it decides nothing. Whatever it writes, the ledger has booked the call once.
"""

from outlay.demo.emitters.parcel import Parcel
from outlay.demo.emitters.pen import Pen
from outlay.demo.emitters.semconv import GATEWAY
from outlay.demo.emitters.tasks import write_task

__all__ = ["GATEWAY", "Parcel", "Pen", "write_task"]
