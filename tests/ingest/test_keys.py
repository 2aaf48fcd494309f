"""Keys: shown once, kept as digests, worthless when revoked."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from ingest import Busy, Key, Keys, NoSuchKey, RememberedKeys, secret_in

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.db")


def test_a_key_is_found_by_its_secret(keys: Keys) -> None:
    key, secret = keys.create("support", now=NOW)
    assert (keys.find(secret), key) == (key, Key(key.key_id, "support", ("ingest", "read"), NOW))


def test_a_secret_names_its_key_and_holds_256_bits(keys: Keys) -> None:
    key, secret = keys.create(None, now=NOW, scopes=["admin"])
    assert re.fullmatch(f"outlay_{key.key_id}_[0-9A-Za-z]{{43}}", secret)


def test_no_secret_is_kept(keys: Keys, tmp_path: Path) -> None:
    _, secret = keys.create("support", now=NOW)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (secret[-43:].encode() in kept, b"support" in kept) == (False, True)


def test_any_other_secret_finds_nothing(keys: Keys) -> None:
    key, secret = keys.create("support", now=NOW)
    _, other = keys.create("sales", now=NOW)
    mixed = f"outlay_{key.key_id}_{other[-43:]}"
    wrong = ["", "x", secret[:-1], secret + "0", mixed, secret.upper(), "outlay_00000000_" + "0" * 43, "' OR 1=1 --"]
    assert [keys.find(each) for each in wrong] == [None] * len(wrong)


def test_a_revoked_key_finds_nothing_and_stays_in_the_list(keys: Keys) -> None:
    key, secret = keys.create("support", now=NOW)
    keys.revoke(key.key_id, NOW + timedelta(days=1))
    assert (keys.find(secret), [each.revoked_at for each in keys.list()]) == (None, [NOW + timedelta(days=1)])


def test_what_is_not_there_cannot_be_revoked(keys: Keys) -> None:
    key, _ = keys.create("support", now=NOW)
    keys.revoke(key.key_id, NOW)
    for missing in (key.key_id, "nothere0"):
        with pytest.raises(NoSuchKey, match=missing):
            keys.revoke(missing, NOW)


def test_a_scope_that_does_not_exist_is_refused(keys: Keys) -> None:
    with pytest.raises(ValueError, match="'write' is no scope"):
        keys.create("support", now=NOW, scopes=["write"])


def test_a_gateways_key_speaks_for_the_teams_it_lists_in_one_order(keys: Keys) -> None:
    key, secret = keys.create("platform", now=NOW, speaks_for=["search", "sales", "search"])
    assert (keys.find(secret), key.speaks_for) == (key, ("sales", "search"))


@pytest.mark.parametrize(
    ("team", "speaks_for", "reads"),
    [
        ("support", [], ("support",)),
        ("support", ["sales", "support"], ("support", "sales")),
        (None, ["sales", "search"], ("sales", "search")),
        ("support", ["sales", "*"], None),
        (None, [], None),
    ],
)
def test_a_key_reads_its_own_team_and_those_it_speaks_for(
    keys: Keys, team: str | None, speaks_for: list[str], reads: tuple[str, ...] | None
) -> None:
    _, secret = keys.create(team, now=NOW, speaks_for=speaks_for)
    found = keys.find(secret)
    assert found
    assert found.reads == reads


def test_a_teams_name_is_kept_as_it_looks(keys: Keys) -> None:
    key, _ = keys.create(" Se\u200barch\u00a0 Ｔeam\n", now=NOW)
    assert key.team == "Search Team"


@pytest.mark.parametrize("name", ["", " ", "\u200b", "*"])
def test_a_name_that_shows_nothing_or_means_everybody_is_no_team(keys: Keys, name: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        keys.create(name, now=NOW)


def test_the_keys_of_an_earlier_version_go_on(keys: Keys, tmp_path: Path) -> None:
    _, secret = keys.create("support", now=NOW)
    _, of_all = keys.create(None, now=NOW)
    with closing(sqlite3.connect(tmp_path / "keys.db")) as file, file:
        file.execute("ALTER TABLE keys DROP COLUMN speaks_for")
    found = [keys.find(each) for each in (secret, of_all)]
    assert [each and each.reads for each in found] == [("support",), None]


def test_a_revoked_key_stops_within_half_a_minute(keys: Keys) -> None:
    key, secret = keys.create("support", now=NOW)
    remembered = RememberedKeys(keys)
    remembered.find(secret, NOW)
    keys.revoke(key.key_id, NOW)
    assert (
        remembered.find(secret, NOW + timedelta(seconds=29)),
        remembered.find(secret, NOW + timedelta(seconds=30)),
    ) == (
        key,
        None,
    )


def test_a_new_key_works_at_once_though_it_was_tried_before(keys: Keys) -> None:
    remembered = RememberedKeys(keys)
    remembered.find("outlay_00000000_" + "0" * 43, NOW)
    key, secret = keys.create("support", now=NOW)
    assert (remembered.recall(secret, NOW), remembered.find(secret, NOW), remembered.recall(secret, NOW)) == (
        None,
        key,
        key,
    )


def test_keys_that_cannot_be_read_are_busy(tmp_path: Path) -> None:
    (tmp_path / "keys.db").mkdir()
    with pytest.raises(Busy, match="keys cannot be read"):
        Keys(tmp_path / "keys.db").list()


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"Authorization": "Bearer outlay_x"}, "outlay_x"),
        ({"authorization": "bearer  outlay_x "}, "outlay_x"),
        ({"X-API-Key": "outlay_x"}, "outlay_x"),
        ({"Authorization": "Basic abc", "x-api-key": "outlay_x"}, "outlay_x"),
        ({"Authorization": "Basic cGstbGY6b3V0bGF5X3g="}, "outlay_x"),  # pk-lf:outlay_x
        ({"Authorization": "Basic b3V0bGF5X3g6"}, "outlay_x"),  # outlay_x:
        ({"Authorization": "Basic cGstbGY6c2stbGY="}, None),
        ({"Authorization": "Basic gIA="}, None),
        ({"Authorization": "Bearer "}, None),
        ({"x-api-key": ""}, None),
        ({}, None),
    ],
)
def test_where_a_request_carries_its_secret(headers: dict[str, str], secret: str | None) -> None:
    assert secret_in(Headers(headers)) == secret
