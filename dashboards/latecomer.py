"""An ASGI application that comes while others answer already: who asks for it waits until it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send


class Living(Protocol):
    """An application with a life of its own beside its requests."""

    def lifespan(self) -> Callable[[Any], AbstractAsyncContextManager[None]]:
        """What to enter before the first request and to leave after the last."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""


class Latecomer:
    """Stands for an application that takes a second of work to load, on a thread, once the server runs."""

    def __init__(self, load: Callable[[], Living]) -> None:
        self._load = load
        self._there: asyncio.Future[Living]

    @asynccontextmanager
    async def coming(self, served: ASGIApp) -> AsyncIterator[None]:
        """Begin to load it; leaving waits until it has ended."""
        self._there = asyncio.get_running_loop().create_future()
        over = asyncio.Event()
        life = asyncio.create_task(self._live(served, over))
        try:
            yield
        finally:
            over.set()
            await life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does; raises what loading it raised."""
        # Shielded: one who stops waiting must not end it for all.
        app = await asyncio.shield(self._there)
        await app(scope, receive, send)

    async def _live(self, served: ASGIApp, over: asyncio.Event) -> None:
        try:
            app = await asyncio.to_thread(self._load)
            async with app.lifespan()(served):
                self._there.set_result(app)
                await over.wait()
        except Exception as error:
            if self._there.done():
                raise
            self._there.set_exception(error)
