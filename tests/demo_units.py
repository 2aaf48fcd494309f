"""What the demo company's own books say of every unit metric, by team, workflow and month: counted in Python.

It shares nothing with the product: no SQL, no table, no ratio of its making.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from outlay.demo import Company, Entry, Ledger
from outlay.demo.booked import Checked, Done, Used

Row = TypeVar("Row", Done, Entry, Checked, Used)
Of = tuple[Hashable, ...]
DAY = dt.timedelta(hours=24)
NOTHING = Decimal(0)


def by(rows: Iterable[Row], zone: dt.tzinfo, at: Callable[[Row], dt.datetime], *names: str) -> dict[Of, list[Row]]:
    """Rows by team, workflow, the first of their month, and these fields of theirs."""
    found: dict[Of, list[Row]] = defaultdict(list)
    for row in rows:
        month = at(row).astimezone(zone).date().replace(day=1).isoformat()
        found[row.team, row.workflow, month, *(getattr(row, name) for name in names)].append(row)
    return dict(found)


def percentile(values: Sequence[int], share: float) -> float | None:
    """The value below which that share lies, between two of them in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 2)


def cost(tasks: Iterable[Done]) -> Decimal:
    return sum((task.cost_usd for task in tasks), NOTHING)


def tokens_per_task(tasks: Sequence[Done]) -> dict[str, Any]:
    tokens = sorted((task.tokens for task in tasks), reverse=True)
    return {
        "tasks": len(tasks),
        "tokens": sum(tokens),
        "tokens_p50": percentile(tokens, 0.5),
        "tokens_p95": percentile(tokens, 0.95),
        "top_tokens": sum(tokens[: -(-len(tokens) // 100)]),
        "resolved_tasks": sum(task.outcome_status == "resolved" for task in tasks),
        "cost_usd": cost(tasks),
        "calls": sum(task.calls for task in tasks),
    }


def retry_waste(tasks: Sequence[Done]) -> dict[str, Any]:
    return {
        "tasks": len(tasks),
        "retried_tasks": sum(task.retries > 0 for task in tasks),
        "retries": sum(task.retries for task in tasks),
        "failed_calls": sum(task.failed_calls for task in tasks),
        "failed_cost_usd": NOTHING,
    }


def gross_margin(company: Company) -> Callable[[Sequence[Done]], dict[str, Any]]:
    def told(tasks: Sequence[Done]) -> dict[str, Any]:
        revenue = len(tasks) * company.servings[tasks[0].workflow or ""]
        margin = revenue - cost(tasks)
        return {"servings": len(tasks), "revenue_usd": revenue, "margin_usd": margin, "margin_at_10x_usd": 10 * margin}

    return told


def matured(task: Done, as_of: dt.datetime) -> bool:
    return task.decided_at is not None and task.decided_at <= as_of - DAY


def outcome_rates(as_of: dt.datetime) -> Callable[[Sequence[Done]], dict[str, Any]]:
    def told(tasks: Sequence[Done]) -> dict[str, Any]:
        decided = [task for task in tasks if matured(task, as_of)]
        statuses = [task.outcome_status for task in decided]
        resolved = [task for task in decided if task.outcome_status == "resolved"]
        scores = [task.csat for task in decided if task.csat is not None]
        seconds = [int((task.decided_at or as_of).timestamp()) - int(task.first_at.timestamp()) for task in resolved]
        return {
            "tasks": len(tasks),
            "decided_tasks": len(decided),
            "attempted_tasks": sum(status in {"resolved", "failed", "escalated"} for status in statuses),
            "resolved_tasks": len(resolved),
            "escalated_tasks": statuses.count("escalated"),
            "refused_tasks": statuses.count("refused"),
            "reopened_tasks": statuses.count("reopened"),
            "deflected_tasks": sum(not task.human_minutes for task in resolved),
            "undecided_tasks": sum(task.outcome_status is None for task in tasks),
            "csat_sum": Decimal(sum(scores)),
            "csat_answers": len(scores),
            "satisfied_answers": sum(score >= 4 for score in scores),
            "seconds_to_resolution_p50": percentile(seconds, 0.5),
            "seconds_to_resolution_p95": percentile(seconds, 0.95),
        }

    return told


def dollars_per_resolution(
    ledger: Ledger, company: Company, told_at: dt.datetime, as_of: dt.datetime
) -> dict[Of, dict[str, Any]]:
    """By team, workflow and month: what stood when a month was closed stays, and what was decided otherwise since is
    an adjustment of the month in which it was told, the last one."""
    began = by(decided_workflows(ledger.tasks), ledger.zone, lambda task: task.first_at)
    told: dict[Of, dict[str, Any]] = {of: _resolutions(tasks, company, as_of) for of, tasks in began.items()}
    last = told_at.astimezone(ledger.zone).date().replace(day=1).isoformat()
    for task in decided_workflows(ledger.tasks):
        before, now = task.closed_status == "resolved", task.outcome_status == "resolved"
        if task.closed and before != now and (before or matured(task, as_of)):
            row = told.setdefault((task.team, task.workflow, last), _resolutions([], company, as_of))
            row["adjusted_tasks"] += now - before
            row["resolved_tasks"] += now - before
    return told


def _resolutions(tasks: Sequence[Done], company: Company, as_of: dt.datetime) -> dict[str, Any]:
    minutes = sum(task.human_minutes or 0 for task in tasks)
    people = (minutes * _per_minute(company)).quantize(Decimal("1e-12"), ROUND_HALF_UP)
    settled = [(task, _settled(task, as_of)) for task in tasks]
    return {
        "tasks": len(tasks),
        "resolved_tasks": sum(status == "resolved" for _, status in settled),
        "adjusted_tasks": 0,
        "cost_usd": cost(tasks),
        "unresolved_cost_usd": cost([task for task, status in settled if status != "resolved"]),
        "failed_cost_usd": cost([task for task, status in settled if status not in {None, "resolved"}]),
        "cost_with_people_usd": cost(tasks) + people,
        "human_minutes": Decimal(minutes),
    }


def _settled(task: Done, as_of: dt.datetime) -> str | None:
    """The status that counts: what stood when its month was closed, else what stands; None while it may still turn."""
    status = task.closed_status if task.closed else task.outcome_status
    turned = task.closed and task.outcome_status != task.closed_status
    return status if matured(task, as_of) or turned else None


def _per_minute(company: Company) -> Decimal:
    return (company.usd_per_hour / 60).quantize(Decimal("1e-12"), ROUND_HALF_UP)


def decided_workflows(tasks: Iterable[Done]) -> list[Done]:
    """The tasks of workflows that ever told an outcome."""
    tasks = list(tasks)
    known = {(task.team, task.workflow) for task in tasks if task.outcome_kind}
    return [task for task in tasks if (task.team, task.workflow) in known]


def guardrail_cost(blocked: set[str]) -> Callable[[Sequence[Done]], dict[str, Any]]:
    def told(tasks: Sequence[Done]) -> dict[str, Any]:
        thrown = [task for task in tasks if task.task in blocked]
        spent = sum((task.cost_usd - task.judge_cost_usd - task.embedding_cost_usd for task in thrown), NOTHING)
        return {"tasks": len(tasks), "blocked_tasks": len(thrown), "blocked_cost_usd": spent, "cost_usd": cost(tasks)}

    return told


def policy_compliance(checks: Mapping[str, Sequence[Checked]]) -> Callable[[Sequence[Done]], dict[str, Any]]:
    def told(tasks: Sequence[Done]) -> dict[str, Any]:
        guarded = [[check.result for check in checks[task.task]] for task in tasks if task.task in checks]
        broken = [sum(result in {"blocked", "flagged"} for result in results) for results in guarded]
        return {
            "tasks": len(tasks),
            "guarded_tasks": len(guarded),
            "compliant_tasks": broken.count(0),
            "violations": sum(broken),
        }

    return told


def failures(entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "attempts": len(entries),
        "failed": sum(not entry.billed for entry in entries),
        "calls": sum(entry.billed for entry in entries),
        "cost_usd": sum((entry.cost_usd or NOTHING for entry in entries), NOTHING),
    }


def latency(entries: Sequence[Entry]) -> dict[str, Any]:
    lasted = [entry.latency_ms for entry in entries if entry.latency_ms]
    first = [entry.ttft_ms for entry in entries if entry.ttft_ms is not None]
    return {
        "calls": len(entries),
        "timed_calls": len(lasted),
        "ttft_calls": len(first),
        **{f"latency_ms_p{share}": percentile(lasted, share / 100) for share in (50, 95, 99)},
        **{f"ttft_ms_p{share}": percentile(first, share / 100) for share in (50, 95, 99)},
    }


def cache_savings(company: Company) -> Callable[[Sequence[Entry]], dict[str, Any]]:
    models = {model.billed_as: model for model in company.models.values()}

    def saved(entry: Entry) -> Decimal:
        price = models[entry.model].price(entry.started_at) if entry.cost_usd is not None else None
        if price is None:
            return NOTHING
        classes = ("cache_read", "cache_write_5m", "cache_write_1h")
        counted = {name: getattr(entry.usage, name) for name in classes}
        return sum(
            (count * (price["input_uncached"] - price[name]) for name, count in counted.items() if count), NOTHING
        )

    def told(entries: Sequence[Entry]) -> dict[str, Any]:
        return {
            "calls": len(entries),
            "input_tokens": sum(entry.usage.input_tokens for entry in entries),
            "cache_read_tokens": sum(entry.usage.cache_read for entry in entries),
            "saved_usd": sum((saved(entry) for entry in entries), NOTHING),
        }

    return told


def triggers(checks: Sequence[Checked]) -> dict[str, Any]:
    return {"evaluated": len(checks), "triggered": sum(check.result != "passed" for check in checks)}


def passes(checks: Sequence[Checked]) -> dict[str, Any]:
    return {"judged": len(checks), "passed": sum(check.result == "passed" for check in checks)}


def judged(checks: Sequence[Checked]) -> dict[str, Any]:
    verdicts: dict[str, list[str]] = defaultdict(list)
    for check in checks:
        verdicts[check.task].append(check.result)
    twice = [results for results in verdicts.values() if len(results) > 1]
    return {
        "judged": len(verdicts),
        "judged_twice": len(twice),
        "disagreements": sum(len(set(results)) > 1 for results in twice),
    }


def tool_errors(used: Sequence[Used]) -> dict[str, Any]:
    return {
        "calls": len(used),
        "failed_calls": sum(use.failed for use in used),
        "lasted_ms": sum(use.lasted_ms for use in used),
    }
