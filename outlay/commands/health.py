"""status, doctor, verify: is it running, can the numbers be trusted, do the books add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, SinceOption, TeamOption, UntilOption
from outlay.commands.show import as_json, as_table, plain
from outlay.counter import ask
from outlay.home import Home
from warehouse import usd


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
    for doubt in found["doubts"]:
        typer.echo(f"✗ {doubt}")


def doctor(
    *,
    home: HomeOption = DEFAULT_HOME,
    team: TeamOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
) -> None:
    """What is in doubt about the numbers, by emitter, and what to do about each; exits 1 when somebody has to."""
    found = ask(Home(home), "doctor", {"team": team, "since": since, "until": until}, now())
    if json:
        as_json(found)
    else:
        for finding in found["findings"]:
            typer.echo(f"{'✓' if finding['passed'] else '✗'} {finding['sentence']}")
            if not finding["passed"]:
                typer.echo(f"    → {finding['way_out']}")
        typer.echo()
        as_table([_emitter(each) for each in found["emitters"]], empty="No emitter was heard of.")
        for emitter in found["emitters"]:
            _advise(emitter)
        if found["metrics"]:
            typer.echo("\nWhat metrics counted beside what calls told:")
            as_table([_metric(each) for each in found["metrics"]], empty="")
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


def _emitter(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "emitter": _named(told),
        "dialect": told["dialect"],
        "signals": told["signals"],
        "calls": told["calls"],
        "with usage": told["complete_calls"],
        "cache guessed": told["ambiguous_calls"],
        "unpriced": told["unpriced_calls"],
        "nobody's": told["unattributed_calls"],
        "folded": told["told_again"],
        "last heard": (told["last_at"] or "")[:16].replace("T", " "),
        "at_risk_usd": told["at_risk_usd"],
    }


def _metric(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "emitter": plain(f"{told['service'] or '(no service)'} · {told['scope'] or '(no scope)'}"),
        "metric": told["metric"],
        "model": told["model"] or "",
        "tokens": told["token_class"],
        "metric says": told["metric_tokens"],
        "calls say": "" if told["call_tokens"] is None else told["call_tokens"],
        "gap": "" if told["gap_share"] is None else f"{told['gap_share']:+.1%}",
    }


def _advise(told: dict[str, Any]) -> None:
    if told["advice"]:
        typer.echo(f"\n{'✗' if told['needs_someone'] else '✓'} {_named(told)}{_at_risk(told)}")
    for advice in told["advice"]:
        typer.echo(f"    → {plain(advice['sentence'])} ({advice['counted']})")


def _at_risk(told: dict[str, Any]) -> str:
    if told["at_risk_usd"] is None:
        return ": nobody can say what it puts at risk"
    at_risk = Decimal(told["at_risk_usd"])
    return f": {'about ' if told['at_risk_is_estimate'] else ''}{usd(at_risk)} at risk" if at_risk else ""


def _named(told: dict[str, Any]) -> str:
    scope = f"{told['scope']} {told['version']}".strip()
    return plain(f"{told['service'] or '(no service)'} · {scope or '(no scope)'}")
