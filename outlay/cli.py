"""The command `outlay`: what is typed goes to a command, and whatever goes wrong comes back as one sentence."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import version

import typer

from alerts import NoSpend
from ingest import Busy, JournalDamaged, NoSuchKey, Refused
from outlay.commands import (
    ahead,
    alerts,
    asking,
    backtest,
    budgets,
    demo,
    health,
    incidents,
    keys,
    months,
    outcomes,
    owners,
    prices,
    regressions,
    replay,
    safety,
    serving,
    waste,
    why,
)
from outlay.demo import Unsendable
from outlay.home import HomeTaken
from outlay.keeping.backup import NoBackup
from outlay.logs import to_stderr
from outlay.questions.table import Unanswerable
from outlay.reading.outcome_files import NoOutcomes
from outlay.reading.replay import NothingToReplay
from outlay.settings.file import SettingsBroken
from outlay.showcase import DemoFailed, NotADemoHome
from warehouse import HomeInUse, PriceRefused, WarehouseDamaged

app = typer.Typer(
    help="What LLM spend bought, who owes it, and when it goes wrong.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (
    demo.demo,
    serving.serve,
    replay.replay,
    asking.usage,
    asking.calls,
    asking.metric,
    backtest.backtest,
    why.why,
    waste.waste,
    regressions.regressions,
    months.close,
    months.report,
    health.status,
    health.doctor,
    health.verify,
    safety.backup,
):
    app.command()(command)
app.command("rebuild")(safety.rebuild_command)
app.add_typer(budgets.app, name="budgets")
app.add_typer(alerts.app, name="alerts")
app.add_typer(incidents.app, name="incidents")
app.add_typer(ahead.planned, name="planned")
app.add_typer(ahead.silences, name="silences")
app.add_typer(keys.app, name="keys")
app.add_typer(outcomes.app, name="outcomes")
app.add_typer(owners.app, name="owners")
app.add_typer(prices.app, name="prices")

TRACEBACK = "OUTLAY_TRACEBACK"

# What may go wrong without being a mistake of ours: each carries the sentence to show.
EXPECTED = (
    Busy,
    DemoFailed,
    HomeInUse,
    HomeTaken,
    JournalDamaged,
    NoOutcomes,
    NoBackup,
    NoSpend,
    NoSuchKey,
    NotADemoHome,
    NothingToReplay,
    PriceRefused,
    Refused,
    SettingsBroken,
    Unanswerable,
    Unsendable,
    WarehouseDamaged,
)


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """What LLM spend bought, who owes it, and when it goes wrong."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("version")
def show_version() -> None:
    """Which version this is."""
    typer.echo(f"outlay {version('outlay')}")


def main() -> None:
    """Run the command that was typed. Exits 0, 1 with a sentence on stderr, or 2 when it was typed wrongly."""
    to_stderr(logging.WARNING)
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except typer.TyperException as error:
        _leave(error.format_message(), error.exit_code)
    except typer.Abort:
        _leave("stopped", 130)
    except EXPECTED as error:
        _leave(str(error), 1)
    except BrokenPipeError:
        # `outlay calls | head` has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if str(error) == "Query interrupted":  # DuckDB's word for Ctrl-C
            _leave("stopped", 130)
        if os.environ.get(TRACEBACK):
            raise
        _leave(f"a mistake of ours: {type(error).__name__}: {error}; {TRACEBACK}=1 shows where", 1)


def _leave(sentence: str, code: int) -> None:
    sys.stderr.write(f"outlay: {sentence}\n")
    sys.exit(code)
