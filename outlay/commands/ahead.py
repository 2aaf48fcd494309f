"""planned and silences: what is said ahead of time, each with an owner and an end."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json, as_table, plain
from outlay.counter import ask
from outlay.home import Home

PLANNED, SILENCE = "planned", "silence"
planned = typer.Typer(help="Say that spend will be unusual: such hours alarm nobody and teach nothing.")
silences = typer.Typer(help="Have nothing sent about a team or workflow for a while; incidents are still found.")

UntilOption = Annotated[str, typer.Option("--until", help="Until this day or instant (2026-10-03T18:00).")]
SinceOption = Annotated[str | None, typer.Option("--since", help="From this day or instant on; by default from now.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for whoever comes after you.")]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="Whom to ask about it; by default you.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Your name; by default the one you are logged in with.")]
WhoseOption = Annotated[str | None, typer.Option("--team", help="Only this team; Unattributed is one.")]
WorkflowOption = Annotated[str | None, typer.Option("--workflow", help="Only this workflow.")]
PastOption = Annotated[bool, typer.Option("--past", help="Also what is over.")]
EntryArgument = Annotated[str, typer.Argument(help="Its id, as `list` shows it.")]


@planned.callback(invoke_without_command=True)
def no_plan_typed(context: typer.Context) -> None:
    """Say that spend will be unusual: such hours alarm nobody and teach nothing."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@silences.callback(invoke_without_command=True)
def no_silence_typed(context: typer.Context) -> None:
    """Have nothing sent about a team or workflow for a while; incidents are still found."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@planned.command("list")
def list_planned(*, past: PastOption = False, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """The planned events that run or come."""
    columns = ("entry_id", "team", "workflow", "starts_at", "ends_at", "most_usd_an_hour", "owner", "reason")
    _list(PLANNED, columns, home, past=past, json=json)


@silences.command("list")
def list_silences(*, past: PastOption = False, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """The silences that run or come."""
    columns = ("entry_id", "team", "workflow", "about", "starts_at", "ends_at", "owner", "reason")
    _list(SILENCE, columns, home, past=past, json=json)


@planned.command("add")
def add_planned(
    until: UntilOption,
    reason: ReasonOption,
    *,
    since: SinceOption = None,
    team: WhoseOption = None,
    workflow: WorkflowOption = None,
    most_an_hour: Annotated[
        str | None, typer.Option("--most-an-hour", help="US dollars an hour it may cost; more is told.")
    ] = None,
    owner: OwnerOption = None,
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Plan an event, such as a launch or a load test; 92 days at most."""
    params = {"kind": PLANNED, "until": until, "reason": reason, "since": since, "team": team, "workflow": workflow}
    _add({**params, "most_an_hour": most_an_hour, "owner": owner, "by": by or getpass.getuser()}, home, json=json)


@silences.command("add")
def add_silence(
    until: UntilOption,
    reason: ReasonOption,
    *,
    since: SinceOption = None,
    team: WhoseOption = None,
    workflow: WorkflowOption = None,
    about: Annotated[
        str | None, typer.Option("--about", help="Only this kind: spend_spike, spend_drop, budget, silence, …")
    ] = None,
    owner: OwnerOption = None,
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Set a silence, pages included; 31 days at most."""
    params = {"kind": SILENCE, "until": until, "reason": reason, "since": since, "team": team, "workflow": workflow}
    _add({**params, "about": about, "owner": owner, "by": by or getpass.getuser()}, home, json=json)


@planned.command("end")
def end_planned(
    entry: EntryArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever comes after you.")] = "",
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """End a planned event before its time."""
    _end(entry, reason, by, home, json=json)


@silences.command("end")
def end_silence(
    entry: EntryArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever comes after you.")] = "",
    by: ByOption = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """End a silence before its time."""
    _end(entry, reason, by, home, json=json)


def _list(kind: str, columns: tuple[str, ...], home: Any, *, past: bool, json: bool) -> None:
    found = ask(Home(home), "agenda_list", {"kind": kind, "past": past}, now())["entries"]
    if json:
        as_json(found)
    else:
        as_table([{name: row[name] for name in columns} for row in found], empty="There is none.")


def _add(params: dict[str, Any], home: Any, *, json: bool) -> None:
    _say(ask(Home(home), "agenda_add", params, now()), json=json)


def _end(entry: str, reason: str, by: str | None, home: Any, *, json: bool) -> None:
    params = {"entry": entry, "reason": reason, "by": by or getpass.getuser()}
    _say(ask(Home(home), "agenda_end", params, now()), json=json)


def _say(found: dict[str, Any], *, json: bool) -> None:
    if json:
        as_json(found)
    else:
        typer.echo(f"{found['entry_id']}: {plain(found['sentence'])}")
