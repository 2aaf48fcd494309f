"""A month's statement as files in the home: written when asked for, final ones once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts import announce, write_statements
from dashboards import StatementFile
from outlay.books import Books
from warehouse import Month, Statement, by_team, statement

MANIFEST = "manifest.json"
MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
}
# Rendering a page must not render forty spreadsheets; what is provisional may be a few minutes old.
PROVISIONAL_FOR = timedelta(minutes=10)

_writing = threading.Lock()


def report(books: Books, month: Month, now: datetime) -> dict[str, Any]:
    """Write a month's statements and say what is in them: the object of `outlay report MONTH --json`."""
    stated = statement(books.warehouse, month, zone=books.settings.zone, now=now)
    files = _write(books, stated)
    columns = ("team", "cost_centre", "calls", "unpriced_calls", "incomplete_calls", "corrections_usd", "amount_usd")
    teams = by_team(stated).select(columns).to_dicts()
    return {
        "month": str(month),
        "status": stated.status,
        "amount_usd": str(stated.amount_usd),
        "coverage": stated.coverage,
        "unattributed_usd": str(stated.unattributed_usd),
        "price_versions": list(stated.price_versions),
        "sha256": stated.sha256,
        "checks": [{"name": check.name, "passed": check.passed, "sentence": check.sentence} for check in stated.checks],
        "teams": [{**row, **{name: str(row[name]) for name in ("corrections_usd", "amount_usd")}} for row in teams],
        "folder": str(_folder(books, month)),
        "files": [file.name for file in files],
    }


def announce_provisional(books: Books, month: Month, now: datetime, channels: Sequence[str], links: str) -> str:
    """Write an ended month's provisional statements and tell every team, once; a sentence with counts."""
    stated = statement(books.warehouse, month, zone=books.settings.zone, now=now)
    if stated.lines.is_empty():
        return f"{month} has no calls"
    if stated.status == "final":
        return f"{month} is closed already"
    files = _write(books, stated)
    messages = announce(books.warehouse, stated, channels=channels, now=now, links=links)
    return f"{month}: {len(files)} files written, {messages} messages"


def statement_files(books: Books) -> Callable[..., Sequence[StatementFile]]:
    """What the pages offer for download: the files of a month that a reader of some teams may have."""

    def files(*, month: str, teams: tuple[str, ...] | None, now: datetime) -> list[StatementFile]:
        asked = Month.parse(month)
        with _writing:
            listed = _listed(books, asked, now)
        return [
            StatementFile(name, MEDIA_TYPES[Path(name).suffix], (_folder(books, asked) / name).read_bytes)
            for name, team in listed
            if teams is None or team in teams
        ]

    return files


def _listed(books: Books, month: Month, now: datetime) -> list[tuple[str, str | None]]:
    """(name, team) of the month's files, written anew when the month may say something else by now."""
    manifest = _folder(books, month) / MANIFEST
    if not _fresh(books, month, manifest, now):
        stated = statement(books.warehouse, month, zone=books.settings.zone, now=now)
        if stated.lines.is_empty():
            return []
        _write(books, stated)
    told = json.loads(manifest.read_text(encoding="utf-8"))
    return [(file["name"], file["team"]) for file in told["files"]]


def _fresh(books: Books, month: Month, manifest: Path, now: datetime) -> bool:
    if not manifest.exists():
        return False
    if json.loads(manifest.read_text(encoding="utf-8"))["status"] == "final":
        return True
    age_s = now.timestamp() - manifest.stat().st_mtime
    return 0 <= age_s < PROVISIONAL_FOR.total_seconds() and _is_open(books, month)


def _is_open(books: Books, month: Month) -> bool:
    found = books.warehouse.query("SELECT count(*) AS n FROM closes WHERE month = $month", {"month": str(month)})
    return int(found.item()) == 0


def _write(books: Books, stated: Statement) -> list[Path]:
    folder = _folder(books, stated.month)
    return write_statements(stated, folder, company=books.settings.company.name)


def _folder(books: Books, month: Month) -> Path:
    return books.home.statements / str(month)
