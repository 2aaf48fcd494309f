"""Write a statement's documents into a folder: an XLSX and a CSV for each, and a manifest that lists them all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from alerts.plain import file_name
from alerts.render.csv import csv
from alerts.render.xlsx import xlsx
from alerts.statements.statement import Paper, papers
from warehouse import Statement, exact_text

MANIFEST = "manifest.json"
VERSION = 1  # of the manifest's shape


@dataclass(frozen=True, slots=True)
class File:
    """One file to be written, and what the manifest says about it."""

    name: str
    content: bytes
    paper: Paper

    def listed(self) -> dict[str, Any]:
        """Its entry in the manifest: `team` is null for the summary and for Unattributed."""
        return {
            "name": self.name,
            "document": "summary"
            if self.paper.is_summary
            else "team"
            if self.paper.team is not None
            else "unattributed",
            "team": self.paper.team,
            "rows": len(self.paper.list.rows),
            "cost_usd": exact_text(self.paper.list.sum("cost_usd")),
            "amount_usd": exact_text(self.paper.list.sum("amount_usd")),
            "bytes": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


def write_statements(statement: Statement, folder: Path, *, company: str = "Our company") -> list[Path]:
    """Write every document of a month's statement; returns the paths, the manifest last.

    The same statement gives the same bytes. Each file is replaced as a whole, and what an earlier run listed and this
    one does not write is removed. Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = _files(statement, company)
    for name in _listed_before(folder) - {file.name for file in files}:
        (folder / name).unlink(missing_ok=True)
    for file in files:
        _replace(folder / file.name, file.content)
    _replace(folder / MANIFEST, _manifest(statement, files))
    return [*(folder / file.name for file in files), folder / MANIFEST]


def _files(statement: Statement, company: str) -> list[File]:
    taken: set[str] = set()
    files = []
    for paper in papers(statement, company):
        stem = _stem(paper, str(statement.month), taken)
        taken.add(stem)
        files += [File(f"{stem}.xlsx", xlsx(paper.book), paper), File(f"{stem}.csv", csv(paper.list), paper)]
    return files


def _stem(paper: Paper, month: str, taken: set[str]) -> str:
    """A name of its own for each document, whatever the teams call themselves."""
    if paper.is_summary:
        return f"summary-{month}"
    if paper.team is None:
        return f"unattributed-{month}"
    stem = f"team-{file_name(paper.team)}-{month}"
    names = (stem, *(f"team-{file_name(paper.team)}-{number}-{month}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _manifest(statement: Statement, files: list[File]) -> bytes:
    told = {
        "version": VERSION,
        "month": str(statement.month),
        "status": statement.status,
        "currency": "USD",
        "amount_usd": exact_text(statement.amount_usd),
        "total_usd": exact_text(statement.total_usd),
        "lines_sha256": statement.sha256,
        "price_versions": list(statement.price_versions),
        "checks_passed": all(check.passed for check in statement.checks),
        "files": [file.listed() for file in files],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _listed_before(folder: Path) -> set[str]:
    """The files an earlier run wrote here; only plain names, because the manifest lies where others may write."""
    try:
        listed = [str(file["name"]) for file in orjson.loads((folder / MANIFEST).read_bytes())["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in listed if Path(name).name == name and name.endswith((".xlsx", ".csv"))}


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)
