"""incidents: what is out of line, who looks after it, and what it was."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, SinceOption, TeamOption
from outlay.commands.show import as_json, as_table, plain
from outlay.counter import ask
from outlay.home import Home

app = typer.Typer(help="Show what is out of line, answer it, say what it was, and see who changed what.")
IncidentArgument = Annotated[str, typer.Argument(help="Its id, as `outlay incidents list` shows it.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for whoever comes after you.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Your name; by default the one you are logged in with.")]
UntilOption = Annotated[str, typer.Option("--until", help="Until this day or instant (2026-10-03T18:00).")]


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """Show what is out of line, answer it, say what it was, and see who changed what."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_(
    *,
    home: HomeOption = DEFAULT_HOME,
    team: TeamOption = None,
    since: SinceOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    json: JsonOption = False,
) -> None:
    """What is out of line now, dearest first; with --all what was in the last 30 days."""
    found = ask(Home(home), "incidents_list", {"team": team, "since": since, "all": every}, now())["incidents"]
    if json:
        as_json(found)
        return
    columns = ("incident_id", "kind", "team", "workflow", "opened_at", "severity", "state", "impact_usd", "driver")
    as_table([{name: row[name] for name in columns} for row in found], empty="Nothing is out of line.")


@app.command("show")
def show(incident: IncidentArgument, *, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """One of them: how much, since when, why, and what people did about it."""
    found = ask(Home(home), "incidents_show", {"incident": incident}, now())
    if json:
        as_json(found)
        return
    typer.echo(f"{found['severity']}, {found['state']}")
    for line in (*found["lines"], *(done["sentence"] for done in found["acts"])):
        typer.echo(plain(line))


@app.command("ack")
def ack(
    incident: IncidentArgument,
    *,
    reason: ReasonOption = "",
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Say that you look after it."""
    _act(home, json, {"incident": incident, "action": "ack", "reason": reason, "by": by or getpass.getuser()})


@app.command("snooze")
def snooze(
    incident: IncidentArgument,
    until: UntilOption,
    *,
    reason: ReasonOption = "",
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Hear nothing of it until then, at most a week; it is told again if it goes on."""
    told = {"incident": incident, "action": "snooze", "until": until, "reason": reason}
    _act(home, json, {**told, "by": by or getpass.getuser()})


@app.command("expect")
def expect(
    incident: IncidentArgument,
    until: UntilOption,
    reason: ReasonOption,
    *,
    most_an_hour: Annotated[
        str | None, typer.Option("--most-an-hour", help="US dollars an hour it may cost; more is told.")
    ] = None,
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Say that it is planned: it is over, its hours teach nothing, and until then nobody is alarmed by it."""
    told = {"incident": incident, "action": "expect", "until": until, "reason": reason, "most_an_hour": most_an_hour}
    _act(home, json, {**told, "by": by or getpass.getuser()})


@app.command("feedback")
def feedback(
    incident: IncidentArgument,
    word: Annotated[str, typer.Argument(help="incident, new-normal, too-small or false-alarm; planned is `expect`.")],
    *,
    reason: ReasonOption = "",
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Say what it was; the detector learns from it at once, and you can undo it."""
    _act(home, json, {"incident": incident, "action": word, "reason": reason, "by": by or getpass.getuser()})


@app.command("undo")
def undo(
    incident: IncidentArgument,
    *,
    reason: ReasonOption = "",
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Take back what was last done about it: it is as if it never was."""
    params = {"incident": incident, "reason": reason, "by": by or getpass.getuser()}
    _say(ask(Home(home), "incidents_undo", params, now()), json=json)


@app.command("audit")
def audit(
    about: Annotated[str | None, typer.Argument(help="Only of this incident, planned event or silence.")] = None,
    *,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Who changed what, when and why; exits 1 when a row is not as it was written."""
    found = ask(Home(home), "incidents_audit", {"about": about}, now())
    if json:
        as_json(found)
    else:
        columns = ("audit_no", "done_at", "done_by", "what", "about", "about_id", "reason")
        as_table([{name: row[name] for name in columns} for row in found["audit"]], empty="Nothing was changed yet.")
        if found["broken_at"] is not None:
            typer.echo(f"Row {found['broken_at']} is not as it was written, or the one before it is gone.")
    if found["broken_at"] is not None:
        raise typer.Exit(1)


def _act(home: Any, json: bool, params: dict[str, Any]) -> None:
    _say(ask(Home(home), "incidents_act", params, now()), json=json)


def _say(found: dict[str, Any], *, json: bool) -> None:
    if json:
        as_json(found)
        return
    typer.echo(plain(found["sentence"]))
    if found.get("means"):
        typer.echo(found["means"])
