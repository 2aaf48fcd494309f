"""The page behind a message's link: it shows what would be done and to what; only its button does it.

Slack, mail scanners and browsers open links by themselves, so opening one changes nothing.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboards.sources import Answering, AnswerRefused, Question

MOST_BYTES = 8 * 1024  # a name, a reason and a choice
SPANS = {"1": "1 hour", "4": "4 hours", "12": "12 hours", "24": "1 day", "72": "3 days", "168": "1 week"}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
}
STYLE = """
:root{color-scheme:light dark}
body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}
label{display:block;margin:1rem 0 .3rem} input,select{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}
button{font:inherit;margin-top:1.5rem;padding:.7rem 1.2rem;width:100%}
"""


def answer_routes(answering: Answering, clock: Callable[[], datetime]) -> list[Route]:
    """GET shows, POST acts; the token in the path is all the authority there is, for one act on one incident."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            question = await run_in_threadpool(answering.look, token, clock())
        except AnswerRefused as refused:
            return _page("Nothing was done", [str(refused)], 410)
        return _page(question.title, question.lines, form=_form(question))

    async def do(request: Request) -> Response:
        token = request.path_params["token"]
        now = clock()
        try:
            told = await _told(request)
            hours = told.get("hours", "")
            until = now + timedelta(hours=int(hours)) if hours in SPANS else None
            done = await run_in_threadpool(
                answering.act, token, by=told.get("name", ""), until=until, reason=told.get("reason", ""), now=now
            )
        except AnswerRefused as refused:
            return _page("Nothing was done", [str(refused)], 409)
        return _page("Done", [done, "Whoever was told of it is told this too."])

    path = "/answer/{token}"
    return [Route(path, show, methods=["GET"]), Route(path, do, methods=["POST"])]


async def _told(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise AnswerRefused("this is more than the form sends")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}


def _form(question: Question) -> str:
    fields = ['<label for="name">Your name</label><input id="name" name="name" required maxlength="80">']
    if question.asks_until:
        options = "".join(f'<option value="{hours}">{words}</option>' for hours, words in SPANS.items())
        fields.append(f'<label for="hours">For how long</label><select id="hours" name="hours">{options}</select>')
    if question.asks_reason:
        fields.append('<label for="reason">Why</label><input id="reason" name="reason" required maxlength="300">')
    return f'<form method="post">{"".join(fields)}<button type="submit">{html.escape(question.verb)}</button></form>'


def _page(title: str, lines: tuple[str, ...] | list[str], status: int = 200, form: str = "") -> HTMLResponse:
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{html.escape(title)}</title><style>{STYLE}</style></head>'
        f"<body><main><h1>{html.escape(title)}</h1>{said}{form}</main></body></html>",
        status,
        HEADERS,
    )
