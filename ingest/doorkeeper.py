"""Who comes in: every path of the socket is closed without a key, but for two that say whether it is alive."""

from __future__ import annotations

from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest import answers
from ingest.answers import Answer
from ingest.faults import Busy, Refused
from ingest.gate import Gate
from ingest.keys import secret_in

log = structlog.get_logger("ingest")

OPEN_PATHS: Final = frozenset(("/healthz", "/readyz"))


class Doorkeeper:
    """Lets a request through with its key in `scope["state"]["key"]`, None when keys are off and none was sent."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        # The path the router will match, not one rebuilt from Host or from an encoded form.
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            scope.setdefault("state", {})["key"] = await self._gate.admit(secret_in(headers))
        except Refused as refusal:
            log.info("request refused", **refusal.logged)
            await as_response(answers.refused(refusal, headers.get("content-type")))(scope, receive, send)
        except Busy as busy:
            log.warning("keys not read", reason=busy.sentence)
            await as_response(answers.busy(busy, headers.get("content-type")))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def as_response(answer: Answer) -> Response:
    """An answer as Starlette sends it."""
    return Response(answer.body, answer.status, dict(answer.headers), answer.content_type)
