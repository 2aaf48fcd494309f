"""How settings become channels and routes: every name is checked at the start, and no secret is shown."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from outlay.alerting.telling import channel_names, fallbacks_of, routes_of, wired
from outlay.settings.file import FILE, SettingsBroken, read
from outlay.settings.settings import Settings

CHAT = '[channels.chat]\nkind = "slack"\nurl = "https://hooks.slack.com/services/T/B/s3cret"\n'
PAGER = '[channels.pager]\nkind = "pagerduty"\nsecret = "s3cret"\nfallback = "chat"\n'


def settings(home: Path, text: str) -> Settings:
    (home / FILE).write_text(text, encoding="utf-8")
    return read(home)


def test_channels_and_routes_are_what_the_file_says(tmp_path: Path) -> None:
    told = settings(
        tmp_path,
        f'{CHAT}{PAGER}[[routes]]\nchannels = ["pager"]\nteam = ["a"]\nseverity = ["page"]\n'
        '[[routes]]\nchannels = ["chat"]\nquiet = "22:00-07:00"\nmost_a_day = 3\n',
    )
    first, second = routes_of(told).routes[:2]
    assert (
        [channel.name for channel in wired(told)],
        fallbacks_of(told),
        (first.channels, first.teams, first.severities, first.most_a_day),
        (second.quiet and second.quiet.begins, second.most_a_day),
    ) == (["terminal", "chat", "pager"], {"pager": "chat"}, (("pager",), ("a",), ("page",), 20), (time(22), 3))


def test_who_has_no_channel_writes_no_message(tmp_path: Path) -> None:
    told = [settings(tmp_path, text) for text in ("[alerts]\nterminal = false\n", "")]
    assert [channel_names(each) for each in told] == [[], ["routes"]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[[routes]]\nchannels = ["chat"]\n',
            "rule 1 of [[routes]], channels: there is no channel 'chat'; there are: t",
        ),
        (PAGER, "channels.pager.fallback: there is no channel 'chat'; there are: terminal, pager"),
        (CHAT + 'fallback = "chat"\n', "channels.chat.fallback: a channel cannot take over from itself"),
        (CHAT.replace("chat", "terminal"), "channels.terminal: this name is taken"),
        (CHAT.replace("https", "http"), "channels.chat: hooks.slack.com would be called over plain http"),
        ('[channels.chat]\nkind = "slack"\n', "channels.chat: Slack needs the URL of an incoming webhook"),
        (
            '[channels.hook]\nkind = "webhook"\nurl = "https://10.0.0.5/s3cret"\n',
            "channels.hook: 10.0.0.5 is not a public address",
        ),
    ],
)
def test_a_channel_that_cannot_work_stops_the_start_with_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    told = settings(tmp_path, text)
    with pytest.raises(SettingsBroken) as broken:
        wired(told), routes_of(told)
    assert (sentence in str(broken.value), "s3cret" in str(broken.value)) == (True, False)


def test_no_secret_is_in_any_text_about_the_settings(tmp_path: Path) -> None:
    told = settings(tmp_path, CHAT + PAGER)
    shown = [repr(told), str(told), told.model_dump_json(), repr(wired(told)), repr(routes_of(told))]
    assert [text for text in shown if "s3cret" in text] == []
