"""Channels: a deployment gets those it asked for, and the terminal shows a block that nothing breaks out of."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from alerts import Wiring, channels
from alerts.channels import NotSent, Posted, Terminal
from alerts.message import TRIGGER, Message

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
MESSAGE = Message(TRIGGER, "k", "[page] support: spend 4.1× the usual", ("Spent $312.", "word " * 40))


def posted(message: Message) -> Posted:
    return Posted("1", message.dedup_key, message.event, message.subject, message.body())


def test_a_deployment_gets_the_channels_it_asked_for() -> None:
    asked = [Wiring(), Wiring(terminal=io.StringIO()), Wiring("https://hooks.example.com", "s", (), io.StringIO())]
    assert [[channel.name for channel in channels(wiring)] for wiring in asked] == [
        [],
        ["terminal"],
        ["terminal", "webhook"],
    ]


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
