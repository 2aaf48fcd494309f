"""What is typed is answered, and what goes wrong comes back as one sentence and an exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from typing_commands import CHAT, Shell

from warehouse import Warehouse


def test_a_replayed_call_is_in_the_usage(shell: Shell) -> None:
    shell.type("replay", str(CHAT), "--json")
    assert shell.type("usage", "--by", "model", "--json").json["rows"][0]["input_tokens"] == 101


def test_replaying_twice_changes_nothing(chat: Shell) -> None:
    before = chat.type("usage", "--json").json
    again = chat.type("replay", str(CHAT), "--json").json["loaded"]
    assert (again["spans"], again["duplicates"], chat.type("usage", "--json").json) == (0, 1, before)


def test_a_folder_of_folders_is_replayed_whole(new: Shell) -> None:
    told = new.type("replay", str(CHAT.parent), "--json").json
    assert told["requests"] == len(list(CHAT.parent.glob("*/payload-*.bin")))


def test_replay_stamps_the_owner_as_a_key_would(new: Shell) -> None:
    new.type("replay", str(CHAT), "--team", "support")
    assert [row["team"] for row in new.type("usage", "--by", "team", "--json").json["rows"]] == ["support"]


def test_replay_says_what_it_passed_over(new: Shell, tmp_path: Path) -> None:
    for name in ("payload-001-traces.bin", "headers-001-traces.json"):
        (tmp_path / name.replace("traces", "other")).write_bytes((CHAT / name).read_bytes())
        (tmp_path / name).write_bytes((CHAT / name).read_bytes())
    assert "1 requests with other were passed over" in new.type("replay", str(tmp_path)).err


def test_a_replayed_score_is_an_evaluation(new: Shell) -> None:
    new.type("replay", str(CHAT.parents[1] / "langfuse" / "types_session_score"))
    told = new.type("metric", "evaluation_pass_rate", "--json").json
    assert [row["evaluation"] for row in told["rows"]] == ["helpfulness"]


def test_a_broken_capture_is_refused_by_name_and_the_others_go_in(new: Shell, tmp_path: Path) -> None:
    for number, cut in (("001", 100), ("002", None)):
        (tmp_path / f"payload-{number}-traces.bin").write_bytes((CHAT / "payload-001-traces.bin").read_bytes()[:cut])
        (tmp_path / f"headers-{number}-traces.json").write_bytes((CHAT / "headers-001-traces.json").read_bytes())
    shown = new.type("replay", str(tmp_path), "--json")
    assert ("payload-001-traces.bin was refused" in shown.err, shown.json["spans"]) == (True, 1)


def test_calls_tell_their_dialect_and_their_price_line(chat: Shell) -> None:
    (call,) = chat.type("calls", "--json").json
    assert (call["dialect"] != "unknown", call["duplicates"], "usd_per_token" in call["charges"][0]) == (True, 0, True)


def test_a_metric_answers_with_its_unit_and_coverage(chat: Shell) -> None:
    told = chat.type("metric", "spend_by_model", "--json").json
    assert (told["unit"], told["rows"][0]["coverage"]) == ("USD", 1.0)


def test_metric_without_a_name_lists_them(chat: Shell) -> None:
    assert "dollars_per_resolution" in chat.type("metric").out


def test_a_month_is_closed_once(chat: Shell) -> None:
    chat.type("close", "2026-01")
    assert "a closed month never changes" in chat.type("close", "2026-01").err


def test_the_books_of_a_replay_agree(every: Shell) -> None:
    assert every.type("verify").code == 0


def test_the_doctor_names_what_is_in_doubt_and_the_way_out(chat: Shell) -> None:
    shown = chat.type("doctor")
    assert (shown.code, "belong to nobody" in shown.out, "set the attribute outlay.team" in shown.out) == (
        1,
        True,
        True,
    )


def test_status_tells_what_was_received(chat: Shell) -> None:
    told = chat.type("status", "--json").json
    assert {name: told[name] for name in ("spans", "calls", "journal_entries", "journal_lag_entries")} == {
        "spans": 1,
        "calls": 1,
        "journal_entries": 2,
        "journal_lag_entries": 0,
    }


def test_a_key_is_shown_once_and_listed_without_its_secret(shell: Shell) -> None:
    secret = shell.type("keys", "create", "--team", "support").out.strip()
    listed = shell.type("keys", "list", "--json")
    assert (listed.json[0]["team"], secret in listed.out) == ("support", False)


def test_a_revoked_key_says_so(shell: Shell) -> None:
    key_id = shell.type("keys", "create", "--team", "support", "--json").json["key_id"]
    shell.type("keys", "revoke", key_id)
    assert shell.type("keys", "list", "--json").json[0]["revoked_at"] is not None


def test_nothing_typed_shows_what_there_is(shell: Shell) -> None:
    shown = shell.type(home=False)
    assert (shown.code, "replay" in shown.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["nope"], 2, "outlay: No such command 'nope'."),
        (["replay", "nowhere"], 1, "outlay: nowhere holds no captured request; expected payload-001-traces.bin"),
        (["usage", "--by", "colour"], 1, "outlay: usage is not told by 'colour'; it is told by team, workflow"),
        (["usage", "--since", "soon"], 1, "outlay: 'soon' is no date; write 2026-10-01 or 2026-10-01T14:00"),
        (["metric", "spend_by_tem"], 1, "outlay: no metric is called 'spend_by_tem'"),
        (["close", "2026-13"], 1, "outlay: 2026-13 is not a month; write it as 2026-10"),
        (["close", "2999-01"], 1, "outlay: 2999-01 is not over"),
        (["keys", "revoke", "abc"], 1, "outlay: there is no key abc that could be revoked"),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(chat: Shell, words: list[str], code: int, sentence: str) -> None:
    shown = chat.type(*words)
    assert (shown.code, shown.err.startswith(sentence), shown.err.count("\n")) == (code, True, 1)


def test_a_folder_that_is_no_home_is_not_made_into_one_by_asking(shell: Shell) -> None:
    shown = shell.type("usage")
    assert (shown.err, shell.home.exists()) == (
        f"outlay: {shell.home} is no home of Outlay: it has no outlay.toml; name one with --home\n",
        False,
    )


def test_a_home_that_another_process_holds_is_one_sentence(chat: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlay.counter.WAIT_FOR_HOME_S", 0.5)
    with Warehouse.open(chat.home):
        shown = chat.type("usage")
    assert (shown.code, shown.err) == (
        1,
        f"outlay: {chat.home} is in use by process {os.getpid()}; stop it, or name another --home\n",
    )


def test_a_broken_settings_file_is_one_sentence(shell: Shell) -> None:
    shell.home.mkdir()
    (shell.home / "outlay.toml").write_text("[server]\notlp_prot = 1\n", encoding="utf-8")
    shown = shell.type("replay", str(CHAT))
    assert (shown.code, "did you mean otlp_port?" in shown.err, shown.err.count("\n")) == (1, True, 1)


def test_a_mistake_of_ours_is_told_without_a_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlay.commands.health.ask", lambda *_: 1 / 0)
    shown = shell.type("status")
    assert (
        shown.code,
        shown.err.startswith("outlay: a mistake of ours: ZeroDivisionError"),
        shown.err.count("\n"),
    ) == (
        1,
        True,
        1,
    )


def test_ctrl_c_while_the_ledger_is_asked_is_no_mistake(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_asked: object) -> None:
        with Warehouse.in_memory() as warehouse:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            warehouse.query("SELECT count(*) AS n FROM range(100_000) AS a, range(100_000) AS b WHERE a <> b")

    monkeypatch.setattr("outlay.commands.health.ask", ask)
    # Who is started in the background may have been told to ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stopped = shell.type("status")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (stopped.code, "mistake" in stopped.err) == (130, False)


def test_a_report_s_parts_sum_to_its_total(every: Shell) -> None:
    told = every.type("report", "2026-11", "--json").json
    assert sum(Decimal(row["amount_usd"]) for row in told["teams"]) == Decimal(told["amount_usd"])


def test_a_report_writes_the_files_it_lists(every: Shell) -> None:
    told = every.type("report", "2026-11", "--json").json
    assert [name for name in told["files"] if not (Path(told["folder"]) / name).is_file()] == []


def test_neither_a_command_nor_the_core_s_first_answer_waits_for_what_it_does_not_use() -> None:
    asked = (
        "import sys, outlay.cli; print({'streamlit', 'xlsxwriter', 'genai_prices.data', 'sklearn'} & {*sys.modules});"
        "import outlay.serving.core; print({'streamlit', 'plotly.basedatatypes', 'sklearn'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\nset()\n"
