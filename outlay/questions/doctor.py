"""What is in doubt about the numbers, and the way out of each doubt."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import UNATTRIBUTED, undelivered
from outlay.books import Books
from outlay.keeping.doubts import lost
from outlay.keeping.held import alone
from outlay.reading.status import lag_of
from warehouse import Question, Warehouse, answer, usage

LATE_AFTER_S = 60.0
FAULTS_OF = timedelta(days=1)
NAMED = 5

FAULTS = """
SELECT count(*) AS faults, max_by(sentence, received_at) AS sentence FROM faults WHERE received_at >= $since
"""

UNFINISHED = """
SELECT job, period, result FROM job_runs WHERE finished_at IS NULL AND result IS NOT NULL ORDER BY started_at DESC
"""

TEAMS = "SELECT DISTINCT team FROM calls WHERE team IS NOT NULL ORDER BY team"

UNKNOWN = "SELECT count(*) AS spans, count(DISTINCT scope_name) AS scopes FROM spans WHERE dialect = 'unknown'"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question about the home: whether all is well, what was found, and what to do when it is not."""

    name: str
    passed: bool
    sentence: str
    way_out: str = ""


def examine(books: Books, now: datetime) -> list[Finding]:
    """Every finding, the good ones too."""
    return [
        _received(books, now),
        _kept(books),
        _brought_back(books),
        _priced(books.warehouse, now),
        _complete(books.warehouse),
        _owned(books.warehouse),
        _faults(books.warehouse, now),
        _recognised(books.warehouse),
        _jobs(books.warehouse),
        _told(books.warehouse),
        _routed(books),
    ]


def _received(books: Books, now: datetime) -> Finding:
    far = lag_of(books, now)
    if far.journal_entries == 0:
        return Finding(
            "received", False, "nothing was ever received", "point an exporter at the server; the README has the lines"
        )
    if far.behind_entries and far.behind_seconds > LATE_AFTER_S:
        return Finding(
            "received",
            False,
            f"{far.behind_entries:,} requests wait to be read, the oldest for {far.behind_seconds:,.0f} s",
            "start `outlay serve`, or look at its log for why the loader stands still",
        )
    return Finding("received", True, f"{far.journal_entries:,} requests are in the journal, and read")


def _kept(books: Books) -> Finding:
    doubted = list(alone(books).values())
    if not doubted:
        return Finding("kept", True, "every day that was read is in the journal, or archived")
    return Finding(
        "kept",
        False,
        "; ".join(doubted[:NAMED]),
        "the server archives such days in the coming night, and `outlay rebuild` at once",
    )


def _brought_back(books: Books) -> Finding:
    told = lost(books.home)
    if not told:
        return Finding("brought back", True, "nothing was lost when the ledger was made anew")
    return Finding(
        "brought back",
        False,
        "; ".join(told[:NAMED]),
        f"put back from a backup what is missing of journal/ and archive/, and `outlay rebuild`; to accept the loss, "
        f"delete {books.home.rebuilt}",
    )


def _priced(warehouse: Warehouse, now: datetime) -> Finding:
    models = answer(warehouse, "unpriced_models", Question(None, None, None, now)).frame
    if models.is_empty():
        return Finding("priced", True, "every billed call has a price")
    some = models.select("provider", "model").unique(maintain_order=True).head(NAMED).iter_rows()
    named = ", ".join(f"{provider or 'an unnamed provider'}'s {model or 'unnamed model'}" for provider, model in some)
    return Finding(
        "priced",
        False,
        f"{models['unpriced_calls'].sum():,} calls have no price: {named}",
        "add a [[prices]] section for them to outlay.toml",
    )


def _complete(warehouse: Warehouse) -> Finding:
    incomplete = usage(warehouse)["total"]["incomplete_calls"]
    if not incomplete:
        return Finding("complete", True, "every billed call told its tokens")
    return Finding(
        "complete",
        False,
        f"{incomplete:,} billed calls did not tell all their tokens, or what they mean: their cost is not certain",
        "Emitter health and the table below name the senders, and say of each what mends it",
    )


def _owned(warehouse: Warehouse) -> Finding:
    nobodys = [row for row in usage(warehouse, by=["team"])["rows"] if row["team"] is None]
    if not nobodys:
        return Finding("owned", True, "every billed call has a team")
    return Finding(
        "owned",
        False,
        f"{nobodys[0]['calls']:,} billed calls belong to nobody",
        "set the attribute outlay.team on their spans or resources, or give their sender a key",
    )


def _faults(warehouse: Warehouse, now: datetime) -> Finding:
    since = (now - FAULTS_OF).replace(tzinfo=None)
    faults, latest = warehouse.query(FAULTS, {"since": since}).row(0)
    if not faults:
        return Finding("well-formed", True, "no record was refused in the last 24 hours")
    return Finding(
        "well-formed",
        False,
        f"{faults:,} records were refused in the last 24 hours; the latest: {latest}",
        "the Data quality page lists them with their senders",
    )


def _recognised(warehouse: Warehouse) -> Finding:
    spans, scopes = warehouse.query(UNKNOWN).row(0)
    if not spans:
        return Finding("recognised", True, "every span speaks a dialect that is known")
    # Most of them are a service's ordinary spans; they are no reason to doubt a number.
    return Finding("recognised", True, f"{spans:,} spans of {scopes:,} scopes tell of no LLM call; they are kept")


def _jobs(warehouse: Warehouse) -> Finding:
    failed = warehouse.query(UNFINISHED)
    if failed.is_empty():
        return Finding("jobs", True, "every job of the timetable ended well")
    job, period, result = failed.row(0)
    return Finding("jobs", False, f"{job} of {period} failed: {result}", "the server tries it again; its log has more")


def _told(warehouse: Warehouse) -> Finding:
    given_up = undelivered(warehouse)
    if given_up.is_empty():
        return Finding("told", True, "every message was delivered, or is still being tried")
    channels = ", ".join(given_up["channel"].unique(maintain_order=True).head(NAMED))
    return Finding(
        "told",
        False,
        f"{given_up.height:,} messages were given up on ({channels}): {given_up['last_error'][-1]}",
        "`outlay alerts test` tries the channels; `outlay alerts undelivered --again` sends them after all",
    )


def _routed(books: Books) -> Finding:
    known = [*books.warehouse.query(TEAMS)["team"], *books.settings.teams, UNATTRIBUTED]
    strange = sorted({team for route in books.settings.routes for team in route.team} - set(known))
    if not strange:
        return Finding("routed", True, "every team that a route names was heard of")
    # A route may be there before its team sends anything: it is in doubt only where another name is meant.
    meant = {team: close[0] for team in strange if (close := difflib.get_close_matches(team, known, n=1))}
    if not meant:
        return Finding("routed", True, f"routes name teams that were not heard of yet: {', '.join(strange[:NAMED])}")
    named = ", ".join(f"{team} (did you mean {close}?)" for team, close in list(meant.items())[:NAMED])
    return Finding(
        "routed",
        False,
        f"routes name teams that were never heard of: {named}",
        "spell them in [[routes]] of outlay.toml as their spans do; until then no message takes those routes",
    )
