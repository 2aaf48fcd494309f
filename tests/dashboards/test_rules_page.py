"""The page of rules and channels: what is watched, who hears it, whether it reaches them, and who may try it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

import pytest
from drawn import opened, words
from northwind import company, desk, put

from dashboards import ChannelLine, RouteLine, RuleLine, RuleTrial, Sources
from dashboards.desk import lay
from dashboards.rule_rows import judged, past, state
from warehouse import Warehouse

DRIFT = RuleLine(
    "drift",
    "Spend creeps up",
    "conditions.drift_percent = 20",
    True,
    30,
    4,
    Decimal(812),
    ("chat crept",),
    tries=(("conditions.drift_percent", "20"),),
)
CHAT = ChannelLine("chat", "slack", "mail", 1, 2, datetime(2026, 11, 20, 8), "given up: the channel answered 404")
ROUTE = RouteLine(("chat",), ("Support",), ("page",), (), "at once", 20)


@dataclass
class Watched:
    """What a server watches, and what it was asked to send."""

    refuses: str | None = None
    pages: str = "https://outlay.example"
    sent: list[str] = field(default_factory=list)

    def rules(self, *, now: datetime) -> Sequence[RuleLine]:
        others = replace(DRIFT, title="Queues", fired=None, tries=()), replace(DRIFT, watched=False, tries=())
        return [DRIFT, *others]

    def try_rule(self, *, setting: str, value: str, now: datetime) -> RuleTrial:
        if not value.isdigit():
            raise ValueError(f"{setting} = {value}: write a number")
        return RuleTrial(replace(DRIFT, fired=1, impact_usd=Decimal(120)), f"[conditions]\ndrift_percent = {value}")

    def channels(self) -> Sequence[ChannelLine]:
        return [CHAT]

    def routes(self) -> Sequence[RouteLine]:
        return [ROUTE]

    def links(self) -> str:
        return self.pages

    def send_test(self, *, channel: str, now: datetime) -> str | None:
        self.sent.append(channel)
        return self.refuses


def shown(warehouse: Warehouse, watched: Watched, key: str | None = None) -> str:
    lay(desk(warehouse, keys_required=key is not None, sources=Sources(watching=watched)))
    app = opened("rules.py", key)
    assert not app.exception
    return words(app)


def test_every_rule_says_where_it_is_set_and_what_it_would_have_told(northwind: Warehouse) -> None:
    said = shown(northwind, Watched())
    told = ("Spend creeps up", "4 times, $812.00", "conditions.drift_percent = 20", "chat crept", "not watched")
    assert [each for each in told if each not in said] == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("40", "= 40: once, $120.00 in the last 30 days. As it is set now, 20: 4 times, $812.00."),
        ("40", "[conditions]\ndrift_percent = 40"),
        ("many", "= many: write a number."),
    ],
)
def test_another_threshold_is_tried_before_it_is_written(northwind: Warehouse, value: str, told: str) -> None:
    lay(desk(northwind, sources=Sources(watching=Watched())))
    app = opened("rules.py")
    app.text_input(key="trial-value").input(value)
    next(button for button in app.button if button.label == "Try it").click().run()
    assert told in words(app)


def test_a_channel_that_gave_up_says_why_and_how_it_is_sent_after_all(northwind: Warehouse) -> None:
    said = shown(northwind, Watched())
    told = ("gave up", "the channel answered 404", "outlay alerts undelivered --again", "mail")
    assert [each for each in told if each not in said] == []


@pytest.mark.parametrize(("pages", "warned"), [("http://127.0.0.1:8501", True), ("https://outlay.example", False)])
def test_links_that_only_this_machine_reaches_are_said_to_be_so(northwind: Warehouse, pages: str, warned: bool) -> None:
    assert ("which only this machine reaches" in shown(northwind, Watched(pages=pages))) == warned


@pytest.mark.parametrize(
    ("refuses", "answer"), [(None, "chat took the message"), ("no such host", "chat did not take it: no such host")]
)
def test_a_channel_is_tried_by_a_button_that_says_what_came_of_it(
    northwind: Warehouse, refuses: str | None, answer: str
) -> None:
    watched = Watched(refuses)
    lay(desk(northwind, sources=Sources(watching=watched)))
    app = opened("rules.py")
    app.button(key="send-test").click().run()
    assert (watched.sent, answer in words(app)) == (["chat"], True)


@pytest.mark.parametrize("key", ["support", "team-admin"])
def test_a_team_s_reader_sees_its_deliveries_and_nothing_to_press(northwind: Warehouse, key: str) -> None:
    said = shown(northwind, Watched(), key)
    assert ("[page] Search" in said, "4 times" in said, "Send a test" in said) == (False, False, False)


def test_who_may_only_read_is_shown_no_button(northwind: Warehouse) -> None:
    lay(desk(northwind, keys_required=True, sources=Sources(watching=Watched())))
    assert [button.key for button in opened("rules.py", "support").button if button.key == "send-test"] == []


def test_a_message_that_failed_is_listed_with_the_reason() -> None:
    with company() as warehouse:
        row = {"message_id": "x", "channel": "chat", "event": "trigger", "subject": "[page] <b>$x$</b>", "attempts": 9}
        put(warehouse, "outbox", row | {"written_at": "2026-11-20 08:00:00", "last_error": "given up: TLS"})
        said = shown(warehouse, Watched())
    assert ("given up: TLS" in said, "[page] <b>$x$</b>" in said) == (True, True)


def test_what_waits_is_listed_with_what_it_waits_for() -> None:
    with company() as warehouse:
        row = {"message_id": "x", "channel": "routes", "event": "trigger", "subject": "[warn] chat", "attempts": 0}
        held = {"last_error": "quiet hours", "next_try_at": "2026-11-22 06:00:00"}
        put(warehouse, "outbox", row | {"written_at": "2026-11-21 22:00:00"} | held)
        said = shown(warehouse, Watched())
    assert "quiet hours, until 22 Nov" in said


def test_without_a_channel_the_page_says_what_to_write(northwind: Warehouse) -> None:
    class Nobody(Watched):
        def channels(self) -> Sequence[ChannelLine]:
            return []

    assert "[channels.chat]" in shown(northwind, Nobody())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "4 times, $812.00"),
        ({"fired": 1, "impact_usd": None}, "once"),
        ({"fired": 0}, "never"),
        ({"fired": None}, "its past is written nowhere"),
        ({"watched": False}, "not watched"),
    ],
)
def test_the_past_of_a_rule_is_said_in_words(changes: dict[str, object], said: str) -> None:
    assert past(replace(DRIFT, **changes)) == said


@pytest.mark.parametrize(("told", "said"), [((4, 3), "3 of 4 were real"), ((1, 1), "1 of 1 was real"), ((0, 0), "")])
def test_what_people_said_of_a_rule_is_counted(told: tuple[int, int], said: str) -> None:
    assert judged(replace(DRIFT, judged=told)) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "gave up"),
        ({"given_up": 0}, "failing"),
        ({"given_up": 0, "waiting": 0}, "works"),
        ({"given_up": 0, "waiting": 0, "last_sent_at": None, "last_error": None}, "never used"),
    ],
)
def test_a_channel_works_until_its_messages_tell_otherwise(changes: dict[str, object], said: str) -> None:
    assert state(replace(CHAT, **changes)) == said
