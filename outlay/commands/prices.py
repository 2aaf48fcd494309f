"""prices: look them up, set them, take in a newer list, price an open month again."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.price_sheet import per_million, sheet
from outlay.commands.show import as_json, as_table
from outlay.counter import ask
from outlay.home import Home
from warehouse import PriceRefused

app = typer.Typer(help="What a token costs and since when: look it up, set it, take in a newer list, price again.")

NameArgument = Annotated[str, typer.Argument(metavar="PROVIDER/MODEL", help="Such as openai/gpt-4o-mini.")]
FileArgument = Annotated[
    Path | None, typer.Argument(help="A price list in JSON or CSV; the one that came with this version if left out.")
]
ValidFromOption = Annotated[
    str | None, typer.Option("--valid-from", help="The first day, in UTC, on which it holds. [default: today]")
]
ByOption = Annotated[str | None, typer.Option(help="Who does it; your user name if left out.")]
Usd = Annotated[str | None, typer.Option(metavar="USD", help="US dollars per million tokens.")]


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """What a token costs and since when: look it up, set it, take in a newer list, price again."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_(
    *,
    home: HomeOption = DEFAULT_HOME,
    provider: Annotated[str | None, typer.Option(help="Only this provider's.")] = None,
    model: Annotated[str | None, typer.Option(help="Only models with this in their name.")] = None,
    on: Annotated[str | None, typer.Option(help="The prices of this day or instant. [default: now]")] = None,
    json: JsonOption = False,
) -> None:
    """The prices in force, in US dollars per million tokens; --json gives lines that `diff` and `import` read."""
    found = ask(Home(home), "prices_list", {"provider": provider, "model": model, "on": on}, now())
    if json:
        as_json(found)
    else:
        as_table(sheet(found["lines"]), empty="No prices like that; leave out --provider and --model to see all.")


