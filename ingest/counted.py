"""Every answer to a request over HTTP is counted on its way out, whoever gave it; `Patience` counts those before."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.counters import Counters

# Those who ask whether we are alive are no senders.
QUIET_PATHS = frozenset(("/healthz", "/readyz", "/metrics"))


class Counted:
    """Counts the status of each answer."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self._app = app
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] in QUIET_PATHS:
            await self._app(scope, receive, send)
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counters.answered(message["status"])
            await send(message)

        await self._app(scope, receive, counting)
