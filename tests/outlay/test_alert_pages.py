"""What the page of rules and channels is handed: settings and pasts, and never a secret."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from made_once import home_after
from replayed import opened_once

from outlay.books import open_books
from outlay.home import Home
from outlay.pages.alerts import AlertPages
from outlay.settings.alerts import Kind

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
SETTINGS = """
[conditions]
drift_percent = 0

[channels.chat]
kind = "slack"
url = "https://hooks.example/T0/very-secret"

[[routes]]
channels = ["chat"]
severity = ["info"]
digest_at = 07:30:00
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home_after(opened_once, tmp_path, NOW)
    (tmp_path / "outlay.toml").write_text(SETTINGS)
    return Home(tmp_path)


def test_every_condition_is_listed_with_its_setting_and_those_left_out_say_so(home: Home) -> None:
    with open_books(home, NOW) as books:
        lines = {line.kind: line for line in AlertPages(books).rules(now=NOW)}
    drift, lag = lines["drift"], lines["journal_lag"]
    assert (len(lines), drift.watched, drift.setting, lag.fired, lag.setting, lines["regression"].setting) == (
        14,
        False,
        "conditions.drift_percent = 0",
        None,
        "conditions.lag_minutes = 15",
        "conditions.regressions = true",
    )


def test_a_route_may_name_whatever_is_told_and_nothing_else(home: Home) -> None:
    with open_books(home, NOW) as books:
        told = {line.kind for line in AlertPages(books).rules(now=NOW)}
    assert set(get_args(Kind)) == told | {"statement"}


def test_channels_and_routes_tell_no_secret(home: Home) -> None:
    with open_books(home, NOW) as books:
        pages = AlertPages(books)
        told = [*pages.channels(), *pages.routes()]
    assert ("chat" in repr(told), "once a day at 07:30" in repr(told), "very-secret" in repr(told)) == (
        True,
        True,
        False,
    )


def test_a_condition_that_is_left_out_can_be_tried_with_a_value(home: Home) -> None:
    with open_books(home, NOW) as books:
        trial = AlertPages(books).try_rule(setting="conditions.drift_percent", value="35", now=NOW)
    assert (trial.line.watched, trial.line.fired, trial.toml) == (True, 0, "[conditions]\ndrift_percent = 35")
