"""Who comes in: every path of the socket is closed without a key, but for two that say whether it is alive."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest import answers
from ingest.answers import Answer
from ingest.faults import Busy, Refused
from ingest.keys import Key, RememberedKeys, secret_in

log = structlog.get_logger("ingest")

OPEN_PATHS: Final = frozenset(("/healthz", "/readyz"))
SCOPE: Final = "ingest"


class Doorkeeper:
    """Lets a request through with its key in `scope["state"]["key"]`, None when keys are off and none was sent."""

    def __init__(self, app: ASGIApp, keys: RememberedKeys, *, required: bool) -> None:
        self._app = app
        self._keys = keys
        self._required = required

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        # The path the router will match, not one rebuilt from Host or from an encoded form.
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            scope.setdefault("state", {})["key"] = await self._key(secret_in(headers))
        except Refused as refusal:
            log.info("request refused", status=refusal.status, reason=refusal.sentence)
            await as_response(answers.refused(refusal, headers.get("content-type")))(scope, receive, send)
        except Busy as busy:
            log.warning("keys not read", reason=busy.sentence)
            await as_response(answers.busy(busy, headers.get("content-type")))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _key(self, secret: str | None) -> Key | None:
        if secret is None:
            if self._required:
                raise Refused("no key was sent; send one as 'Authorization: Bearer …' or 'x-api-key: …'", 401)
            return None
        now = datetime.now(UTC)
        key = self._keys.recall(secret, now) or await asyncio.to_thread(self._keys.find, secret, now)
        if not self._required:
            return key
        if key is None:
            raise Refused("the key is unknown or was revoked; `outlay keys create --team T` makes one", 401)
        if SCOPE not in key.scopes:
            raise Refused(f"the key {key.key_id} may {' and '.join(key.scopes)}, not send spans", 403)
        return key


def as_response(answer: Answer) -> Response:
    """An answer as Starlette sends it."""
    return Response(answer.body, answer.status, dict(answer.headers), answer.content_type)
