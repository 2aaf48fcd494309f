"""What became of a task: the latest of each kind stands, whoever told it and whatever came first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spans import DAY, START, Told, span

from ingest.outcomes_told import REPORTED
from warehouse import (
    Batch,
    Month,
    Question,
    Refreshed,
    answer,
    append,
    close_month,
    metric,
    metric_names,
    refresh,
    waiting_outcomes,
)

HOUR = dt.timedelta(hours=1)
LATER = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
KEY = {"sender": "support", "speaks_for": ["support"]}


def outcome(number: int, task: str | None = "t-1", status: str = "resolved", after: float = 1, **told: Any) -> Any:
    """Outcome o-`number` of a task, decided `after` hours after START, told by a key of support."""
    fields = {"outcome_id": f"o-{number}", "task_id": task, "status": status, "decided_at": START + after * HOUR}
    fields |= {"kind": "resolution", "source": "confirmed", "received_at": START + after * HOUR, **KEY, **told}
    digest = repr(sorted((name, str(value)) for name, value in fields.items() if name != "received_at"))
    return {"digest": digest, "journal_day": DAY, "journal_seq": number} | fields


def report(book: Told, *outcomes: dict[str, Any]) -> Refreshed:
    """Tell outcomes beside the spans, then refresh."""
    nothing = pl.DataFrame()
    rows = pl.DataFrame(list(outcomes), schema=dict(REPORTED))
    with book.warehouse.transaction() as tx:
        append(tx, Batch(nothing, nothing, nothing, nothing, nothing, {}, reported=rows))
    return refresh(book.warehouse)


def task(number: int, task_id: str | None, *, sender: str = "support", team: str = "support", **columns: Any) -> Any:
    """A call of a task, in a trace of its own."""
    told = {"trace_id": f"{number:032x}", "task_id": task_id, "sender": sender, "team": team}
    return span(number, at=number) | told | columns


def statuses(book: Told) -> list[tuple[Any, ...]]:
    return book.warehouse.query(
        "SELECT sender, task_id, outcome_kind, outcome_status, decided_at FROM tasks ORDER BY ALL"
    ).rows()


def faults(book: Told) -> list[str]:
    return book.warehouse.query("SELECT sentence FROM faults ORDER BY ALL")["sentence"].to_list()


def test_an_outcome_told_beside_the_spans_is_its_task_s() -> None:
    book = Told()
    book.tell(task(1, "t-1"))
    refreshed = report(book, outcome(1))
    assert (refreshed.outcomes, statuses(book)) == (
        1,
        [("support", "t-1", "resolution", "resolved", START + HOUR)],
    )


def test_an_outcome_waits_for_its_spans_and_joins_when_they_come() -> None:
    book = Told()
    report(book, outcome(1), outcome(2, None, trace_id=f"{7:032x}"))
    waiting = [(each["outcome_id"], each["because"]) for each in waiting_outcomes(book.warehouse, teams=None)]
    book.tell(task(1, "t-1"), task(7, None))
    assert waiting == [("o-1", "no span of its task has come"), ("o-2", "no span of its task has come")]
    assert ([row[3] for row in statuses(book)], waiting_outcomes(book.warehouse, teams=None)) == (["resolved"] * 2, [])


def test_a_reopened_ticket_claws_its_resolution_back_whichever_came_first() -> None:
    one, other = Told(), Told()
    told = [outcome(1), outcome(2, status="reopened", after=30)]
    for book, order in ((one, told), (other, told[::-1])):
        book.tell(task(1, "t-1"))
        for each in order:
            report(book, each)
    assert statuses(one) == statuses(other) == [("support", "t-1", "resolution", "reopened", START + 30 * HOUR)]


def test_told_again_it_changes_nothing_and_told_otherwise_it_is_a_fault() -> None:
    book = Told()
    book.tell(task(1, "t-1"))
    report(book, outcome(1))
    report(book, outcome(1))
    report(book, outcome(1, status="failed"))
    assert (statuses(book)[0][3], faults(book)) == (
        "resolved",
        [
            (
                "outcome_id o-1 was told before and said otherwise; the first telling stands. "
                "A later decision needs an outcome_id of its own"
            )
        ],
    )


def test_another_team_s_task_gets_no_outcome_and_the_teller_hears_why() -> None:
    book = Told()
    book.tell(task(1, "t-1", sender="sales", team="sales"))
    report(book, outcome(1))
    assert (statuses(book)[0][3], [sentence[:57] for sentence in faults(book)]) == (
        None,
        ["task t-1 is of another team than the key may speak for; t"],
    )


def test_a_key_for_every_team_speaks_of_any_task_but_says_which_where_two_have_the_id() -> None:
    book = Told()
    book.tell(task(1, "t-1", sender="sales", team="sales"))
    everyone = {"sender": "crm", "speaks_for": None}
    report(book, outcome(1, **everyone))
    before = statuses(book)[0][3]
    book.tell(task(2, "t-1"))
    ambiguous = [row[3] for row in statuses(book)]
    because = [each["because"] for each in waiting_outcomes(book.warehouse, teams=None)]
    report(book, outcome(2, team="Support", **everyone))
    assert (before, ambiguous, because) == (
        "resolved",
        [None, None],
        ["2 tasks have that id; tell the team too"],
    )
    assert [(row[0], row[3]) for row in statuses(book)] == [("sales", None), ("support", "resolved")]


def test_of_two_tasks_with_the_id_that_of_the_teller_s_own_key_is_meant() -> None:
    book = Told()
    book.tell(task(1, "t-1", sender="sales", team="sales"), task(2, "t-1"))
    report(book, outcome(1, speaks_for=["support", "sales"]))
    assert [(row[0], row[3]) for row in statuses(book)] == [("sales", None), ("support", "resolved")]


def test_thousands_of_outcomes_of_a_task_of_thousands_of_traces_are_told_in_a_moment() -> None:
    book, many = Told(), 2_000  # each outcome beside each trace would be four million rows, and as many at every turn
    book.append(*(task(number, "t-1") for number in range(many)))
    report(book, *(outcome(n, after=n, trace_id=f"{n:032x}" if n % 2 else None) for n in range(1, many)))
    assert statuses(book) == [("support", "t-1", "resolution", "resolved", START + (many - 1) * HOUR)]


def test_a_trace_of_thousands_of_tasks_gives_each_the_outcome_of_its_team() -> None:
    book, many = Told(), 2_000
    trace = {"trace_id": "f" * 32}
    book.append(*(task(number, f"t-{number:04}", team=f"Team {number}") | trace for number in range(many)))
    told = (outcome(n, None, after=n, team=f"team {n}", sender="crm", speaks_for=None, **trace) for n in range(many))
    report(book, outcome(many, None, **trace), *told)  # the first tells no team, and may mean any of them
    assert [row[4] for row in statuses(book)] == [START + number * HOUR for number in range(many)]


def test_kinds_stand_beside_each_other_and_keep_what_was_told_of_them() -> None:
    book = Told()
    book.tell(task(1, "t-1"))
    report(
        book,
        outcome(1, kind="pr", value_usd=Decimal("12.5")),
        outcome(2, csat=Decimal(4), human_minutes=Decimal("7.5")),
        outcome(3, status="failed", after=40),
    )
    found = book.warehouse.query(
        "SELECT kind, status, CAST(value_usd AS VARCHAR), CAST(csat AS VARCHAR), CAST(human_minutes AS VARCHAR)"
        " FROM task_outcomes ORDER BY kind"
    ).rows()
    assert found == [("pr", "resolved", "12.500000", None, None), ("resolution", "failed", None, "4.00", "7.50")]


def test_every_outcome_that_stands_is_in_its_task_s_row() -> None:
    book = Told()
    book.tell(task(1, "t-1"), task(2, "t-2"))
    report(book, outcome(1, kind="pr"), outcome(2, csat=Decimal(4), after=40), outcome(3, "t-2", kind="lead"))
    columns = "task_id, kind, status, decided_at, source, csat, human_minutes, told_at"
    asked, stand = (
        book.warehouse.query(f"SELECT {columns} FROM {table} ORDER BY task_id, kind").rows()
        for table in ("standing_outcomes", "task_outcomes")
    )
    assert (len(asked), asked) == (3, stand)


def test_an_evaluation_that_the_settings_name_decides_the_outcome() -> None:
    book = Told()
    with book.warehouse.transaction() as tx:
        tx.execute("INSERT INTO outcome_rules VALUES ('answer', 24, 'solved')")
    check = {"row": 0, "checked_at": START + HOUR, "kind": "evaluation", "name": "solved", "result": "failed"}
    book.tell(task(1, "t-1"), checks=[check])
    assert statuses(book) == [("support", "t-1", "answer", "failed", START + HOUR)]


def test_a_task_over_traces_signals_and_days_is_one_task() -> None:
    book = Told()
    night = 26 * 3600
    book.tell(task(1, "t-1"))
    book.tell(task(2, "t-1", signal="log"), task(3, "t-1") | {"started_at": START + dt.timedelta(seconds=night)})
    found = book.warehouse.query("SELECT task_id, traces, calls, spans FROM tasks").rows()
    assert found == [("t-1", 3, 3, 3)]


def test_an_attempt_right_after_a_failed_one_is_a_retry() -> None:
    book = Told()
    failed = {"status": "error", "error_type": "429", "input_uncached": None, "output_text": None}
    spans = [span(n, at=n, input_uncached=10, output_text=1) | (failed if n in {2, 3} else {}) for n in range(1, 6)]
    book.tell(*spans)
    found = book.warehouse.query("SELECT calls, failed_calls, retries, models, duration_ms FROM tasks").rows()
    assert found == [(3, 2, 2, ["gpt-4o-mini-2024-07-18"], 5000)]


EVENTS = st.permutations(
    [
        ("spans", (1, "t-1")),
        ("spans", (2, "t-1")),
        ("spans", (3, "t-2")),
        ("outcome", outcome(1)),
        ("outcome", outcome(2, status="failed", after=9)),
        ("outcome", outcome(3, status="resolved", after=9)),
        ("outcome", outcome(4, "t-2", kind="pr")),
        ("outcome", outcome(5, None, trace_id=f"{3:032x}", status="escalated", after=2)),
        ("outcome", outcome(1)),
    ]
)


@settings(max_examples=4, deadline=None)
@given(EVENTS, st.integers(1, 9))
def test_no_order_of_arrival_changes_what_became_of_tasks(order: Sequence[Any], cut: int) -> None:
    one, other = Told(), Told()
    for book, size in ((one, len(order)), (other, cut)):
        for start in range(0, len(order), size):
            part = order[start : start + size] if book is other else sorted(order, key=lambda each: each[0])[::-1]
            spans = [task(*each, input_uncached=1_000, output_text=9) for kind, each in part if kind == "spans"]
            if spans:
                book.append(*spans)
            report(book, *(each for kind, each in part if kind == "outcome"))
    assert one.ledger()[1:3] == other.ledger()[1:3]
    assert outcomes(one) == outcomes(other)
    assert answers(one) == answers(other)


def answers(book: Told) -> list[Any]:
    """What every metric says at a time when some outcomes are mature and others are not."""
    asked = Question(None, None, None, dt.datetime(2026, 10, 4, 17, tzinfo=dt.UTC))
    return [answer(book.warehouse, name, asked).as_json()["rows"] for name in metric_names() if metric(name).dimensions]


def outcomes(book: Told) -> list[tuple[Any, ...]]:
    return book.warehouse.query("SELECT * EXCLUDE (task_no) FROM task_outcomes ORDER BY ALL").rows()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_superseding_again_and_again_is_superseding_once(times: int) -> None:
    book = Told()
    book.tell(task(1, "t-1"))
    for _ in range(times):
        report(book, outcome(1), outcome(2, status="reopened", after=2), outcome(3, after=3))
    assert outcomes(book)[0][3:6] == ("resolution", "resolved", START + 3 * HOUR)


def test_a_closed_month_keeps_its_resolutions_and_the_next_is_adjusted() -> None:
    book, zone = Told(), ZoneInfo("UTC")
    book.tell(task(1, "t-1"), task(2, "t-2"))
    report(book, outcome(1))
    close_month(
        book.warehouse, Month.parse("2026-10"), zone=zone, by="cfo", now=dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    )
    hours = 31 * 24
    report(book, outcome(2, status="reopened", after=hours), outcome(3, "t-2", after=hours + 1))
    asked = Question(None, None, None, dt.datetime(2026, 11, 20, tzinfo=dt.UTC), by=("month",))
    found = answer(book.warehouse, "dollars_per_resolution", asked).frame
    assert found.select("month", "tasks", "resolved_tasks", "adjusted_tasks").rows() == [
        (dt.date(2026, 10, 1), 2, 1, 0),
        (dt.date(2026, 11, 1), 0, 0, 0),
    ]


def test_years_of_people_s_minutes_have_a_price() -> None:
    book = Told()
    book.tell(task(1, "t-1"))
    report(book, outcome(1, human_minutes=Decimal("39600000.00")))
    with book.warehouse.transaction() as tx:
        tx.execute("UPDATE human_costs SET usd_per_minute = 0.7")
    row = answer(book.warehouse, "dollars_per_resolution", Question(None, None, None, LATER)).frame.row(0, named=True)
    assert row["cost_with_people_usd"] - row["cost_usd"] == Decimal(27_720_000)
