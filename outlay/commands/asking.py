"""usage, calls, metric: questions about what was spent."""

from __future__ import annotations

from typing import Annotated

import typer

from outlay.clock import now
from outlay.commands.explained import text
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, SinceOption, TeamOption, UntilOption
from outlay.commands.show import as_json, as_table
from outlay.counter import ask
from outlay.home import Home

CALL_COLUMNS = ("started_at", "team", "workflow", "provider", "model", "cost_usd")
OUTPUT_CLASSES = ("output_text", "reasoning", "audio_out")


def usage(
    *,
    home: HomeOption = DEFAULT_HOME,
    by: Annotated[str, typer.Option(help="Group by these, separated by commas: team, workflow, model, …")] = "team",
    team: TeamOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
) -> None:
    """Calls, tokens and cost, grouped as you like, with what is unpriced or incomplete beside them."""
    params = {
        "by": _parts(by) or [],
        "team": team,
        "since": since,
        "until": until,
    }
    found = ask(Home(home), "usage", params, now())
    if json:
        as_json(found)
    else:
        total = {**dict.fromkeys(params["by"] or (), "TOTAL"), **found["total"]}
        as_table(
            [*found["rows"], total] if found["rows"] else [], empty="No calls yet; point an exporter at the server."
        )


def calls(
    *,
    home: HomeOption = DEFAULT_HOME,
    team: TeamOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="SPAN_ID", help="Explain the cost of the call a span tells of.")
    ] = None,
    trace: Annotated[str | None, typer.Option(help="The trace of that span, where several have its id.")] = None,
    json: JsonOption = False,
) -> None:
    """Every billed call: who, which model, its tokens by class, its cost and the price line that made it."""
    if explain:
        told = ask(Home(home), "explain", {"span_id": explain, "trace_id": trace, "team": team}, now())["calls"]
        if json:
            as_json(told)
        else:
            typer.echo("\n\n".join(text(call) for call in told))
        return
    found = ask(Home(home), "calls", {"team": team, "since": since, "until": until}, now())["calls"]
    if json:
        as_json(found)
    else:
        rows = [{name: call[name] for name in CALL_COLUMNS} | _tokens(call["tokens"]) for call in found]
        as_table(rows, empty="No billed calls here; leave out --team, --since and --until to see all.")


def metric(
    name: Annotated[str | None, typer.Argument(help="Which; leave it out to see them all.")] = None,
    *,
    home: HomeOption = DEFAULT_HOME,
    by: Annotated[
        str | None, typer.Option(help="Group by these instead, separated by commas: team, model, month, …")
    ] = None,
    team: TeamOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
) -> None:
    """One metric by its name, with the share of calls it knows the price of (coverage) on every row."""
    if name is None:
        known = ask(Home(home), "metrics", {}, now())
        if json:
            as_json(known)
        else:
            as_table(known["metrics"], empty="There are no metrics.")
        return
    params = {"name": name, "by": _parts(by), "team": team, "since": since, "until": until}
    found = ask(Home(home), "metric", params, now())
    if json:
        as_json(found)
    else:
        as_table(found["rows"], empty=f"{name} has no rows for this period; leave out --since and --until to see all.")


def _parts(listed: str | None) -> list[str] | None:
    return None if listed is None else [part.strip() for part in listed.split(",") if part.strip()]


def _tokens(by_class: dict[str, int | None]) -> dict[str, int | None]:
    """Tokens in and out of a call; None where no class of that side was reported."""
    sides: dict[str, list[int]] = {"input_tokens": [], "output_tokens": []}
    for name, count in by_class.items():
        if count is not None:
            sides["output_tokens" if name in OUTPUT_CLASSES else "input_tokens"].append(count)
    return {side: sum(counts) if counts else None for side, counts in sides.items()}