@app.command()
def show(name: NameArgument, *, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """Every price a model ever had, has or will have, of every layer, and where each comes from."""
    found = ask(Home(home), "prices_show", {"name": name}, now())
    if json:
        as_json(found)
        return
    known = found["name"]
    if known["price_model"]:
        typer.echo(f"{name} is sold as {known['price_provider']}/{known['price_model']} ({known['matched_by']}).\n")
    if known["because"]:
        typer.echo(f"What the list leaves open: {known['because']}.\n")
    as_table(
        sheet(found["lines"], dated=True),
        empty=f"{name} has no price; `outlay prices set` gives it one, [[models]] of outlay.toml another name.",
    )
    for source in dict.fromkeys(f"{line['layer']}: {line['source'].split(', ')[0]}" for line in found["lines"]):
        typer.echo(f"  {source}")


@app.command("set")
def set_(
    name: NameArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the price.")],
    home: HomeOption = DEFAULT_HOME,
    input_: Annotated[
        str | None, typer.Option("--input", metavar="USD", help="Per million plain input tokens.")
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="USD", help="Per million output tokens, reasoning included.")
    ] = None,
    cache_read: Usd = None,
    cache_write: Usd = None,
    cache_write_1h: Usd = None,
    reasoning: Usd = None,
    audio_in: Usd = None,
    audio_out: Usd = None,
    tier: Annotated[str, typer.Option(help="The service tier it is for.")] = "standard",
    from_tokens: Annotated[int, typer.Option(min=0, help="For requests of so many input tokens or more.")] = 0,
    contract: Annotated[bool, typer.Option("--contract", help="A negotiated price, not an override.")] = False,
    valid_from: ValidFromOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Set a price of your own over the list's, from a day on; a closed month is never rewritten."""
    told = {
        "input_uncached": input_,
        "output_text": output,
        "cache_read": cache_read,
        "cache_write_5m": cache_write,
        "cache_write_1h": cache_write_1h,
        "reasoning": reasoning,
        "audio_in": audio_in,
        "audio_out": audio_out,
    }
    prices = {token_class: usd for token_class, usd in told.items() if usd is not None}
    if not prices:
        raise PriceRefused(f"no price of {name} is told; say at least one, such as --input 2.50")
    params = {
        "name": name,
        "prices": prices,
        "reason": reason,
        "tier": tier,
        "min_input_tokens": from_tokens,
        "layer": "contract" if contract else "override",
        "valid_from": valid_from,
        "by": by or getpass.getuser(),
    }
    found = ask(Home(home), "prices_set", params, now())
    if json:
        as_json(found)
        return
    typer.echo(f"{found['lines']} price lines of {name} hold from {found['valid_from'][:10]} on.")
    if found["calls"]:
        typer.echo(f"{found['calls']:,} calls since then keep the cost they have until their month is priced again,")
        typer.echo("or a late span has them computed again:")
        typer.echo("  outlay prices reprice --month YYYY-MM --dry-run")
    else:
        typer.echo("No call on record since then has this name; calls still to come get this price.")


@app.command()
def diff(
    file: FileArgument = None,
    *,
    home: HomeOption = DEFAULT_HOME,
    valid_from: ValidFromOption = None,
    json: JsonOption = False,
) -> None:
    """What a newer price list would change, and what the last 30 days would have cost at its prices, by team."""
    found = ask(Home(home), "prices_diff", _listed(file) | {"valid_from": valid_from}, now())
    if json:
        as_json(found)
        return
    as_table([_changed(each) for each in found["changes"]], empty=f"{found['version']} changes nothing.")
    if found["left_out"]:
        typer.echo(f"… and {found['left_out']:,} more; a file with fewer models shows all of theirs.")
    typer.echo(
        f"\n{_counted(found)} from {found['valid_from'][:10]} on; {found['same']:,} prices stay, and "
        f"{found['models_not_named']:,} models it does not name are left alone."
    )
    if found["changes"]:
        typer.echo(f"\nThe calls of the last {found['impact_days']} days at these prices:")
        as_table(found["impact"], empty="They would have cost the same.")
        typer.echo("\n`outlay prices import` takes it in. Calls that have a cost keep it until their month is priced")
        typer.echo("again, or a late span has them computed again, which takes the book as it is then.")


@app.command("import")
def import_(
    file: FileArgument = None,
    *,
    home: HomeOption = DEFAULT_HOME,
    valid_from: ValidFromOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Take in a newer price list, as `diff` showed it: dated lines are appended, nothing of the past is rewritten."""
    params = _listed(file) | {"valid_from": valid_from, "by": by or getpass.getuser()}
    found = ask(Home(home), "prices_import", params, now())
    if json:
        as_json(found)
    else:
        typer.echo(f"{_counted(found)} from {found['valid_from'][:10]} on; {found['same']:,} prices stay.")


@app.command()
def reprice(
    *,
    month: Annotated[str, typer.Option(help="The open month, as 2026-10.")],
    home: HomeOption = DEFAULT_HOME,
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="Change the charges, or only show what would change.")
    ] = False,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Price an open month's calls again with the book as it is now; shows what changes by team and model."""
    found = ask(Home(home), "prices_reprice", {"month": month, "apply": apply, "by": by or getpass.getuser()}, now())
    if json:
        as_json(found)
        return
    rows = [row for row in found["rows"] if row["changed_calls"]]
    as_table(rows, empty=f"The {found['calls']:,} calls of {month} cost what they did.")
    verb = "cost" if found["applied"] else "would cost"
    typer.echo(
        f"\n{found['changed_calls']:,} of {found['calls']:,} calls of {month} {verb} another amount: "
        f"${found['before_usd']} before, ${found['after_usd']} after; "
        f"{found['unpriced_before']:,} without a price before, {found['unpriced_after']:,} after."
    )
    if not found["applied"]:
        typer.echo("Nothing was changed; --apply does it.")


def _listed(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return {"file": file.name, "text": file.read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise PriceRefused(f"{file} cannot be read: {error}; name a price list in JSON or CSV") from None


def _changed(change: dict[str, Any]) -> dict[str, Any]:
    def told(steps: list[dict[str, Any]]) -> str:
        first, *later = [per_million(step["usd_per_million"]) for step in steps] or ["—"]
        return " → ".join([first, *later])

    return {
        **{name: change[name] for name in ("kind", "provider", "model", "token_class")},
        "tier": change["service_tier"],
        "from tokens": change["min_input_tokens"],
        "before": told(change["before"]),
        "after": told(change["after"]),
    }


def _counted(found: dict[str, Any]) -> str:
    return f"{found['added']:,} prices added, {found['changed']:,} changed, {found['removed']:,} removed"
