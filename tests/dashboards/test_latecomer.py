"""What takes long to load comes while others answer: who asks for it waits, and hears why it cannot come."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from dashboards.latecomer import Latecomer, Living


class Late:
    """An application that says whether it lives."""

    def __init__(self) -> None:
        self.lives = False

    def lifespan(self) -> Callable[[Any], AbstractAsyncContextManager[None]]:
        @asynccontextmanager
        async def living(_served: Any) -> AsyncIterator[None]:
            self.lives = True
            yield
            self.lives = False

        return living

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200 if self.lives else 500, "headers": []})
        await send({"type": "http.response.body", "body": b"late"})


def serving(load: Callable[[], Living]) -> TestClient:
    late = Latecomer(load)
    app = FastAPI(lifespan=late.coming)
    app.add_api_route("/healthz", lambda: "early")
    app.mount("/", late)
    return TestClient(app)


def test_others_answer_while_it_loads_and_who_asks_for_it_waits() -> None:
    come, late = threading.Event(), Late()

    def load() -> Late:
        assert come.wait(60)
        return late

    with serving(load) as client:
        early = client.get("/healthz").json()
        threading.Timer(0.05, come.set).start()
        assert (early, client.get("/").text) == ("early", "late")
    assert not late.lives


def test_who_asks_for_what_cannot_be_loaded_hears_why_and_others_answer() -> None:
    def load() -> Late:
        raise ImportError("no library to draw with")

    with serving(load) as client:
        with pytest.raises(ImportError, match="no library to draw with"):
            client.get("/")
        assert client.get("/healthz").json() == "early"
