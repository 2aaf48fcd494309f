"""Outcomes from a file, the rules of tasks and of outcomes in outlay.toml, from the command line to the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_commands import CHAT, Shell

from outlay.settings.file import FILE


def trace_of(shell: Shell) -> str:
    (call,) = shell.type("calls", "--json").json
    return str(call["trace_id"])


def written(folder: Path, *lines: str) -> str:
    file = folder / "outcomes.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def test_a_file_s_outcomes_join_and_its_faulty_lines_are_named(supported: Shell, tmp_path: Path) -> None:
    trace = trace_of(supported)
    file = written(tmp_path, "trace_id,status,csat", f"{trace},resolved,5", f"{trace},won,", ",failed,")
    shown = supported.type("outcomes", "import", file)
    [row] = supported.type("metric", "task_outcomes", "--json").json["rows"]
    assert (shown.code, shown.out, row["outcome_status"]) == (
        0, "1 outcomes went in; 1 are new, 2 lines were faulty.\n", "resolved"
    )  # fmt: skip
    assert "line 3: status 'won' is none of resolved" in shown.err


def test_the_same_file_again_changes_nothing(supported: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, "task_id,status,outcome_id", "t-1,resolved,o-1", "t-1,resolved,o-1")
    first = supported.type("outcomes", "import", file, "--json").json
    again = supported.type("outcomes", "import", file, "--json").json
    told = [(each["accepted"], each["repeated"], each["loaded"]["outcomes"]) for each in (first, again)]
    waiting = supported.type("outcomes", "waiting", "--json").json["waiting"]
    assert (told, [each["outcome_id"] for each in waiting]) == ([(1, 1, 1), (1, 1, 0)], ["o-1"])


def test_a_team_s_file_tells_of_its_own_tasks_only(supported: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, "trace_id,status", f"{trace_of(supported)},resolved")
    supported.type("outcomes", "import", file, "--team", "sales")
    foreign = [each["because"] for each in supported.type("outcomes", "waiting", "--json").json["waiting"]]
    supported.type("outcomes", "import", file, "--team", "support")
    [row] = supported.type("metric", "task_outcomes", "--json").json["rows"]
    assert (foreign, row["outcome_status"]) == (["the task is of another team than its key may speak for"], "resolved")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("task,status", "'task' is no field of an outcome"),
        ("task_id,kind", "it needs status, and task_id or trace_id"),
        ("status", "it needs status, and task_id or trace_id"),
        ("", "it needs status, and task_id or trace_id"),
    ],
)
def test_a_file_of_other_columns_is_refused(supported: Shell, tmp_path: Path, header: str, sentence: str) -> None:
    shown = supported.type("outcomes", "import", written(tmp_path, header, "1,2"))
    assert (shown.code, sentence in shown.err) == (1, True)


def test_a_file_that_is_not_there_or_no_text_is_refused(supported: Shell, tmp_path: Path) -> None:
    (tmp_path / "no.csv").write_bytes(b"task_id,status\n\xff\xfe,resolved\n")
    said = [supported.type("outcomes", "import", str(tmp_path / name)).err for name in ("gone.csv", "no.csv")]
    assert ["cannot be read" in said[0], "is no CSV in UTF-8" in said[1]] == [True, True]


def test_a_rule_of_tasks_names_the_task_where_no_id_was_sent(new: Shell) -> None:
    (new.home / FILE).write_text('[[tasks]]\nid = ["ticket.id", "gen_ai.response.id", "session"]\n', encoding="utf-8")
    new.type("replay", str(CHAT), "--team", "support")
    (call,) = new.type("calls", "--json").json
    assert call["task_id"].startswith("chatcmpl-")


def test_a_rule_for_other_workflows_names_nothing(new: Shell) -> None:
    rule = '[[tasks]]\nworkflow = "support-*"\nid = "gen_ai.response.id"\n'
    (new.home / FILE).write_text(rule, encoding="utf-8")
    new.type("replay", str(CHAT), "--team", "support")
    (call,) = new.type("calls", "--json").json
    assert call["task_id"] == call["trace_id"]
