"""The rules of waste: each a file of `waste/`, SQL under a front matter that says in words what it looks for."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


class UnknownRule(ValueError):
    """Nobody wrote a rule of that name."""


@dataclass(frozen=True, slots=True)
class WasteRule:
    """One file of `warehouse/waste/`, which gives calls for $since and $until.

    `estimate`: its dollars are a well-founded guess, not a sum of charges. `daily`: what it finds of a day is the same
    whatever period is asked for, so that it is found once and kept; it is asked for whole days, looks as far around
    them as it needs, and may give calls outside them, which are dropped.
    """

    name: str
    place: int
    title: str
    rule: str
    mends: str
    estimate: bool
    daily: bool
    sql: str


def waste_rule(name: str) -> WasteRule:
    """The rule called `name`; raises UnknownRule with the names there are."""
    found = next((rule for rule in waste_rules() if rule.name == name), None)
    if found is None:
        raise UnknownRule(f"no rule is called {name!r}; there are: {', '.join(rule.name for rule in waste_rules())}")
    return found


@cache
def waste_rules() -> tuple[WasteRule, ...]:
    """Every rule, in the order of its place."""
    folder = resources.files("warehouse") / "waste"
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    rules = [read_rule(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files]
    return tuple(sorted(rules, key=lambda rule: rule.place))


def read_rule(name: str, text: str) -> WasteRule:
    """A rule from its file's text; raises ValueError with the file and what its front matter lacks."""
    matter, closed, sql = text.removeprefix("/*").partition("*/")
    try:
        told = tomllib.loads(matter) if closed else {}
        words = {word: " ".join(str(told[word]).split()) for word in ("title", "rule", "mends")}
        estimate, daily = bool(told["estimate"]), bool(told["daily"])
        return WasteRule(name, int(told["place"]), estimate=estimate, daily=daily, sql=sql.strip(), **words)
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise ValueError(f"waste/{name}.sql: its front matter lacks or garbles {error}") from error


@cache
def rules_digest() -> str:
    """Of every daily rule: what was found by other rules than these has to be found again."""
    text = "\n".join(f"{rule.name} {rule.place} {rule.sql}" for rule in waste_rules() if rule.daily)
    return hashlib.sha256(text.encode()).hexdigest()
