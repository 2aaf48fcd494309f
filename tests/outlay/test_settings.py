"""Settings: the file is complete, reads back as it was, and a mistake in it costs one sentence."""

from __future__ import annotations

import stat
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from outlay.settings.file import FILE, SettingsBroken, default_text, read
from outlay.settings.owners import OwnerRule, TaskRule
from outlay.settings.settings import ModelAlias, Percent, Price, Settings, Team, default_sections
from outlay.settings.work import OutcomeKind, Workflow

SECTIONS: list[type[BaseModel]] = [type(section) for section in default_sections().values()]


def broken(home: Path, text: str) -> str:
    (home / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsBroken) as refusal:
        read(home)
    return str(refusal.value)


@pytest.mark.parametrize(
    "model",
    [*SECTIONS, Team, Price, Percent, ModelAlias, OwnerRule, TaskRule, OutcomeKind, Workflow],
    ids=lambda model: str(model.__name__),
)
def test_every_setting_has_a_sentence(model: type[BaseModel]) -> None:
    sentences = {name: field.description or "" for name, field in model.model_fields.items()}
    assert [name for name, text in sentences.items() if not (text[:1].isupper() and text.endswith("."))] == []


@pytest.mark.parametrize("model", SECTIONS, ids=lambda model: str(model.__name__))
def test_every_setting_has_a_default(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if field.is_required()] == []


def test_a_new_home_gets_a_file_in_which_every_setting_stands_with_its_default(tmp_path: Path) -> None:
    read(tmp_path)
    written = tomllib.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    assert {name: set(keys) for name, keys in written.items()} == {
        name: set(type(section).model_fields) for name, section in default_sections().items()
    }


def test_the_written_defaults_read_back_as_the_defaults(tmp_path: Path) -> None:
    read(tmp_path)
    assert read(tmp_path) == Settings()


def test_every_sentence_stands_in_the_file() -> None:
    text = default_text()
    fields = [
        field
        for model in [*SECTIONS, Team, Price, Percent, ModelAlias, OwnerRule]
        for field in model.model_fields.values()
    ]
    assert [field.description for field in fields if (field.description or "?") not in text] == []


def test_the_examples_in_the_file_hold_when_they_are_uncommented(tmp_path: Path) -> None:
    after = default_text().split("# One section per team.")[1]
    lines = [line.removeprefix("# ") for line in after.splitlines() if "=" in line or line.startswith("# [")]
    (tmp_path / FILE).write_text("\n".join(lines), encoding="utf-8")
    settings = read(tmp_path)
    assert settings.owners[0].set == {"team": "search", "environment": "{k8s.cluster.name}"}
    assert (settings.teams["support"].monthly_budget_usd, settings.prices[0].valid_from) == (
        Decimal("2500.00"),
        date(2026, 1, 1),
    )


def test_only_the_owner_may_read_the_file_because_it_may_hold_a_secret(tmp_path: Path) -> None:
    read(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE).write_text("[server]\nweb_port = 1\notlp_port = 2\n", encoding="utf-8")
    monkeypatch.setenv("OUTLAY_SERVER__WEB_PORT", "9000")
    settings = read(tmp_path)
    assert (settings.server.web_port, settings.server.otlp_port) == (9000, 2)


def test_a_secret_of_the_environment_is_never_written_to_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_ALERTS__WEBHOOK_SECRET", "hush-hush")
    assert "hush-hush" not in default_text()


