"""The questions as URLs: what the pages show, for programs, with the same scope as the key that asks."""

from collections.abc import Callable, Coroutine, Mapping
from difflib import get_close_matches
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from dashboards.asked import Asked, BadQuestion, NotYours, asked, within
from dashboards.desk import Desk
from dashboards.incident_story import as_json, list_json, story
from dashboards.queries import looking
from dashboards.view import EVERYONE, Reader
from warehouse import Answer, NotGrouped, Question, answer, metric, metric_names

Command = Callable[[dict[str, Any]], dict[str, Any]]
THERE = "status, metrics, metrics/NAME, incidents, incidents/ID, statements/MONTH"
MAX_COMMAND_BYTES = 16 * 2**20  # a command carries names and small files, never a journal


class CommandRefused(Exception):
    """A command was understood and not carried out; the sentence says why."""


class _Refused(Exception):
    """Leave a handler with this status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Sentences(APIRoute):
    """Every error is JSON with one sentence: {"error": "..."}."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with our refusals turned into answers."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except BadQuestion as bad:
                return _json({"error": str(bad)}, 400)
            except NotYours as foreign:
                return _json({"error": str(foreign)}, 403)
            except CommandRefused as refused:
                return _json({"error": str(refused)}, 409)
            except _Refused as refused:
                return _json({"error": str(refused)}, refused.status)

        return handler


