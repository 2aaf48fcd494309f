"""Whom the pages and the API let in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboards import Reader
from ingest import Keys
from outlay.pages.web import authorise

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN = "this-server-s-own"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.db")


def test_the_server_s_own_token_may_do_everything(keys: Keys) -> None:
    reader = authorise(keys, TOKEN)(f"Bearer {TOKEN}")
    assert reader is not None
    assert (reader.teams, reader.may_command) == (None, True)


def test_a_team_s_key_sees_that_team_and_commands_nothing(keys: Keys) -> None:
    _, secret = keys.create("support", now=NOW)
    reader = authorise(keys, TOKEN)(f"Bearer {secret}")
    assert reader is not None
    assert (reader.teams, reader.may_read, reader.may_command) == (("support",), True, False)


@pytest.mark.parametrize(
    ("team", "speaks_for", "teams", "commands"),
    [
        ("platform", ["sales"], ("platform", "sales"), False),
        (None, ["sales", "search"], ("sales", "search"), False),
        (None, ["*"], None, True),
        ("platform", ["*"], None, True),
    ],
)
def test_a_gateway_s_key_sees_the_teams_it_speaks_for(
    keys: Keys, team: str | None, speaks_for: list[str], teams: tuple[str, ...] | None, commands: bool
) -> None:
    _, secret = keys.create(team, now=NOW, scopes=["read", "admin"], speaks_for=speaks_for)
    reader = authorise(keys, TOKEN)(f"Bearer {secret}")
    assert reader is not None
    assert (reader.teams, reader.may_command) == (teams, commands)


def test_a_revoked_key_is_nobody_at_once(keys: Keys) -> None:
    key, secret = keys.create("support", now=NOW)
    who = authorise(keys, TOKEN)
    before = who(f"Bearer {secret}")
    keys.revoke(key.key_id, NOW)
    assert (isinstance(before, Reader), who(f"Bearer {secret}")) == (True, None)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer ", "Bearer x", TOKEN, f"bearer {TOKEN}", "Basic eDp5", "Bearer é"]
)
def test_anything_else_is_nobody(keys: Keys, header: str | None) -> None:
    assert authorise(keys, TOKEN)(header) is None
