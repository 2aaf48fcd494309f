"""The counter where a command asks: the running server if there is one, else the home itself.

Both sides answer from the one table in `questions`, so an answer never depends on whether a server runs.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx2

from outlay.books import open_books
from outlay.home import Home, Serving
from outlay.questions.table import Unanswerable, answer_question
from outlay.settings.file import FILE
from warehouse import HomeInUse

PATH = "/api/v1/commands"
# Another command may hold the home for a moment, or the server may just be starting.
WAIT_FOR_HOME_S = 10.0
LOOK_AGAIN_S = 0.2
# Closing a large month or reading a long journal takes its time; a server that is gone is noticed at once.
ANSWER_WITHIN = httpx2.Timeout(600.0, connect=5.0)
TELL_AFTER_S = 5.0


def ask(home: Home, name: str, params: Mapping[str, Any], now: datetime) -> Any:
    """Ask a question by name; params and the answer are JSON.

    Raises Unanswerable with the sentence to show, and HomeInUse when a process that answers no questions holds the
    home for longer than a moment.
    """
    if not (home.folder / FILE).exists():
        raise Unanswerable(f"{home.folder} is no home of Outlay: it has no {FILE}; name one with --home")
    deadline = time.monotonic() + WAIT_FOR_HOME_S
    while True:
        serving = home.serving()
        if serving:
            try:
                return _ask_server(serving, name, params)
            except httpx2.ConnectError:
                pass  # its record outlived it; the home tells whether anyone has it
        try:
            with open_books(home, now) as books:
                return answer_question(books, name, params, now)
        except HomeInUse:
            if time.monotonic() >= deadline:
                raise
            time.sleep(LOOK_AGAIN_S)


def _ask_server(serving: Serving, name: str, params: Mapping[str, Any]) -> Any:
    # No proxy of the environment stands between this machine and itself.
    with _telling(serving), httpx2.Client(trust_env=False, timeout=ANSWER_WITHIN) as client:
        try:
            response = client.post(
                f"{serving.web_url}{PATH}/{name}",
                json=dict(params),
                headers={"Authorization": f"Bearer {serving.token}"},
            )
        except httpx2.ConnectError:
            raise
        except httpx2.HTTPError as error:
            raise Unanswerable(f"the server at {serving.web_url} did not answer ({error}); look at its log") from None
    if response.status_code != 200:
        raise Unanswerable(_reason(response, serving))
    return response.json()


@contextmanager
def _telling(serving: Serving) -> Iterator[None]:
    """Say on stderr whom we wait for, once the block takes its time."""
    told = f"outlay: still waiting for the server at {serving.web_url} (process {serving.pid}); Ctrl-C asks no longer\n"
    timer = threading.Timer(TELL_AFTER_S, sys.stderr.write, [told])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _reason(response: httpx2.Response, serving: Serving) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"the server at {serving.web_url} answered {response.status_code}; look at its log"
