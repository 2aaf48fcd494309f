"""Slack, PagerDuty and Alertmanager as they are spoken to: real HTTP to a receiver, and one real Alertmanager."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import orjson
import pytest
from alertmanager import running
from receiver import Answer, Receiver, receiving

from alerts import dispatch
from alerts.channels import (
    Action,
    Alertmanager,
    NotSent,
    PagerDuty,
    Posted,
    Slack,
    Unusable,
    Webhook,
    Wiring,
    channels,
)
from alerts.delivery.outbox import post
from alerts.delivery.routes import ROUTED, Route, Routes
from alerts.delivery.sending import deliver
from alerts.incidents.message import ACKNOWLEDGE, NOTICE, RESOLVE, TRIGGER, Message
from warehouse import Warehouse

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
OK = Answer(200, body=b'{"ok": true, "channel": "C1", "ts": "1700000000.1"}')
ACTIONS = (Action("acknowledge", "Acknowledge", "https://outlay.example/answer/x"),)

# One of the hundred services in Apprise still asks for a module that Python 3.13 has no more.
OLD_PYTHON = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def posted(event: str = TRIGGER, severity: str = "page", thread: str | None = None) -> Posted:
    facts = {"team": "support", "workflow": "chat", "severity": severity}
    told = Message(
        event, "spend_spike:1", f"[{severity}] support / chat: 4.1× the usual", ("Spent $312.",), facts=facts
    )
    return Posted(
        "m1", told.dedup_key, event, told.subject, told.body(), severity, NOW.replace(tzinfo=None), ACTIONS, thread
    )


def slack(receiver: Receiver, token: str = "xoxb-s3cret") -> Slack:
    return Slack("chat", receiver.url.partition("/hook")[0], token, "C1", ("127.0.0.1",))


def test_slack_is_told_once_then_updated_and_answered_in_the_thread(receiver: Receiver) -> None:
    receiver.usual = OK
    first = slack(receiver).send(posted(), NOW)
    slack(receiver).send(posted(RESOLVE, thread=first), NOW)
    asked = [(request.path, orjson.loads(request.body)) for request in receiver.received]
    assert (first, [(path, body.get("ts"), body.get("thread_ts")) for path, body in asked]) == (
        "C1:1700000000.1",
        [
            ("/chat.postMessage", None, None),
            ("/chat.update", "1700000000.1", None),
            ("/chat.postMessage", None, "1700000000.1"),
        ],
    )


def test_slack_s_message_has_a_headline_sentences_and_buttons_that_open_pages(receiver: Receiver) -> None:
    receiver.usual = OK
    slack(receiver).send(posted(), NOW)
    blocks = orjson.loads(receiver.bodies[0])["blocks"]
    assert ([block["type"] for block in blocks], blocks[-1]["elements"][0]["url"]) == (
        ["header", "section", "actions"],
        "https://outlay.example/answer/x",
    )


@pytest.mark.parametrize(
    ("body", "sentence", "for_good"),
    [
        (b'{"ok": false, "error": "channel_not_found"}', "Slack did not take it: channel_not_found", True),
        (b'{"ok": false, "error": "internal_error"}', "Slack did not take it: internal_error", False),
        (b'{"ok": false, "error": "<script>"}', "Slack did not take it: an answer that is not Slack's", False),
        (b"<html>", "Slack did not take it: an answer that is not Slack's", False),
        (b"[]", "Slack did not take it: an answer that is not Slack's", False),
    ],
)
def test_slack_s_refusal_is_said_in_its_word_or_not_at_all(
    receiver: Receiver, body: bytes, sentence: str, for_good: bool
) -> None:
    receiver.usual = Answer(200, body=body)
    with pytest.raises(NotSent) as refused:
        slack(receiver).send(posted(), NOW)
    assert (str(refused.value), refused.value.for_good) == (sentence, for_good)


def test_an_incoming_webhook_of_slack_needs_no_token(receiver: Receiver) -> None:
    Slack("chat", receiver.url, allow_hosts=("127.0.0.1",)).send(posted(), NOW)
    assert (receiver.received[0].path, "authorization" in receiver.received[0].headers) == ("/hook?token=abc", False)


def test_pagerduty_opens_acknowledges_and_ends_under_one_key(receiver: Receiver) -> None:
    channel = PagerDuty("pager", "r" * 32, receiver.url, ("127.0.0.1",))
    for event in (TRIGGER, ACKNOWLEDGE, RESOLVE):
        channel.send(posted(event), NOW)
    told = [orjson.loads(body) for body in receiver.bodies]
    assert ([(each["event_action"], each["dedup_key"]) for each in told], told[0]["payload"]["severity"]) == (
        [("trigger", "spend_spike:1"), ("acknowledge", "spend_spike:1"), ("resolve", "spend_spike:1")],
        "critical",
    )


def test_what_pagerduty_only_hears_of_opens_nothing_that_somebody_must_close(receiver: Receiver) -> None:
    PagerDuty("pager", "r" * 32, f"{receiver.url}/v2/enqueue", ("127.0.0.1",)).send(posted(NOTICE, "info"), NOW)
    told = orjson.loads(receiver.bodies[0])
    assert (receiver.received[0].path.partition("/v2")[2], "event_action" in told) == ("/change/enqueue", False)


@pytest.mark.parametrize(
    ("status", "for_good"), [(400, True), (401, True), (404, True), (302, True), (429, False), (500, False)]
)
def test_what_a_later_try_does_not_mend_is_known(receiver: Receiver, status: int, for_good: bool) -> None:
    receiver.usual = Answer(status)
    with pytest.raises(NotSent) as refused:
        PagerDuty("pager", "r" * 32, receiver.url, ("127.0.0.1",)).send(posted(), NOW)
    assert refused.value.for_good == for_good


def test_a_fallback_is_told_when_the_first_refuses_and_hears_the_end_too(
    warehouse: Warehouse, receiver: Receiver
) -> None:
    receiver.usual = Answer(403)
    routes = Routes((Route(("pager",)),), NOW.tzinfo)  # type: ignore[arg-type]  # - any zone will do
    with receiving() as second:
        second.usual = OK
        channels = [PagerDuty("pager", "r" * 32, receiver.url, ("127.0.0.1",)), slack(second)]
        for minute, event in enumerate((TRIGGER, RESOLVE)):
            at = NOW + timedelta(minutes=minute)
            with warehouse.transaction() as tx:
                post(tx, Message(event, "spend_spike:1", event, (), facts={"severity": "page"}), [ROUTED], at)
            for second_of in range(3):
                dispatch(warehouse, routes, at + timedelta(seconds=second_of))
                deliver(warehouse, channels, at + timedelta(seconds=second_of), fallbacks={"pager": "chat"})
        heard = [request.path for request in second.received]
    assert heard == ["/chat.postMessage", "/chat.update", "/chat.postMessage"]


@pytest.mark.parametrize(
    ("routed", "fallbacks", "letters"),
    [
        (("pager", "hook"), {"pager": "hook"}, ["hook", "pager"]),
        (("pager",), {"pager": "hook", "hook": "pager"}, ["hook", "pager"]),
    ],
    ids=["a fallback that its route names too", "two that stand in for each other"],
)
def test_no_channel_is_told_the_same_twice(
    warehouse: Warehouse, receiver: Receiver, routed: tuple[str, ...], fallbacks: dict[str, str], letters: list[str]
) -> None:
    receiver.usual = Answer(403)
    own = ("127.0.0.1",)
    channels = [PagerDuty("pager", "r" * 32, receiver.url, own), Webhook(receiver.url, "", own, name="hook")]
    with warehouse.transaction() as tx:
        post(tx, Message(TRIGGER, "spend_spike:1", "x", (), facts={"severity": "page"}), [ROUTED], NOW)
    dispatch(warehouse, Routes((Route(routed),), NOW.tzinfo), NOW)  # type: ignore[arg-type]  # - any zone will do
    for minute in range(0, 30, 5):
        deliver(warehouse, channels, NOW + timedelta(minutes=minute), fallbacks=fallbacks)
    written = warehouse.query("SELECT channel FROM outbox WHERE channel <> 'routes' ORDER BY channel")
    assert written["channel"].to_list() == letters


def apprise(receiver: Receiver) -> Wiring:
    return Wiring("apprise", "rest", f"json://127.0.0.1:{receiver.port}/s3cret", allow_hosts=("127.0.0.1",))


@OLD_PYTHON
def test_apprise_carries_a_message_to_what_has_no_file_here(receiver: Receiver) -> None:
    (channel,) = channels([apprise(receiver)])
    channel.send(posted(), NOW)
    body = orjson.loads(receiver.bodies[0])
    assert (body["title"], "Spent $312." in body["message"], "s3cret" in repr(channel)) == (
        "[page] support / chat: 4.1× the usual",
        True,
        False,
    )


@OLD_PYTHON
def test_apprise_says_that_it_could_not_send(receiver: Receiver) -> None:
    receiver.usual = Answer(500)
    (channel,) = channels([apprise(receiver)])
    with pytest.raises(NotSent, match="Apprise could not send it"):
        channel.send(posted(), NOW)


@OLD_PYTHON
def test_apprise_follows_nobody_elsewhere(receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.usual = Answer(302, (("Location", elsewhere.url),))
        (channel,) = channels([apprise(receiver)])
        with pytest.raises(NotSent):
            channel.send(posted(), NOW)
        assert (len(receiver.received), elsewhere.received) == (1, [])


@OLD_PYTHON
def test_apprise_s_log_does_not_quote_the_url(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unusable, match="does not know this kind"):
        channels([Wiring("apprise", "rest", "nonsense://s3cret")])
    assert "s3cret" not in caplog.text


@OLD_PYTHON
def test_no_kind_of_channel_calls_a_private_host_that_nobody_listed(receiver: Receiver) -> None:
    kinds = [
        Slack("chat", receiver.url),
        Slack("chat", receiver.url, "xoxb-1", "C1"),
        PagerDuty("pager", "r" * 32, receiver.url),
        Alertmanager("prometheus", receiver.url),
        Webhook(receiver.url, "s"),
        *channels([replace(apprise(receiver), allow_hosts=())]),
    ]
    for channel in kinds:
        with pytest.raises(NotSent, match="not called") as refused:
            channel.send(posted(), NOW)
        assert refused.value.for_good
    assert receiver.received == []


@pytest.fixture
def alertmanager_url(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path) as url:
        yield url


def firing(url: str) -> list[tuple[str, str, str]]:
    found = httpx2.get(f"{url}/api/v2/alerts?active=true", trust_env=False, timeout=60).json()
    return sorted((each["labels"]["alertname"], each["labels"]["team"], each["labels"]["severity"]) for each in found)


@pytest.mark.alertmanager
def test_a_real_alertmanager_fires_grows_worse_and_ends_with_us(alertmanager_url: str) -> None:
    channel = Alertmanager("prometheus", alertmanager_url, allow_hosts=("127.0.0.1",))
    now = datetime.now(UTC)
    states = []
    for event, severity in ((TRIGGER, "warn"), (TRIGGER, "page"), (ACKNOWLEDGE, "page"), (RESOLVE, "page")):
        channel.send(posted(event, severity), now)
        states.append(firing(alertmanager_url))
    warn, page = ("outlay_spend_spike", "support", "warn"), ("outlay_spend_spike", "support", "page")
    assert states == [[warn], [page], [page], []]


@pytest.mark.alertmanager
@pytest.mark.parametrize("name", ['"}', "\n", "{{ .Labels }}", "a" * 5000, "\x00", "🦊", "x\ud800"])
def test_a_real_alertmanager_takes_any_name(alertmanager_url: str, name: str) -> None:
    facts = {"team": name, "workflow": name, "severity": "page"}
    told = orjson.dumps(
        {"lines": ["l"], "facts": {key: value.encode("utf-8", "replace").decode() for key, value in facts.items()}}
    )
    channel = Alertmanager("prometheus", alertmanager_url, allow_hosts=("127.0.0.1",))
    channel.send(Posted("m", "spend_spike:1", NOTICE, "s", told.decode(), "page"), datetime.now(UTC))
    assert len(firing(alertmanager_url)) == 1
