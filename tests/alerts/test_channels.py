"""Channels: a deployment gets those it asked for, and the terminal shows a block that nothing breaks out of."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from alerts import Unusable, Wiring, channels
from alerts.channels import NotSent, Posted, Terminal
from alerts.incidents.message import TRIGGER, Message

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
MESSAGE = Message(TRIGGER, "k", "[page] support: spend 4.1× the usual", ("Spent $312.", "word " * 40))


def posted(message: Message) -> Posted:
    return Posted("1", message.dedup_key, message.event, message.subject, message.body())


def test_a_deployment_gets_the_channels_it_asked_for() -> None:
    asked = [
        Wiring("terminal", "terminal", terminal=io.StringIO()),
        Wiring("webhook", "hook", "https://hooks.example.com", "s"),
        Wiring("slack", "chat", "https://hooks.slack.com/services/T/B/x"),
        Wiring("slack", "bot", secret="xoxb-1", to=("C0123456789",)),
        Wiring("pagerduty", "oncall", secret="r" * 32),
        Wiring("email", "mail", "smtps://relay.example.com", to=("a@example.com",), sender="outlay@example.com"),
        Wiring("alertmanager", "prometheus", "https://alertmanager.example.com"),
    ]
    assert [channel.name for channel in channels(asked)] == [wiring.name for wiring in asked]


@pytest.mark.parametrize(
    ("wiring", "sentence"),
    [
        (Wiring("webhook", "w"), "needs its address: url"),
        (Wiring("slack", "w"), "needs the URL of an incoming webhook, or a bot's token"),
        (Wiring("slack", "w", secret="xoxb-1"), "needs one channel id in `to`"),
        (Wiring("pagerduty", "w"), "needs the routing key"),
        (Wiring("email", "w", "smtp://relay"), "needs a relay in `url`"),
        (Wiring("email", "w", "relay:25", to=("a@b.example",), sender="o@b.example"), "is written as smtp://host:587"),
        (Wiring("email", "w", "smtp://relay", to=("a b",), sender="o@b.example"), "'a b' is no e-mail address"),
        (Wiring("email", "w", "smtp://r", to=("a@b.example\r\nBcc: c@d",), sender="o@b.example"), "no e-mail address"),
        (Wiring("alertmanager", "w"), "needs its address: url"),
        (Wiring("apprise", "w"), "needs a URL of its own kind"),
    ],
)
def test_a_channel_that_cannot_work_says_which_setting_to_mend(wiring: Wiring, sentence: str) -> None:
    with pytest.raises(Unusable, match=sentence):
        channels([wiring])


def test_the_terminal_shows_a_block_no_wider_than_a_screen() -> None:
    stream = io.StringIO()
    Terminal(stream).send(posted(MESSAGE), NOW)
    shown = stream.getvalue().splitlines()
    assert (shown[2], shown[3], max(map(len, shown))) == (MESSAGE.subject, "  Spent $312.", 100)


def test_a_closed_terminal_is_a_failure_to_be_tried_again() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(NotSent, match="could not be written to"):
        Terminal(stream).send(posted(MESSAGE), NOW)
