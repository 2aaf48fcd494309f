"""The style guide as a test: what a reader may rely on in every file of this tree."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("outlay", "ingest", "warehouse", "alerts", "dashboards")
LONGEST = {"tests": 400}  # lines; a test file is a list of cases
LONGEST_OF_OURS = 300
# Where a big library lives; everybody else imports the room's door instead.
ROOMS = {
    "duckdb": ("warehouse/",),
    "fastapi": ("ingest/app.py", "dashboards/app.py", "dashboards/api.py"),
    "streamlit": ("dashboards/",),
    "apscheduler": ("outlay/timetable/schedule.py",),
    "sklearn": ("alerts/learning/",),
    "opentelemetry": ("ingest/", "outlay/demo/", "tests/"),
    "litellm": (),
}
# A second door, each with the reason it is not the first.
SIDE_DOORS = {
    "dashboards.app": "who serves the pages loads Streamlit; a command that hands something in must not wait for it",
    "ingest.__main__": "one ingest process, started by its server; the first door stays free of FastAPI",
    "ingest.loader": "the loader knows the warehouse; the ingest process must not",
    "ingest.wire": "whoever counts the journal again reads it as the loader does",
}


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607 - git of the PATH
    paths = (ROOT / line for line in listed.stdout.splitlines())
    return tuple(path for path in paths if path.is_file() and "sample_traces" not in path.parts)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(*patterns: str) -> Iterator[tuple[str, str]]:
    """('file:line', text) of every tracked file that matches, this one left out: it has to name what it forbids."""
    for path in tracked(*patterns):
        if path != Path(__file__):
            for number, text in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1):
                yield f"{name(path)}:{number}", text


def found(pattern: str, *files: str) -> list[str]:
    sought = re.compile(pattern)
    return [f"{place}: {text.strip()}" for place, text in lines(*files) if sought.search(text)]


@cache
def imports(path: Path) -> tuple[str, ...]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return (*plain, *(node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)))


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in tracked("*.py", "*.sql")}
    assert {
        file: length for file, length in lengths.items() if length > LONGEST.get(file.split("/")[0], LONGEST_OF_OURS)
    } == {}


def test_every_module_begins_with_the_sentence_you_would_say_aloud() -> None:
    openings = {
        name(path): (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
        for path in tracked("*.py")
    }
    assert [file for file, sentence in openings.items() if not sentence.endswith((".", "?"))] == []


def test_every_table_and_step_opens_with_a_comment_that_says_what_it_is_for() -> None:
    openings = {name(path): path.read_text(encoding="utf-8").lstrip()[:2] for path in tracked("warehouse/*.sql")}
    assert {file: start for file, start in openings.items() if start not in {"--", "/*"}} == {}


def test_no_file_carries_a_path_of_somebodys_machine() -> None:
    assert found(r"(^|[^A-Za-z0-9_.])/(work|farm|root|tmp|Users|home/[a-z]+)/", "*") == []


def test_no_file_names_a_package_registry() -> None:
    assert found(r"pypi\.org|pythonhosted\.org|registry\.npmjs", "*") == []


def test_no_name_says_nothing() -> None:
    empty = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|base)($|_)")
    assert [name(path) for path in tracked("*.py", "*.sql") if empty.search(path.stem)] == []


def test_nothing_is_left_for_later() -> None:
    assert (
        found(
            r"TODO|FIXME|XXX|NotImplementedError|pytest\.mark\.(skip|xfail)|pytest\.skip|pragma: no cover",
            "*.py",
            "*.sql",
        )
        == []
    )


def test_a_silenced_check_gives_its_reason() -> None:
    assert found(r"#\s*(type: ignore|noqa)(?!.* - \w)", "*.py") == []


def test_only_commands_print() -> None:
    printing = [
        f"{name(path)}:{node.lineno}"
        for path in tracked(*(f"{package}/*.py" for package in PRODUCT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_money_in_sql_never_becomes_a_double() -> None:
    spent = r"[a-z_.]*(usd|cost|price)[a-z_]*"
    double = "(double|float|real)"
    pattern = rf"(?i)avg\({spent}|{spent}\)? */ *[a-z0-9(]|cast\({spent} as {double}|{spent} *:: *{double}"
    assert [hit for hit in found(pattern, "warehouse/*.sql") if "--" not in hit.split(":", 2)[2].lstrip()[:2]] == []


def test_money_in_python_comes_from_text() -> None:
    assert (
        found(r"Decimal\(-?\d*\.\d|float\([a-z_.]*(usd|cost|price)", *(f"{package}/*.py" for package in PRODUCT)) == []
    )


@pytest.mark.parametrize("library", ROOMS)
def test_a_big_library_stays_in_its_room(library: str) -> None:
    guests = [
        name(path)
        for path in tracked("*.py")
        if any(module.split(".")[0] == library for module in imports(path))
        and not name(path).startswith(ROOMS[library])
    ]
    assert [guest for guest in guests if not (library != "litellm" and guest.startswith("tests/"))] == []


@pytest.mark.parametrize("package", PRODUCT)
def test_outsiders_come_in_by_the_door(package: str) -> None:
    around = [
        f"{name(path)} imports {module}"
        for path in tracked(*(f"{other}/*.py" for other in PRODUCT if other != package))
        for module in imports(path)
        if module.startswith(f"{package}.") and module not in SIDE_DOORS
    ]
    assert around == []


def test_no_page_is_named_like_a_package() -> None:
    # Streamlit puts dashboards/ first on sys.path, where such a module would hide the package.
    assert [name(path) for path in tracked("dashboards/*.py") if path.stem in PRODUCT] == []


def test_migrations_are_numbered_from_one_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in tracked("warehouse/migrations/*.sql")]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
