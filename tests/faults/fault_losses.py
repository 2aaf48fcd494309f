"""What is lost with a file that is damaged, or that somebody took away: said, counted once, and never in a loop."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

from fault_damage import DAMAGES, NOW, crashed_home, keep_in_journal
from fault_ledger import said
from fault_seen import Seen
from known_traffic import Request, home_with_prices, request

from outlay.books import open_books
from outlay.home import Home
from outlay.keeping.rebuild import last_rebuilt, rebuild
from outlay.keeping.recovery import sound_books
from outlay.keeping.verify import verify
from outlay.reading.loading import catch_up


def both_damaged(folder: Path, seed: int, rounds: int) -> Seen:
    """The ledger and the journal damaged at once: it is made anew once, opens ever after, and says what it lost."""
    folder.mkdir(parents=True, exist_ok=True)
    crashed, before = crashed_home(folder, seed)
    chance = random.Random(f"{seed}/both")
    came_to: Counter[str] = Counter()
    for number in range(rounds):
        home = Home(folder / f"both-{number}")
        shutil.copytree(crashed, home.folder)
        home.warehouse.write_bytes(home.warehouse.read_bytes()[: chance.randrange(20_000)])
        [file] = home.journal.glob("*.db")
        file.write_bytes(DAMAGES[chance.choice(list(DAMAGES))](bytearray(file.read_bytes()), chance))
        came_to[_opened(home, before.spans)] += 1
        shutil.rmtree(home.folder)
    told = ", ".join(f"{count} {what}" for what, count in sorted(came_to.items()))
    wrong = any(what.startswith("WRONG") for what in came_to)
    return Seen(f"ledger and journal damaged at once, {rounds} times", "opens, says its loss", told, not wrong)


def _opened(home: Home, had: int) -> str:
    try:
        with sound_books(home) as books:
            catch_up(books, NOW)
        first = last_rebuilt(home)
        with sound_books(home) as books:
            spans = books.warehouse.query("SELECT count(*) FROM spans").item()
            broken = [check.sentence for check in verify(books) if not check.passed]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a row of the table
        return f"WRONG: {type(error).__name__}: {error}"
    if last_rebuilt(home) != first:
        return "WRONG: made anew twice"
    if spans == had:
        return "whole"
    return (
        "less, and said" if first and first.lost and broken else f"WRONG: {spans} of {had} spans, and nothing is said"
    )


def day_replaced(folder: Path, seed: int, rounds: int) -> Seen:
    """A day's file taken away, or an older copy put in its place, after all was read: what comes since counts once."""
    chance = random.Random(f"{seed}/replaced")
    wrong: list[str] = []
    for number in range(rounds):
        home = home_with_prices(folder / f"replaced-{number}")
        sent = _sent(home, chance, older := folder / f"older-{number}")
        shutil.rmtree(home / "journal")
        if chance.random() < 0.5:
            shutil.copytree(older, home / "journal")
        since = [request(chance, calls=5, at=NOW) for _ in range(chance.randrange(1, 60))]
        keep_in_journal(home, since)
        sent += since
        wrong += _counts(home, sent, "read on")
        rebuild(Home(home), because="a test", now=NOW, progress=lambda _what, _done: None)
        wrong += _counts(home, sent, "made anew", whole=True)
        shutil.rmtree(home)
        shutil.rmtree(older)
    told = "every call once, before and after a rebuild" if not wrong else "; ".join(wrong[:3])
    return Seen(f"a journal file replaced, {rounds} times", "nothing swallowed, nothing twice", told, not wrong)


def _sent(home: Path, chance: random.Random, older: Path) -> list[Request]:
    """Two lots of requests, read; between them the journal is copied."""
    first, second = ([request(chance, calls=5, at=NOW) for _ in range(20)] for _ in range(2))
    keep_in_journal(home, first)
    shutil.copytree(home / "journal", older)
    keep_in_journal(home, second)
    with open_books(Home(home), NOW) as books:
        catch_up(books, NOW)
    return first + second


def _counts(home: Path, sent: list[Request], when: str, *, whole: bool = False) -> list[str]:
    found = said(home)
    calls, cost_usd = sum(each.calls for each in sent), sum(each.cost_usd for each in sent)
    same = (found.calls, found.cost_usd, found.hours_usd) == (calls, cost_usd, cost_usd)
    sound = not found.broken if whole else len(found.broken) == 1
    return [] if same and sound else [f"{when}: {found.calls} of {calls} calls, {found.broken}"]