def api(desk: Desk, commands: Mapping[str, Command]) -> APIRouter:
    """The routes under /api/v1 and /v1. Each asks for a reader first; none is open."""

    def reading(request: Request) -> Reader:
        if not desk.view.keys_required:
            return EVERYONE
        reader = _bearer(desk, request)
        if not reader.may_read:
            raise _Refused(403, "this key may send spans but not read; ask for one with the scope 'read'")
        return reader

    def commanding(request: Request) -> Reader:
        reader = _bearer(desk, request)
        if not reader.may_command:
            raise _Refused(403, "commands take this server's own token, or a key with the scope 'admin' for all teams")
        return reader

    reads = APIRouter(prefix="/api/v1", route_class=_Sentences, dependencies=[Depends(reading)])
    acts = APIRouter(prefix="/api/v1/commands", route_class=_Sentences, dependencies=[Depends(commanding)])
    Reads = Annotated[Reader, Depends(reading)]  # noqa: N806 - a type, though made here

    @reads.get("/status")
    def status(reader: Reads) -> Response:
        """How much is known, and how far the reading is behind what was received."""
        return _json(_status(desk, reader))

    @reads.get("/metrics")
    def metrics() -> Response:
        """Every metric by name, with what it says and why one would ask."""
        known = (metric(name) for name in metric_names())
        told = [
            {
                "name": m.name,
                "title": m.title,
                "unit": m.unit,
                "grain": list(m.grain),
                "by": list(m.dimensions),
                "params": list(m.params),
                "why": m.why.strip(),
            }
            for m in known
        ]
        return _json({"metrics": told})

    @reads.get("/metrics/{name}")
    def one_metric(name: str, request: Request, reader: Reads) -> Response:
        """One metric's rows: ?since=2026-10-01&until=2026-11-01&team=T&by=model,month&format=json|csv|arrow."""
        if name not in metric_names():
            raise _Refused(404, f"no metric is called {name!r}{_close(name, metric_names())}")
        question = asked(request.query_params.multi_items(), desk.view.zone)
        teams = within(reader, question.teams)
        found = _answered(desk, name, question, teams)
        if question.format == "csv":
            return Response(found.to_csv(), media_type="text/csv; charset=utf-8", headers=_attached(f"{name}.csv"))
        if question.format == "arrow":
            return Response(found.to_arrow(), media_type="application/vnd.apache.arrow.stream")
        return _json(found.as_json())

    @reads.get("/statements/{month}")
    def statements(month: str, reader: Reads) -> Response:
        """The files of one month's statement that this reader may have."""
        return _json({"month": month, "files": list(_files(desk, reader, month))})

    @reads.get("/statements/{month}/{file}")
    def statement(month: str, file: str, reader: Reads) -> Response:
        """One of them; the name is looked up in the list, never on a disk."""
        files = _files(desk, reader, month)
        if file not in files:
            raise _Refused(404, f"{month} has no file {file!r} for this reader{_close(file, list(files))}")
        found = files[file]
        return Response(found.read(), media_type=found.media_type, headers=_attached(found.name))

    @reads.api_route("/{nothing:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def no_such_route(nothing: str) -> Response:
        """Without this, the pages would answer with HTML."""
        raise _Refused(404, f"nothing is at /api/v1/{nothing}; there are: {THERE}")

    @acts.post("/{name}")
    async def command(name: str, request: Request) -> Response:
        """Have the server carry out one of its commands: a JSON object in, a JSON object out."""
        if name not in commands:
            raise _Refused(404, f"no command is called {name!r}{_close(name, list(commands))}")
        payload = await _payload(request)
        return _json(await run_in_threadpool(commands[name], payload))

    router = APIRouter()
    router.include_router(_scraped(desk, reading))
    router.include_router(acts)
    router.include_router(_incidents(desk, reading))
    router.include_router(reads)
    router.include_router(_gates(desk, reading))
    return router


def _incidents(desk: Desk, reading: Callable[[Request], Reader]) -> APIRouter:
    """The routes of incidents: the numbers of their pages, for programs."""
    reads = APIRouter(prefix="/api/v1", route_class=_Sentences, dependencies=[Depends(reading)])
    Reads = Annotated[Reader, Depends(reading)]  # noqa: N806 - a type, though made here

    @reads.get("/incidents")
    def incidents(request: Request, reader: Reads) -> Response:
        """What went out of line in a period, or still is, dearest first: ?since=2026-10-01&until=2026-11-01&team=T."""
        question = asked(request.query_params.multi_items(), desk.view.zone)
        if question.by is not None or question.format != "json":
            raise BadQuestion("'by' is no part of this question, and its only format is json")
        teams = within(reader, question.teams)
        look = looking(desk.warehouse, teams=_listed(teams))
        return _json({"incidents": list_json(look, question.since, question.until, desk.clock())})

    @reads.get("/incidents/{incident_id}")
    def one_incident(incident_id: str, reader: Reads) -> Response:
        """One incident with its causes, answers and messages: the numbers of its page."""
        told = story(looking(desk.warehouse, teams=_listed(reader.teams)), incident_id)
        if told is None:
            raise _Refused(404, f"there is no incident {incident_id!r}, or it belongs to a team this key does not show")
        return _json(as_json(told, desk.clock()))

    return reads


def _gates(desk: Desk, reading: Callable[[Request], Reader]) -> APIRouter:
    """The routes under /v1: what a gateway asks on its way, with a reader's key."""
    gates = APIRouter(prefix="/v1", route_class=_Sentences, dependencies=[Depends(reading)])
    Reads = Annotated[Reader, Depends(reading)]  # noqa: N806 - a type, though made here

    @gates.get("/budgets/{scope:path}")
    def may_spend(scope: str, request: Request, reader: Reads) -> Response:
        """What is left of a scope's budgets, for a gateway that asks before it spends: ?team=T narrows it."""
        known = dict(request.query_params.multi_items())
        if foreign := [name for name in known if name != "team"]:
            raise BadQuestion(f"{foreign[0]!r} is no part of this question; only team is")
        if desk.sources.may_spend is None:
            raise _Refused(404, "this server knows no budgets; `outlay serve` does")
        try:
            told = desk.sources.may_spend(scope=scope, team=known.get("team"), teams=reader.teams, now=desk.clock())
        except ValueError as bad:
            raise BadQuestion(str(bad)) from bad
        except PermissionError as foreign_team:
            raise NotYours(str(foreign_team)) from foreign_team
        return _json(told)

    @gates.api_route("/{nothing:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def no_such_gate(nothing: str) -> Response:
        """Without this, the pages would answer with HTML."""
        raise _Refused(404, f"nothing is at /v1/{nothing} here; there is: budgets/SCOPE, such as budgets/team:support")

    return gates


def _scraped(desk: Desk, reading: Callable[[Request], Reader]) -> APIRouter:
    """GET /metrics: numbers about this process, for Prometheus with a key that reads for all teams."""
    router = APIRouter(route_class=_Sentences)

    @router.get("/metrics")
    def metrics(reader: Annotated[Reader, Depends(reading)]) -> Response:
        """The numbers as text."""
        if reader.teams is not None:
            raise _Refused(403, "these numbers are about all teams; a key that reads for all teams may have them")
        if desk.sources.metrics is None:
            raise _Refused(404, "this server counts nothing")
        return Response(desk.sources.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def _bearer(desk: Desk, request: Request) -> Reader:
    told = request.headers.get("authorization")
    key = request.headers.get("x-api-key")
    reader = desk.authorise(told or (f"Bearer {key}" if key else None))
    if reader is None:
        raise _Refused(
            401, "send a key that may read: the header is `Authorization: Bearer outlay_…` or `x-api-key: outlay_…`"
        )
    return reader


def _answered(desk: Desk, name: str, question: Asked, teams: tuple[str, ...] | None) -> Answer:
    wanted = Question(question.since, question.until, teams, desk.clock(), question.by, desk.view.zone)
    try:
        return answer(desk.warehouse, name, wanted)
    except NotGrouped as error:
        raise BadQuestion(str(error)) from error


def _status(desk: Desk, reader: Reader) -> dict[str, Any]:
    lag = desk.lag()
    counts = looking(desk.warehouse, teams=_listed(reader.teams))("status").row(0, named=True)
    return {
        **counts,
        "journal_entries": lag.journal_entries,
        "journal_lag_entries": lag.entries,
        "journal_lag_seconds": lag.seconds,
        "refreshed_at": lag.refreshed_at.isoformat().replace("+00:00", "Z") if lag.refreshed_at else None,
    }


def _files(desk: Desk, reader: Reader, month: str) -> dict[str, Any]:
    source = desk.sources.statement_files
    if source is None:
        raise _Refused(404, "this server writes no statements; `outlay report` does")
    try:
        found = source(month=month, teams=reader.teams, now=desk.clock())
    except ValueError as bad:
        raise BadQuestion(str(bad)) from bad
    return {file.name: file for file in found}


async def _payload(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_COMMAND_BYTES:
            raise _Refused(413, f"a command's payload is at most {MAX_COMMAND_BYTES // 2**20} MiB")
    try:
        payload = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadQuestion(f"a command's payload is a JSON object; this is none: {error}") from None
    if not isinstance(payload, dict):
        raise BadQuestion(f"a command's payload is a JSON object, not {type(payload).__name__}")
    return payload


def _close(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; there are: {', '.join(names)}" if names else ""


def _attached(name: str) -> dict[str, str]:
    safe = "".join(mark if mark.isascii() and (mark.isalnum() or mark in "._- ") else "_" for mark in name)
    return {"content-disposition": f'attachment; filename="{safe}"', "x-content-type-options": "nosniff"}


def _listed(teams: tuple[str, ...] | None) -> list[str] | None:
    return None if teams is None else list(teams)


def _json(told: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(told), status, media_type="application/json")
