"""Progress of something that takes its time: a bar on a terminal, a line per quarter elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

QUARTER = 0.25

Tell = Callable[[str, float], None]  # what is being done, and how much of it is done (0 to 1)


@contextmanager
def progress() -> Iterator[Tell]:
    """Show on stderr what is told inside the block."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        tasks = {}

        def tell(what: str, done: float) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=1.0)
            bar.update(tasks[what], completed=done)

        yield tell


def _lines(console: Console) -> Tell:
    told: dict[str, float] = {}

    def tell(what: str, done: float) -> None:
        if done >= told.get(what, 0.0):
            console.print(f"{what}: {done:.0%}", highlight=False)
            told[what] = done + QUARTER

    return tell
