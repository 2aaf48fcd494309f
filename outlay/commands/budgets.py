"""budgets: what may be spent on what, how each budget stands, and setting one by hand."""

from __future__ import annotations

import getpass
from decimal import Decimal
from typing import Annotated, Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, TeamOption
from outlay.commands.show import as_json, as_table
from outlay.counter import ask
from outlay.home import Home

app = typer.Typer(help="Show what may be spent on what and how each budget stands, and set one.")
EMPTY = "No budgets yet; `outlay budgets set team:NAME 2500.00` sets one, or a section [[budgets]] in outlay.toml."


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """Show what may be spent on what and how each budget stands, and set one."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """The budgets in force, and who says so."""
    found = ask(Home(home), "budgets_list", {}, now())["budgets"]
    if json:
        as_json(found)
    else:
        as_table(found, empty=EMPTY)


@app.command("status")
def status(*, home: HomeOption = DEFAULT_HOME, team: TeamOption = None, json: JsonOption = False) -> None:
    """What is spent of each, how fast, where it will end, and when it will be gone."""
    found = ask(Home(home), "budgets_status", {"team": team}, now())["budgets"]
    if json:
        as_json(found)
    else:
        as_table([_row(each) for each in found], empty=EMPTY)


@app.command("set")
def set_(
    scope: Annotated[str, typer.Argument(help="company, or team:NAME, workflow:, cost_centre:, user:, model:NAME.")],
    amount: Annotated[str, typer.Argument(help="US dollars, such as 2500.00; 0 takes the budget away.")],
    *,
    period: Annotated[str, typer.Option(help="monthly, quarterly or annual.")] = "monthly",
    team: Annotated[str | None, typer.Option("--team", help="Only what this team spends on it.")] = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Set a budget from now on; it wins over outlay.toml."""
    params = {"scope": scope, "amount": amount, "period": period, "team": team, "by": getpass.getuser()}
    found = ask(Home(home), "budgets_set", params, now())
    if json:
        as_json(found)
    else:
        as_table([found], empty="")


def _row(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "scope": told["scope"],
        "team": told["team"],
        "window": told["window"],
        "spent_usd": told["spent_usd"],
        "budget_usd": told["budget_usd"],
        "used": f"{int(Decimal(str(told['used_share'])) * 100)}%",  # as messages say it: never 100 % too early
        "expected": f"{told['expected_share']:.0%}",
        "burn": told["burn"],
        "p50_usd": told["p50_usd"],
        "p90_usd": told["p90_usd"],
        "gone on": told["exhausted_on"],
        "state": told["state"],
    }
