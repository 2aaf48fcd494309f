"""Who hears what, and when: routes, quiet hours, the digest, the cap, and many incidents at once as few letters."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

from alerts.delivery.dispatch import dispatch
from alerts.delivery.outbox import post, reconsider
from alerts.delivery.routes import ROUTED, Quiet, Route, Routes, next_at, usual_routes
from alerts.incidents.message import ACKNOWLEDGE, NOTICE, RESOLVE, TRIGGER, Message
from warehouse import Warehouse

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
EVERYONE = usual_routes(("chat", "mail"), ZONE)
NIGHT = Quiet(time(22), time(7))


def message(
    key: str = "spend_spike:1", event: str = TRIGGER, severity: str = "warn", team: str | None = "a"
) -> Message:
    facts = {"severity": severity, "team": team}
    return Message(event, key, f"[{severity}] {key}", ("one",), incident_id=key.partition(":")[2], facts=facts)


def write(warehouse: Warehouse, *messages: Message, at: datetime = NOW) -> None:
    with warehouse.transaction() as tx:
        for each in messages:
            post(tx, each, [ROUTED], at)


def letters(warehouse: Warehouse) -> list[tuple[str, str, str]]:
    found = warehouse.query(f"SELECT channel, event, dedup_key FROM outbox WHERE channel <> '{ROUTED}' ORDER BY rowid")
    return [(channel, event, key.partition(":")[0]) for channel, event, key in found.iter_rows()]


def waiting(warehouse: Warehouse) -> list[tuple[datetime, str]]:
    found = warehouse.query(f"""
        SELECT next_try_at, last_error FROM outbox
        WHERE channel = '{ROUTED}' AND sent_at IS NULL ORDER BY rowid
    """)
    return list(found.iter_rows())


def test_a_message_goes_to_every_channel_once(warehouse: Warehouse) -> None:
    write(warehouse, message())
    counts = [dispatch(warehouse, EVERYONE, NOW + timedelta(seconds=second)) for second in range(3)]
    assert (counts, letters(warehouse)) == (
        [2, 0, 0],
        [("chat", "trigger", "spend_spike"), ("mail", "trigger", "spend_spike")],
    )


@pytest.mark.parametrize(
    ("team", "severity", "heard"),
    [
        ("a", "page", "pager"),
        ("a", "warn", "team-a"),
        ("b", "page", "pager"),
        (None, "warn", "finance"),
        ("b", "warn", ""),
    ],
)
def test_the_first_route_that_fits_decides(warehouse: Warehouse, team: str | None, severity: str, heard: str) -> None:
    routes = Routes(
        (
            Route(("pager",), severities=("page",)),
            Route(("team-a",), teams=("a",)),
            Route(("finance",), teams=("Unattributed",)),
        ),
        ZONE,
    )
    write(warehouse, message(severity=severity, team=team))
    dispatch(warehouse, routes, NOW)
    assert [channel for channel, _, _ in letters(warehouse)] == ([heard] if heard else [])


def test_the_small_ones_wait_for_one_letter_in_the_morning(warehouse: Warehouse) -> None:
    write(warehouse, *(message(f"budget:{number}", NOTICE, "info") for number in range(5)))
    at_once = dispatch(warehouse, EVERYONE, NOW)
    held = waiting(warehouse)[0]
    in_the_morning = dispatch(warehouse, EVERYONE, NOW.replace(hour=9))
    subject = warehouse.query("SELECT any_value(subject) FROM outbox WHERE channel = 'mail'").item()
    assert (at_once, held, in_the_morning, subject) == (
        0,
        (datetime(2026, 10, 3, 9), "waits for the digest"),
        2,
        "[info] Digest: 5 things that could wait",
    )


@pytest.mark.parametrize(("severity", "told_at_night"), [("page", 1), ("warn", 0)])
def test_quiet_hours_hold_everything_but_a_page(warehouse: Warehouse, severity: str, told_at_night: int) -> None:
    routes = Routes((Route(("chat",), quiet=NIGHT),), ZONE)
    write(warehouse, message(severity=severity))
    night = dispatch(warehouse, routes, NOW)
    morning = dispatch(warehouse, routes, NOW.replace(hour=7))
    assert (night, night + morning) == (told_at_night, 1)


def test_what_ends_in_quiet_hours_is_told_after_its_beginning(warehouse: Warehouse) -> None:
    routes = Routes((Route(("chat",), quiet=NIGHT),), ZONE)
    write(warehouse, message(), message(event=RESOLVE))
    for second in range(3):
        dispatch(warehouse, routes, NOW.replace(hour=7, second=second))
    assert [event for _, event, _ in letters(warehouse)] == ["trigger", "resolve"]


def test_what_a_night_gathered_is_not_said_to_have_begun_at_once(warehouse: Warehouse) -> None:
    for hour in range(2, 6):
        write(warehouse, message(f"spend_spike:{hour}"), at=NOW.replace(hour=hour))
    dispatch(warehouse, Routes((Route(("chat",), quiet=NIGHT),), ZONE), NOW.replace(hour=7))
    subjects = warehouse.query("SELECT subject FROM outbox WHERE channel = 'chat'")["subject"].to_list()
    assert subjects == ["[warn] 4 incidents that waited, the gravest: spend_spike:2"]


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        (Route(("chat",), quiet=NIGHT), Route(("chat",)), []),
        (Route(("chat",), digest_at=time(9)), Route(("chat",)), []),
        (
            Route(("chat",), quiet=NIGHT),
            Route(("chat",), quiet=Quiet(time(22), time(5))),
            [(NOW.replace(hour=5, tzinfo=None), "quiet hours")],
        ),
    ],
    ids=["no quiet any more", "no digest any more", "a shorter quiet"],
)
def test_what_is_held_is_held_by_the_routes_as_they_are_now(
    warehouse: Warehouse, before: Route, after: Route, held: list[tuple[datetime, str]]
) -> None:
    write(warehouse, message())
    dispatch(warehouse, Routes((before,), ZONE), NOW)
    reconsider(warehouse, NOW)
    dispatch(warehouse, Routes((after,), ZONE), NOW)
    assert waiting(warehouse) == held


def test_beyond_the_cap_of_a_team_and_day_only_pages_are_told_at_once(warehouse: Warehouse) -> None:
    routes = Routes((Route(("chat",), most_a_day=2),), ZONE)
    told = []
    for number in range(5):
        at = NOW + timedelta(minutes=10 * number)
        write(warehouse, message(f"spend_spike:{number}", severity="page" if number == 4 else "warn"), at=at)
        told.append(dispatch(warehouse, routes, at))
    held = [why for _, why in waiting(warehouse)]
    digest = dispatch(warehouse, routes, NOW.replace(hour=9))
    # The third letter says, once a day, that further ones wait.
    assert (told, [key for _, _, key in letters(warehouse)], held, digest) == (
        [1, 1, 1, 0, 1],
        ["spend_spike", "spend_spike", "cap", "spend_spike", "digest"],
        ["2 letters were sent today: waits for the digest"] * 2,
        1,
    )


def test_a_hundred_at_once_are_one_letter_and_one_end(warehouse: Warehouse) -> None:
    keys = [f"spend_spike:{number}" for number in range(100)]
    write(warehouse, *(message(key, severity="page" if key.endswith("7") else "warn") for key in keys))
    dispatch(warehouse, Routes((Route(("chat",)),), ZONE), NOW)
    for minute, key in enumerate(keys):
        write(warehouse, message(key, RESOLVE), at=NOW + timedelta(minutes=minute))
        dispatch(warehouse, Routes((Route(("chat",)),), ZONE), NOW + timedelta(minutes=minute))
    found = warehouse.query("SELECT event, dedup_key, subject FROM outbox WHERE channel = 'chat' ORDER BY rowid")
    assert (found["event"].to_list(), found["dedup_key"].n_unique(), found["subject"][0], found["subject"][1]) == (
        ["trigger", "resolve"],
        1,
        "[page] 100 incidents at once, the gravest: spend_spike:7",
        "[resolved] all 100 incidents that began together are over",
    )


def test_a_page_among_many_warnings_goes_alone(warehouse: Warehouse) -> None:
    keys = [f"spend_spike:{number}" for number in range(30)]
    write(warehouse, *(message(key, severity="page" if key.endswith(":17") else "warn") for key in keys))
    dispatch(warehouse, Routes((Route(("chat",)),), ZONE), NOW)
    found = warehouse.query("SELECT subject FROM outbox WHERE channel = 'chat' ORDER BY rowid")["subject"].to_list()
    assert found == ["[page] spend_spike:17", "[warn] 29 incidents at once, the gravest: spend_spike:0"]


def test_a_hundred_dripping_in_are_three_letters_in_five_minutes_and_none_is_lost(warehouse: Warehouse) -> None:
    routes = Routes((Route(("chat",)),), ZONE)
    for number in range(100):
        at = NOW + timedelta(seconds=number)
        write(warehouse, message(f"spend_spike:{number}"), at=at)
        dispatch(warehouse, routes, at)
    in_the_first_minutes = len(letters(warehouse))
    dispatch(warehouse, routes, NOW + timedelta(minutes=5, seconds=1))
    carried = warehouse.query("SELECT count(DISTINCT dedup_key) FROM carried").item()
    assert (in_the_first_minutes, len(letters(warehouse)), carried) == (3, 4, 100)


def test_an_end_goes_to_whoever_heard_the_beginning(warehouse: Warehouse) -> None:
    write(warehouse, message(team="a"))
    dispatch(warehouse, Routes((Route(("chat",)),), ZONE), NOW)
    write(warehouse, message(event=ACKNOWLEDGE), message(event=RESOLVE))
    dispatch(warehouse, Routes((Route(("elsewhere",)),), ZONE), NOW)
    assert letters(warehouse) == [("chat", event, "spend_spike") for event in ("trigger", "acknowledge", "resolve")]


def test_an_end_whose_beginning_nobody_heard_is_settled_in_silence(warehouse: Warehouse) -> None:
    write(warehouse, message(event=RESOLVE))
    dispatch(warehouse, EVERYONE, NOW)
    assert (letters(warehouse), waiting(warehouse)[0][1]) == ([], "not sent: nobody was told that it began")


def test_a_second_end_of_the_same_condition_is_not_told(warehouse: Warehouse) -> None:
    write(warehouse, message(), message(event=RESOLVE))
    for second in range(3):
        dispatch(warehouse, EVERYONE, NOW + timedelta(seconds=second))
    again = Message(RESOLVE, "spend_spike:1", "over again", (), incident_id="1", facts={"team": "a"})
    write(warehouse, again)
    assert dispatch(warehouse, EVERYONE, NOW + timedelta(seconds=9)) == 0


def test_a_clock_that_was_a_month_ahead_does_not_hold_a_message_for_a_month(warehouse: Warehouse) -> None:
    write(warehouse, message("budget:1", NOTICE, "info"), at=NOW + timedelta(days=30))
    dispatch(warehouse, EVERYONE, NOW + timedelta(days=30))
    dispatch(warehouse, EVERYONE, NOW)
    assert dispatch(warehouse, EVERYONE, NOW.replace(hour=9)) == 2


def test_a_letter_of_many_names_its_members_for_machines(warehouse: Warehouse) -> None:
    write(warehouse, *(message(f"spend_spike:{number}") for number in range(4)))
    dispatch(warehouse, Routes((Route(("chat",)),), ZONE), NOW)
    body = orjson.loads(warehouse.query("SELECT body FROM outbox WHERE channel = 'chat'").item())
    assert [member["dedup_key"] for member in body["facts"]["members"]] == [f"spend_spike:{n}" for n in range(4)]


@pytest.mark.parametrize(
    ("zone", "after", "expected"),
    [
        ("UTC", datetime(2026, 10, 3, 8, 59, tzinfo=UTC), datetime(2026, 10, 3, 9, tzinfo=UTC)),
        ("UTC", datetime(2026, 10, 3, 9, 0, tzinfo=UTC), datetime(2026, 10, 4, 9, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 10, 31, 14, tzinfo=UTC), datetime(2026, 11, 1, 14, tzinfo=UTC)),
    ],
)
def test_nine_o_clock_is_the_business_zone_s(zone: str, after: datetime, expected: datetime) -> None:
    assert next_at(time(9), after, ZoneInfo(zone)) == expected
