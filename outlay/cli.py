"""The command `outlay`: what is typed goes to a command, and whatever goes wrong comes back as one sentence."""

from __future__ import annotations

import sys
from importlib.metadata import version

import typer

from ingest import Busy, JournalDamaged, Refused
from outlay.commands import asking, demo, health, keys, months, replay, serving
from outlay.home import HomeTaken
from outlay.questions import Unanswerable
from outlay.settings_file import SettingsBroken
from warehouse import HomeInUse, PriceRefused

app = typer.Typer(
    help="What LLM spend bought, who owes it, and when it goes wrong.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
for command in (
    demo.demo,
    serving.serve,
    replay.replay,
    asking.usage,
    asking.calls,
    asking.metric,
    months.close,
    months.report,
    health.status,
    health.doctor,
    health.verify,
):
    app.command()(command)
app.add_typer(keys.app, name="keys")

# What may go wrong without being a mistake of ours: each carries the sentence to show.
EXPECTED = (
    Busy,
    HomeInUse,
    HomeTaken,
    JournalDamaged,
    PriceRefused,
    Refused,
    SettingsBroken,
    Unanswerable,
)


@app.command("version")
def show_version() -> None:
    """Which version this is."""
    typer.echo(f"outlay {version('outlay')}")


def main() -> None:
    """Run the command that was typed. Exits 0, 1 with a sentence on stderr, or 2 when it was typed wrongly."""
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
        sys.exit(0)


def _leave(sentence: str, code: int) -> None:
    sys.stderr.write(f"outlay: {sentence}\n")
    sys.exit(code)
