"""Whose key opens the socket, whichever way a request comes in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from ingest.faults import Refused
from ingest.keys import Key, RememberedKeys

SCOPE: Final = "ingest"


class Gate:
    """Knows the keys, and whether one is required."""

    def __init__(self, keys: RememberedKeys, *, required: bool) -> None:
        self._keys = keys
        self._required = required

    async def admit(self, secret: str | None) -> Key | None:
        """The key of a secret; None when keys are off and none was sent.

        Raises `Refused` 401 without a key or with an unknown one, 403 when it may not send, `Busy` when the keys
        cannot be read now.
        """
        if secret is None:
            if self._required:
                raise Refused("no key was sent; send one as 'Authorization: Bearer …' or 'x-api-key: …'", 401, "key")
            return None
        now = datetime.now(UTC)
        key = self._keys.recall(secret, now) or await asyncio.to_thread(self._keys.find, secret, now)
        if not self._required:
            return key
        if key is None:
            raise Refused("the key is unknown or was revoked; `outlay keys create --team T` makes one", 401, "key")
        if SCOPE not in key.scopes:
            raise Refused(f"the key {key.key_id} may {' and '.join(key.scopes)}, not send spans", 403, "key")
        return key
