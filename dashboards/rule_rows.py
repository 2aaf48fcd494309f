"""Rows of what is watched and who is told: what a rule would have told, in words, and where it is set."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.incident_words import kind
from dashboards.sources import ChannelLine, RouteLine, RuleLine
from warehouse import usd

RULES = dict.fromkeys(("title", "past", "judged", "setting", "examples"), pl.String)
ROUTES = {"place": pl.Int64} | dict.fromkeys(("teams", "severities", "kinds", "channels", "when"), pl.String)
CHANNELS: dict[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.String,
    "kind": pl.String,
    "state": pl.String,
    "waiting": pl.Int64,
    "given_up": pl.Int64,
    "last_sent_at": pl.Datetime("us"),
    "last_error": pl.String,
    "fallback": pl.String,
}


def rule_rows(lines: Sequence[RuleLine]) -> pl.DataFrame:
    """The columns of RULES, in the order of the lines."""
    rows = [
        {
            "title": line.title,
            "past": past(line),
            "judged": judged(line),
            "setting": line.setting,
            "examples": "; ".join(line.examples),
        }
        for line in lines
    ]
    return pl.DataFrame(rows, schema=RULES, orient="row")


def past(line: RuleLine) -> str:
    """'4 times, $812'; what a rule would have told in the days before."""
    if not line.watched:
        return "not watched"
    if line.fired is None:
        return "its past is written nowhere"
    if not line.fired:
        return "never"
    times = "once" if line.fired == 1 else f"{line.fired} times"
    return times if line.impact_usd is None else f"{times}, {usd(line.impact_usd)}"


def judged(line: RuleLine) -> str:
    """'3 of 4 were real'; nothing where nobody said a word."""
    if line.judged is None or not line.judged[0]:
        return ""
    said, real = line.judged
    return f"{real} of {said} {'was' if real == 1 else 'were'} real"


def route_rows(lines: Sequence[RouteLine]) -> pl.DataFrame:
    """The columns of ROUTES, in the order in which they are asked."""
    rows = [
        {
            "place": number,
            "teams": ", ".join(line.teams) or "every team",
            "severities": ", ".join(line.severities) or "all",
            "kinds": ", ".join(kind({"kind": each}) for each in line.kinds) or "all",
            "channels": ", ".join(line.channels),
            "when": _when(line),
        }
        for number, line in enumerate(lines, 1)
    ]
    return pl.DataFrame(rows, schema=ROUTES, orient="row")


def channel_rows(lines: Sequence[ChannelLine]) -> pl.DataFrame:
    """The columns of CHANNELS, in the order of the lines."""
    rows = [
        {name: getattr(line, name) for name in CHANNELS if name != "state"} | {"state": state(line)} for line in lines
    ]
    return pl.DataFrame(rows, schema=CHANNELS, orient="row")


def state(line: ChannelLine) -> str:
    """Whether it reaches people, as far as its last messages tell."""
    if line.given_up:
        return "gave up"
    if line.waiting and line.last_error:
        return "failing"
    return "works" if line.last_sent_at is not None else "never used"


def _when(line: RouteLine) -> str:
    if line.most_a_day is None or line.severities == ("page",):
        return line.when
    beside = "" if line.severities and "page" not in line.severities else ", pages beside"
    return f"{line.when}; {line.most_a_day} letters a team and day at most{beside}"
