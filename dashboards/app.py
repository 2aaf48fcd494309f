"""Serve what people look at: the pages at /, the questions under /api/v1, both from one warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dashboards.answer_page import answer_routes
from dashboards.api import Command, CommandRefused, api
from dashboards.desk import Authorise, Desk, lay
from dashboards.latecomer import Latecomer, Living
from dashboards.sources import Sources
from dashboards.view import Lag, View
from warehouse import Warehouse

__all__ = ["Command", "CommandRefused", "create"]

# The pages' JavaScript is 10 MB plain on a first visit; level 5 sends a third of it for half the CPU time of level 9.
GZIP_LEVEL = 5


def create(
    warehouse: Warehouse,
    *,
    view: View,
    authorise: Authorise,
    commands: Mapping[str, Command],
    lag: Callable[[], Lag],
    clock: Callable[[], datetime],
    sources: Sources | None = None,
) -> FastAPI:
    """The web application of one server, to be run by uvicorn in the process that owns the warehouse.

    `authorise` says whom a header's value ('Bearer outlay_…', or None) stands for; it is asked on every request and on
    every rerun of a page, so a revoked key stops at once. `commands` answer POST /api/v1/commands/NAME, for
    administrators only. `clock` gives the aware UTC instant. A process runs one such application: Streamlit has one
    runtime.
    """
    desk = Desk(warehouse, view, authorise, lag, clock, sources or Sources())
    lay(desk)
    pages = Latecomer(_drawn)
    app = FastAPI(lifespan=pages.coming, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(ClientDisconnect, _nobody_reads)
    app.add_middleware(GZipMiddleware, compresslevel=GZIP_LEVEL)
    # A page on the internet must not read this server by pointing its own name at 127.0.0.1 (DNS rebinding).
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(view.hosts), www_redirect=False)
    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.include_router(api(desk, commands))
    if desk.sources.answering:
        app.router.routes.extend(answer_routes(desk.sources.answering, clock))
    app.mount("/", pages)
    return app


def _drawn() -> Living:
    # Streamlit is a second of work, which neither an agent, a command nor an alert needs to wait for.
    loaded: Living = import_module("dashboards.drawn").pages()
    return loaded


def _nobody_reads(_request: Request, _gone: Exception) -> Response:
    # Whoever hung up while sending needs no answer, and we no traceback.
    return Response(status_code=499)


def healthz() -> dict[str, Any]:
    """Answers as long as the process does."""
    return {"status": "ok"}