def test_money_written_as_a_number_stays_exact(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[teams.a]\nmonthly_budget_usd = 0.15\n", encoding="utf-8")
    assert read(tmp_path).teams["a"].monthly_budget_usd == Decimal("0.15")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[server\n", f"{FILE} is not TOML: Expected ']' at the end of a table declaration (at line 1"),
        ("[server]\notlp_prot = 1\n", "server.otlp_prot: there is no such setting (did you mean otlp_port?)"),
        ("[servers]\nx = 1\n", "servers: there is no such setting (did you mean server?)"),
        ("[teams.a]\nmonthly_budget = 1\n", "teams.a.monthly_budget: there is no such setting (did you mean monthly_b"),
        ('[server]\notlp_port = "abc"\n', "server.otlp_port = abc: input should be a valid integer"),
        ("[server]\ningest_workers = 0\n", "server.ingest_workers = 0: input should be greater than or equal to 1"),
        ('[company]\ntime_zone = "Mars"\n', "'Mars' is no time zone; write a name such as Europe/Berlin"),
        ('[[prices]]\nprovider = "x"\n', "prices.0.model: this setting is missing; add it"),
        ('[alerts]\nwebhook_url = "ftp://x"\n', "a webhook's address starts with http:// or https://"),
        ('[channels.a]\nkind = "slak"\n', "channels.a.kind: input should be 'slack', 'pagerduty', 'email', 'webhook'"),
        ('[channels.a]\nkind = "slack"\nulr = "x"\n', "channels.a.ulr: there is no such setting (did you mean url?)"),
        ('[[routes]]\nteam = ["a"]\n', "rule 1 of [[routes]], channels: this setting is missing; add it"),
        ('[[routes]]\nchannels = ["a"]\nquiet = "22-7"\n', 'quiet hours are written as "22:00-07:00"'),
        ('[[routes]]\nchannels = ["a"]\nquiet = "07:00-07:00"\n', "quiet hours begin and end at two different times"),
        ('[[routes]]\nchannels = "a"\n', "channels: this is a list; write it in brackets"),
        ('[[routes]]\nchannels = ["a"]\nkind = ["spike"]\n', "kind.0 = spike: input should be 'spend_spike', "),
        ('[[routes]]\nchannels = ["a"]\ndigest_at = "9:00"\n', 'a time is written as "09:00"'),
        (
            '[[routes]]\nchannels = ["a"]\ndigest_at = 09:00:00\n',
            "rule 1 of [[routes]]: a digest is for what can wait; name its severity",
        ),
        (
            '[[owners]]\nset = { teem = "x" }\n',
            "rule 1 of [[owners]], set: there is no 'teem' to set (did you mean team?)",
        ),
        (
            '[[owners]]\nset = { team = "x" }\n[[owners]]\nservice = "a"\n',
            "rule 2 of [[owners]], set: this setting is mi",
        ),
        ('[[owners]]\nset = { team = "{a} b" }\n', "set: '{a} b' is neither a name nor the value of one attribute"),
        ('[[owners]]\nset = { team = "" }\n', "rule 1 of [[owners]], set.team = : string should have at least 1 char"),
        ("[[owners]]\nset = {}\n", "rule 1 of [[owners]], set: it sets nothing; write for instance"),
        (
            '[[owners]]\nservise = "a"\nset = { team = "x" }\n',
            "servise: there is no such setting (did you mean service?)",
        ),
        (
            '[[owners]]\nattribute = "a"\nset = { team = "x" }\n',
            "rule 1 of [[owners]], attribute = a: input should be a v",
        ),
        ("server = 3\n", "server = 3: input should be a valid dictionary"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_file_the_key_and_the_way_out(
    tmp_path: Path, text: str, sentence: str
) -> None:
    complaint = broken(tmp_path, text)
    assert (FILE in complaint, sentence in complaint, "\n" in complaint) == (True, True, False)


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_SERVER__OTLP_PORT", "abc")
    assert broken(tmp_path, "").startswith("environment variable OUTLAY_SERVER__OTLP_PORT = abc: ")


def test_a_broken_secret_is_not_repeated(tmp_path: Path) -> None:
    forms = [
        "[alerts]\nwebhook_secret = 12345\n",
        '[alerts]\nwebhook_url = "hooks.example.com/12345"\n',
        '[channels.a]\nkind = "slack"\nurl = 12345\n',
        '[channels.a]\nkind = "slack"\nsecret = 12345\n',
    ]
    assert [text for text in forms if "12345" in broken(tmp_path, text)] == []
