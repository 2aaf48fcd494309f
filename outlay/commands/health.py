"""status, doctor, verify: is it running, can the numbers be trusted, do the books add up."""

from __future__ import annotations

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json
from outlay.counter import ask
from outlay.home import Home


def status(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """What has been received and read so far, and who serves it."""
    found = ask(Home(home), "status", {}, now())
    serving = Home(home).serving()
    if json:
        as_json(found)
        return
    if serving:
        typer.echo(f"Process {serving.pid} accepts spans at {serving.otlp_url} and shows pages at {serving.web_url}.")
    else:
        typer.echo(f"No server runs; `outlay serve --home {home}` starts one.")
    typer.echo(
        f"{found['journal_entries']:,} requests in the journal, {found['journal_lag_entries']:,} of them still to be "
        f"read; {found['spans']:,} spans told of {found['calls']:,} billed calls."
    )


def doctor(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """What is in doubt about the numbers, and what to do about each; exits 1 when something is."""
    found = ask(Home(home), "doctor", {}, now())
    if json:
        as_json(found)
    else:
        for finding in found["findings"]:
            typer.echo(f"{'✓' if finding['passed'] else '✗'} {finding['sentence']}")
            if not finding["passed"]:
                typer.echo(f"    → {finding['way_out']}")
    if not found["ok"]:
        raise typer.Exit(1)


def verify(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """Count everything again, from the journal to the hours; exits 1 when two books disagree."""
    found = ask(Home(home), "verify", {}, now())
    if json:
        as_json(found)
    else:
        for check in found["checks"]:
            typer.echo(f"{'✓' if check['passed'] else '✗'} {check['sentence']}")
    if not found["ok"]:
        raise typer.Exit(1)
