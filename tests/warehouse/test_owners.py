"""What one gateway sends for several teams is never one request, one span or one task of two of them."""

from __future__ import annotations

from typing import Any

from spans import INSTRUMENTOR, SDK, Told, inside, span

GATEWAY = "a gateway of\nplatform\nsales\nsearch"
USAGE = {"input_uncached": 100, "output_text": 10}


def sent(number: int, team: str | None, **columns: Any) -> dict[str, Any]:
    """A span through the gateway: for `team`, or for nobody in particular."""
    believed = {"team": team or "platform", "team_believed": team is not None}
    return span(number, sender=GATEWAY, **believed, **columns)


def test_one_response_of_two_teams_is_two_calls() -> None:
    told = Told()
    told.tell(
        sent(1, "sales", **SDK, **USAGE, response_id="msg_1"),
        sent(2, "search", **INSTRUMENTOR, **USAGE, response_id="msg_1", trace_id="b" * 32),
    )
    assert told.calls("team, duplicates") == [("sales", 0), ("search", 0)]


def test_equal_tokens_at_one_time_in_one_trace_of_two_teams_are_two_calls() -> None:
    told = Told()
    told.tell(sent(1, "sales", **SDK, **USAGE), sent(2, "search", **INSTRUMENTOR, **USAGE))
    assert told.calls("team, duplicates") == [("sales", 0), ("search", 0)]


def test_a_call_inside_another_teams_call_is_its_own() -> None:
    told = Told()
    told.tell(
        sent(1, "sales", **INSTRUMENTOR, **USAGE, workflow="deals"),
        sent(2, "search", **SDK, **USAGE, **inside(1)),
    )
    assert told.calls("team, workflow, duplicates") == [("sales", "deals", 0), ("search", None, 0)]


def test_an_agent_stands_when_only_another_team_told_calls_below_it() -> None:
    told = Told()
    told.tell(sent(1, "sales", **USAGE, role="agent", lasts=5), sent(2, "search", **USAGE, **inside(1), at=1))
    assert told.calls("team") == [("sales",), ("search",)]


def test_the_same_ids_of_two_teams_are_two_spans_and_a_resent_one_is_one() -> None:
    told = Told()
    told.tell(sent(1, "sales", **USAGE), sent(1, "search", **USAGE))
    again, _ = told.tell(sent(1, "sales", **USAGE))
    assert (again.duplicates, told.calls("team")) == (1, [("sales",), ("search",)])


def test_one_task_id_of_two_teams_is_two_tasks() -> None:
    told = Told()
    told.tell(
        sent(1, "sales", **USAGE, task_id="ticket-1"),
        sent(2, "search", **USAGE, task_id="ticket-1", trace_id="b" * 32, at=1),
        sent(3, "sales", **USAGE, task_id="ticket-1", trace_id="c" * 32, at=2),
    )
    tasks = told.warehouse.query("SELECT team, calls FROM tasks ORDER BY team").rows()
    assert tasks == [("sales", 2), ("search", 1)]


def test_a_span_that_names_no_team_is_of_the_only_team_of_its_trace() -> None:
    told = Told()
    told.tell(
        sent(1, "sales", role="workflow", lasts=9),
        sent(2, None, **INSTRUMENTOR, **USAGE, **inside(1), response_id="msg_1"),
        sent(3, None, **SDK, **USAGE, response_id="msg_1", trace_id="b" * 32),
    )
    tasks = told.warehouse.query("SELECT team, calls FROM tasks ORDER BY team").rows()
    assert (told.calls("team, duplicates"), tasks) == ([("sales", 1)], [("sales", 1)])


def test_a_nameless_span_joins_one_of_two_teams_that_name_one_response() -> None:
    told = Told()
    told.tell(
        sent(1, "sales", **INSTRUMENTOR, **USAGE, response_id="msg_1"),
        sent(2, "search", **INSTRUMENTOR, **USAGE, response_id="msg_1", trace_id="b" * 32),
        sent(3, None, **SDK, **USAGE, response_id="msg_1", trace_id="c" * 32),
    )
    assert sorted(told.calls("team, duplicates")) == [("sales", 1), ("search", 0)]


def test_in_a_trace_of_two_teams_a_nameless_call_is_of_the_span_around_it() -> None:
    told = Told()
    told.tell(
        sent(1, "sales", role="workflow", lasts=9),
        sent(2, "search", role="tool", lasts=8, **inside(1)),
        sent(3, None, **USAGE, **inside(2)),
        sent(4, None, **USAGE, at=1),
    )
    assert told.calls("team, owner") == [("search", "search"), ("platform", "")]


def test_a_second_team_that_comes_late_leaves_the_nameless_to_the_gateway() -> None:
    told = Told()
    told.tell(sent(1, "sales", **USAGE), sent(2, None, **USAGE, at=1))
    before = told.calls("team")
    told.tell(sent(3, "search", **USAGE, at=2))
    assert (before, told.calls("team")) == (
        [("sales",), ("sales",)],
        [("sales",), ("platform",), ("search",)],
    )


def test_a_refused_claim_is_not_covered_by_its_neighbours() -> None:
    told = Told()
    told.tell(sent(1, "sales", role="workflow", lasts=9), sent(2, None, **USAGE, **inside(1), claimed_team="board"))
    assert told.calls("team, claimed_team") == [("platform", "board")]


def test_spans_of_one_key_fold_whatever_teams_they_claim() -> None:
    told = Told()
    told.tell(
        span(1, sender="sales", team="sales", **SDK, **USAGE, response_id="msg_1"),
        span(2, sender="sales", team="sales", claimed_team="search", **INSTRUMENTOR, **USAGE, response_id="msg_1"),
    )
    assert told.calls("team, claimed_team, duplicates") == [("sales", "search", 1)]


def test_what_is_told_in_any_order_has_the_same_owners() -> None:
    spans = [
        sent(1, "sales", **USAGE, task_id="t"),
        sent(2, None, **USAGE, **inside(1), at=1),
        sent(3, "search", **USAGE, task_id="t", trace_id="b" * 32, at=2),
        sent(4, None, **USAGE, trace_id="b" * 32, at=3),
    ]
    one, other = Told(), Told()
    one.tell(*spans)
    for each in reversed(spans):
        other.tell(each)
    assert one.ledger() == other.ledger()


def test_the_account_a_call_is_booked_to_comes_from_the_nearest_span_around_it() -> None:
    told = Told()
    told.tell(
        span(1, role="workflow", lasts=9, cost_centre="CC-1"),
        span(2, **USAGE, **inside(1), at=1, cost_centre=None),
        span(3, **USAGE, **inside(1), at=2, cost_centre="CC-2"),
    )
    hours = told.warehouse.query("SELECT cost_centre, calls FROM hours ORDER BY ALL").rows()
    assert (told.calls("cost_centre"), hours) == ([("CC-1",), ("CC-2",)], [("CC-1", 1), ("CC-2", 1)])
