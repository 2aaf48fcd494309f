"""The page a platform team publishes for a month: spend and why, failures, regressions, unit economics, waste."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from outlay.books import Books
from outlay.reports.paper import Block, Grid, Heading, Say, as_html, as_markdown
from outlay.reports.printed import as_pdf
from warehouse import (
    Month,
    Period,
    Question,
    answer,
    bridge,
    failure_modes,
    in_words,
    regression_sentence,
    tokens,
    top_failure_modes,
    usd,
    version_changes,
    waste,
    waste_rules,
)

MOST_LISTED = 12
A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Spans:
    """The periods of a report: its month, the month before, its quarter so far and the quarter before."""

    month: Question
    month_before: Question
    quarter: Question
    quarter_before: Question


def platform_report(books: Books, month: Month, now: datetime) -> dict[str, Any]:
    """Write a month's platform report; what `outlay report MONTH --kind platform --json` answers.

    Raises ValueError for a month that has not begun.
    """
    asked = _spans(books, month, now)
    title = f"{books.settings.company.name}: LLM platform, {month}"
    blocks = list(_blocks(books, asked, now))
    folder = books.home.exports
    folder.mkdir(exist_ok=True)
    files = {
        f"platform-{month}.md": as_markdown(title, blocks).encode(),
        f"platform-{month}.html": as_html(title, blocks).encode(),
        f"platform-{month}.pdf": as_pdf(title, blocks),
    }
    for name, written in files.items():
        _write(folder / name, written)
    return {"month": str(month), "title": title, "folder": str(folder), "files": list(files)}


def _blocks(books: Books, asked: Spans, now: datetime) -> Iterator[Block]:
    yield from _spend(books, asked, now)
    yield from _failures(books, asked)
    yield from _regressions(books, asked)
    yield from _units(books, asked)
    yield from _waste(books, asked)


def _spend(books: Books, asked: Spans, now: datetime) -> Iterator[Block]:
    teams = answer(books.warehouse, "spend_by_team", asked.month).frame
    before = answer(books.warehouse, "spend_by_team", asked.month_before).frame
    was = dict(before.select("team", "cost_usd").iter_rows())
    whole, whole_before = _sum(teams, "cost_usd"), _sum(before, "cost_usd")
    yield Heading("Spend")
    open_still = "" if asked.month.until and asked.month.until <= now else " so far"
    unknown = int(_sum(teams, "unpriced_calls") + _sum(teams, "incomplete_calls"))
    said = f"{usd(whole)}{open_still}, {usd(whole_before)} the month before; {int(_sum(teams, 'calls')):,} calls"
    yield Say(f"{said}, {unknown:,} of them without a known cost." if unknown else f"{said}.")
    before_it, after_it = _compared(asked, now)
    found = bridge(books.warehouse, before=before_it, after=after_it)
    yield Say(f"Against the {'same days of the ' if open_still else ''}month before: {in_words(found)}")
    rows = [
        (team or "Unattributed", usd(cost), usd(was.get(team, Decimal(0))), f"{calls:,}")
        for team, cost, calls in teams.sort("cost_usd", descending=True).select("team", "cost_usd", "calls").iter_rows()
    ]
    yield Grid(("Team", "Spend", "Month before", "Calls"), (*rows, ("Total", usd(whole), usd(whole_before), "")))


def _failures(books: Books, asked: Spans) -> Iterator[Block]:
    yield Heading("Top failure modes")
    found = top_failure_modes(failure_modes(books.warehouse, asked.month)).head(MOST_LISTED)
    if found.is_empty():
        yield Say("Nothing told of a failure.")
        return
    before = top_failure_modes(failure_modes(books.warehouse, asked.month_before))
    was = dict(before.select("mode", "events").iter_rows())
    rows = tuple(
        (mode, most_in, f"{events:,}", f"{was.get(mode, 0):,}", f"{tasks:,}", usd(cost))
        for mode, events, tasks, cost, most_in in found.iter_rows()
    )
    yield Grid(("Mode", "Most in", "Events", "Month before", "Tasks", "Cost of these tasks"), rows, names=2)
    yield Say("A task that failed in several ways stands in each of them, so modes are not to be summed.")


def _regressions(books: Books, asked: Spans) -> Iterator[Block]:
    yield Heading("Regressions")
    since = asked.month.since
    # A version that began in the month is held against what came before, which may lie in the quarter before.
    history = replace(asked.month, since=asked.quarter_before.since)
    changes = [
        change
        for change in version_changes(books.warehouse, history)
        if change.regressed and (since is None or change.since >= since.replace(tzinfo=None))
    ]
    if not changes:
        yield Say("No prompt version or model that began this month does worse than the one before it.")
    for change in changes[:MOST_LISTED]:
        yield Say(". ".join(regression_sentence(change, each) for each in change.regressed) + ".")


def _units(books: Books, asked: Spans) -> Iterator[Block]:
    yield Heading("Unit economics, quarter over quarter")
    now, before = (_per_workflow(books, question) for question in (asked.quarter, asked.quarter_before))
    if not now:
        yield Say("No task was told of this quarter.")
        return
    quarter, last = (_dates(question) for question in (asked.quarter, asked.quarter_before))
    yield Say(f"{quarter}, against {last}. Failed tasks and judges weigh on what each resolved one costs.")
    rows = tuple(
        (workflow, kind, *_cells(facts), *_cells(before.get((team, workflow, kind), {}))[:2])
        for (team, workflow, kind), facts in list(now.items())[: MOST_LISTED * 2]
    )
    heads = ("Workflow", "Per", "Each costs", "Resolved", "Tasks", "Tokens per task", "Last quarter", "Resolved then")
    yield Grid(heads, rows, names=2)


def _waste(books: Books, asked: Spans) -> Iterator[Block]:
    yield Heading("Waste")
    lines = waste(books.warehouse, asked.month).lines
    whole = _sum(lines, "counted_usd")
    yield Say(f"{usd(whole)} by the rules below; what two of them find is counted once.")
    titles = {rule.name: rule.title for rule in waste_rules()}
    rules = lines.group_by("rule").agg(pl.col("counted_usd").sum(), pl.col("counted_calls").sum())
    rows = tuple(
        (titles[rule], usd(cost), f"{calls:,}")
        for rule, cost, calls in rules.sort("counted_usd", "rule", descending=[True, False]).iter_rows()
        if calls
    )
    if rows:
        yield Grid(("Rule", "Waste", "Calls"), rows)


def _dates(question: Question) -> str:
    if question.since is None or question.until is None:
        raise ValueError("a report's quarters have a beginning and an end")
    first, last = (each.astimezone(question.zone) for each in (question.since, question.until - A_MOMENT))
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _per_workflow(books: Books, question: Question) -> dict[tuple[str | None, str, str], dict[str, Any]]:
    tokens_of = {
        (row["team"], row["workflow"]): row
        for row in answer(books.warehouse, "tokens_per_task", question).frame.to_dicts()
    }
    return {
        (row["team"], row["workflow"] or "no workflow", row["outcome_kind"]): row
        | {"tokens_per_task": tokens_of.get((row["team"], row["workflow"]), {}).get("tokens_per_task")}
        for row in answer(books.warehouse, "dollars_per_resolution", question).frame.to_dicts()
    }


def _cells(facts: dict[str, Any]) -> tuple[str, str, str, str]:
    each, rate, many = (facts.get(name) for name in ("dollars_per_resolution", "resolution_rate", "tokens_per_task"))
    return (
        "—" if each is None else usd(each),
        "—" if rate is None else f"{rate:.0%}",
        f"{facts.get('tasks', 0):,}",
        "—" if many is None else tokens(round(many)),
    )


def _spans(books: Books, month: Month, now: datetime) -> Spans:
    zone = books.settings.zone
    first = month
    while (int(str(first)[5:]) - 1) % 3:
        first = first.previous()
    earlier = first.previous().previous().previous()
    since, until = month.bounds(zone)
    if since > now:
        raise ValueError(f"{month} has not begun; there is nothing to report of it")

    def question(begins: Month, ends: datetime) -> Question:
        return Question(begins.bounds(zone)[0], ends, None, now, zone=zone)

    return Spans(
        question(month, until),
        question(month.previous(), since),
        question(first, until),
        question(earlier, first.bounds(zone)[0]),
    )


def _compared(asked: Spans, now: datetime) -> tuple[Period, Period]:
    """The month before and the month; of one that runs what is over, against as long a part of the other."""
    since, until, begun = asked.month.since, asked.month.until, asked.month_before.since
    if since is None or until is None or begun is None:
        raise ValueError("a report's months have a beginning and an end")
    over = min(until, now)
    ends = since if over == until else min(begun + (over - since), since)
    return Period(begun, ends), Period(since, over)


def _sum(frame: pl.DataFrame, column: str) -> Decimal:
    return sum((Decimal(value) for value in frame[column].drop_nulls()), Decimal(0))


def _write(file: Path, written: bytes) -> None:
    # Whoever reads it while it is written anew reads the old one.
    beside = file.with_suffix(f"{file.suffix}.new")
    beside.write_bytes(written)
    beside.replace(file)
