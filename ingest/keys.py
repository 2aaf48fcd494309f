"""API keys: who may send, read or administer, and for which team. Only digests of the secrets are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import sqlite3
import string
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ingest.faults import Busy
from ingest.team_names import cleaned

SCOPES: Final = ("ingest", "read", "admin")
# In the place of a team's name: every team.
EVERY: Final = "*"
WAIT_FOR_TURN_S: Final = 3.0
# A revoked key stops within this time in every process; a key in use costs one look at the file in it.
REMEMBERED_S: Final = 30.0
MOST_REMEMBERED: Final = 4_096

_LETTERS: Final = string.digits + string.ascii_letters
_SECRET: Final = re.compile(r"outlay_([0-9A-Za-z]{8})_[0-9A-Za-z]{43}")
# 43 letters of 62 hold 256 bits: no digest of such a secret can be searched, so a fast one serves.
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS keys (
    key_id     TEXT PRIMARY KEY,
    sha256     BLOB NOT NULL,
    team       TEXT,               -- whose spend it is when nobody else is named; NULL: nobody's
    scopes     TEXT NOT NULL,      -- words with a space between
    created_at TEXT NOT NULL,      -- UTC, ISO 8601
    revoked_at TEXT,
    speaks_for TEXT                -- JSON list of other teams, ["*"] every one; NULL in files of earlier versions
)
"""
_FIELDS: Final = "key_id, team, scopes, created_at, revoked_at, speaks_for"


class NoSuchKey(LookupError):
    """There is no key of this id, or it was revoked before."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret.

    What it sends is spend of `team`. A gateway's key also `speaks_for` others: what it sends is theirs when the payload
    says so. `EVERY` among them is every team; a gateway without a `team` leaves the rest unattributed.
    """

    key_id: str
    team: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    speaks_for: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...] | None:
        """The teams whose spend it may read; None is every team, and Unattributed."""
        if EVERY in self.speaks_for:
            return None
        own = () if self.team is None else (self.team,)
        return (*own, *(team for team in self.speaks_for if team != self.team))


class Keys:
    """The keys of a home, in one SQLite file that several processes share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(
        self,
        team: str | None,
        *,
        now: datetime,
        scopes: Sequence[str] = ("ingest", "read"),
        speaks_for: Sequence[str] = (),
    ) -> tuple[Key, str]:
        """Make a key; its secret is given this once. A key of no team that speaks for nobody in particular is all's.

        Raises ValueError for a scope that does not exist and for a name that is none.
        """
        for unknown in set(scopes) - set(SCOPES):
            raise ValueError(f"'{unknown}' is no scope of a key; ingest, read and admin are")
        own = None if team is None else _team(team)
        if own == EVERY:
            raise ValueError("'*' is no team; a key that speaks for every team has no team of its own")
        others = tuple(sorted({_team(each) for each in speaks_for}))
        if EVERY in others or (own is None and not others):
            others = (EVERY,)
        key = Key(_letters(8), own, tuple(each for each in SCOPES if each in scopes), now.astimezone(UTC), None, others)
        secret = f"outlay_{key.key_id}_{_letters(43)}"
        told = (key.key_id, _digest(secret), own, " ".join(key.scopes), key.created_at.isoformat(), _json(others))
        with self._open() as connection:
            connection.execute(
                "INSERT INTO keys (key_id, sha256, team, scopes, created_at, speaks_for) VALUES (?, ?, ?, ?, ?, ?)",
                told,
            )
        return key, secret

    def find(self, secret: str) -> Key | None:
        """The key of a secret, None when there is none or it was revoked. Takes as long for every wrong secret."""
        if not (parts := _SECRET.fullmatch(secret)):
            return None
        with self._open() as connection:
            row = connection.execute(
                f"SELECT sha256, {_FIELDS} FROM keys WHERE key_id = ?",  # noqa: S608 - the fields are ours
                (parts[1],),
            ).fetchone()
        stored = row[0] if row else bytes(32)
        if not hmac.compare_digest(stored, _digest(secret)):
            return None
        key = _key(row[1:])
        return None if key.revoked_at else key

    def list(self) -> list[Key]:
        """Every key ever made, oldest first."""
        with self._open() as connection:
            rows = connection.execute(f"SELECT {_FIELDS} FROM keys ORDER BY created_at, key_id")  # noqa: S608 - as above
            return [_key(row) for row in rows]

    def revoke(self, key_id: str, now: datetime) -> None:
        """Make a key worthless from now on; raises NoSuchKey when there is none that still has worth."""
        with self._open() as connection:
            done = connection.execute(
                "UPDATE keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL",
                (now.astimezone(UTC).isoformat(), key_id),
            )
            if done.rowcount == 0:
                raise NoSuchKey(f"there is no key {key_id} that could be revoked; `outlay keys list` shows them")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=WAIT_FOR_TURN_S)) as connection, connection:
                connection.execute(_TABLE)
                _grow(connection)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise Busy(f"the keys cannot be read now ({error}); try again") from error


class RememberedKeys:
    """Keys as one process remembers them: a valid secret is looked up once in `REMEMBERED_S`."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._found: dict[bytes, tuple[Key, datetime]] = {}

    def recall(self, secret: str, now: datetime) -> Key | None:
        """The key if it was found within `REMEMBERED_S` before `now`; does not look at the file."""
        key, since = self._found.get(_digest(secret), (None, now))
        return key if 0 <= (now - since).total_seconds() < REMEMBERED_S else None

    def find(self, secret: str, now: datetime) -> Key | None:
        """As `Keys.find`, up to `REMEMBERED_S` behind it; a wrong secret is looked up every time."""
        if remembered := self.recall(secret, now):
            return remembered
        digest = _digest(secret)
        key = self._keys.find(secret)
        self._found.pop(digest, None)
        if key:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            self._found[digest] = (key, now)
        return key


def secret_in(headers: Any) -> str | None:
    """The secret a request carries; None when it carries none.

    As `Authorization: Bearer …`, as `x-api-key: …`, or as one half of a basic authorization, which is all that
    Langfuse's SDKs send.
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return str(value.strip())
    halves = _halves(value) if scheme.lower() == "basic" else ()
    return next((half for half in halves if half.startswith("outlay_")), None) or headers.get("x-api-key") or None


def _halves(encoded: str) -> tuple[str, ...]:
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, or not UTF-8 inside
        return ()
    return password, user


def _grow(connection: sqlite3.Connection) -> None:
    """Give a file of an earlier version the column it lacks; of two processes that do so one wins."""
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(keys)")}
    if "speaks_for" not in columns:
        with suppress(sqlite3.OperationalError):
            connection.execute("ALTER TABLE keys ADD COLUMN speaks_for TEXT")


def _team(name: str) -> str:
    team = cleaned(name)
    if team is None:
        raise ValueError(f"{name!r} is no name of a team; write letters or digits")
    return team


def _json(teams: Sequence[str]) -> str:
    return json.dumps(teams, ensure_ascii=False)


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _key(row: tuple[Any, ...]) -> Key:
    key_id, team, scopes, created_at, revoked_at, speaks_for = row
    revoked = datetime.fromisoformat(revoked_at) if revoked_at else None
    # Before there were gateways, a key without a team was every team's.
    others = tuple(json.loads(speaks_for)) if speaks_for else (EVERY,) if team is None else ()
    return Key(key_id, team, tuple(scopes.split()), datetime.fromisoformat(created_at), revoked, others)
