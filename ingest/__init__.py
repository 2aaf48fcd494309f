"""Bytes to records: what services send is judged at the socket, kept in the journal, and read into the warehouse.

This is the light door, which the ingest process uses; it knows no warehouse. `ingest.loader` is the other one.

In:   an OTLP request — its signal, content type, content encoding and bytes.
Out:  an `Entry` of the `Journal`, on disk before the sender hears 200, with the `Fault`s beside it.
Not:  a request that nobody could ever read is `Refused`; one that cannot be kept now is told that we are `Busy`.
"""

from ingest.counters import forget
from ingest.entry import Entry, JournalDamaged, JournalReplaced
from ingest.exposition import CONTENT_TYPE, COUNTER, GAUGE, Sample, exposition
from ingest.faults import Busy, Fault, Refused
from ingest.journal import Journal, Lag
from ingest.keys import EVERY, Key, Keys, NoSuchKey, RememberedKeys, secret_in
from ingest.limits import Limits
from ingest.log import AS_JSON, log_to_stderr
from ingest.outcome_requests import judge_all as judge_outcomes
from ingest.outcomes import FIELDS as OUTCOME_FIELDS
from ingest.receive import Receipt, receive
from ingest.scores import SCORE_PATHS, receive_scores
from ingest.signals import SIGNALS
from ingest.team_names import spelled

__all__ = [
    "AS_JSON",
    "CONTENT_TYPE",
    "COUNTER",
    "EVERY",
    "GAUGE",
    "OUTCOME_FIELDS",
    "SCORE_PATHS",
    "SIGNALS",
    "Busy",
    "Entry",
    "Fault",
    "Journal",
    "JournalDamaged",
    "JournalReplaced",
    "Key",
    "Keys",
    "Lag",
    "Limits",
    "NoSuchKey",
    "Receipt",
    "Refused",
    "RememberedKeys",
    "Sample",
    "exposition",
    "forget",
    "judge_outcomes",
    "log_to_stderr",
    "receive",
    "receive_scores",
    "secret_in",
    "spelled",
]
