"""Announce a month's provisional statement: one message for each team that owes something, and one with the total."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.delivery.outbox import post, was_written
from alerts.incidents.incident import identity
from alerts.incidents.message import NOTICE, Message
from alerts.plain import plain
from warehouse import Statement, Warehouse, by_team, usd, usd_exact

STATEMENT = "statement"
PAGE = "teams"


def announce(
    warehouse: Warehouse, statement: Statement, *, channels: Sequence[str], now: datetime, links: str = ""
) -> int:
    """Post the announcements of a statement; returns how many messages were written.

    Each team hears of a month's provisional statement once and of its final one once, whatever is written again.
    """
    owed = [row for row in by_team(statement).iter_rows(named=True) if row["calls"] or row["amount_usd"]]
    messages = [_of_all(statement, len(owed), links), *(_of_team(statement, row, links) for row in owed)]
    with warehouse.transaction() as tx:
        new = [message for message in messages if not was_written(tx, message.dedup_key, NOTICE)]
        return sum(post(tx, message, channels, now) for message in new)


def _of_all(statement: Statement, shares: int, links: str) -> Message:
    lines = [
        f"{shares} shares, Unattributed included, sum to {usd_exact(statement.amount_usd)}.",
        f"Unattributed: {usd(statement.unattributed_usd)}; of earlier months: {usd(statement.corrections_usd)}.",
    ]
    facts = {"amount_usd": statement.amount_usd, "unattributed_usd": statement.unattributed_usd}
    return _message(statement, "all teams", lines, facts, links)


def _of_team(statement: Statement, owed: dict[str, Any], links: str) -> Message:
    lines = [f"{usd_exact(owed['amount_usd'])}, {_change(owed['delta_usd'])} the month before."]
    if owed["budget_usd"] is not None:
        lines.append(f"Budget {usd(owed['budget_usd'])}: {_left(owed['left_usd'])}.")
    facts = {name: owed[name] for name in ("team", "amount_usd", "delta_usd", "budget_usd")}
    whose = "Unattributed" if owed["team"] is None else plain(owed["team"])
    return _message(statement, whose, lines, facts, links)


def _message(statement: Statement, whose: str, lines: list[str], facts: dict[str, Any], links: str) -> Message:
    told = {"month": str(statement.month), "status": statement.status, "lines_sha256": statement.sha256, **facts}
    closing = [_coverage(statement)]
    if statement.status == "provisional":
        closing.append("It may still change until the month is closed.")
    if links:
        closing.append(f"Open: {links.rstrip('/')}/{PAGE}?month={statement.month}")
    # A team may be called "all teams": the name comes from what the message is about, not from what it is called.
    about = identity("team", facts["team"]) if "team" in facts else "all"
    return Message(
        event=NOTICE,
        dedup_key=f"{STATEMENT}:{identity(STATEMENT, str(statement.month), statement.status, about)}",
        subject=f"[info] {statement.status.capitalize()} statement {statement.month}: {whose}, "
        f"{usd_exact(facts['amount_usd'])}",
        lines=(*lines, *closing),
        facts=told,
    )


def _change(delta: Decimal) -> str:
    if not delta:
        return "as much as"
    return f"{usd(abs(delta))} {'more' if delta > 0 else 'less'} than"


def _left(left: Decimal) -> str:
    return f"{usd(left)} left" if left >= 0 else f"{usd(-left)} over"


def _coverage(statement: Statement) -> str:
    unknown = statement.unpriced_calls + statement.incomplete_calls
    if not unknown:
        return f"All {statement.calls:,} calls are complete and priced."
    return f"{unknown:,} of {statement.calls:,} calls are without a price or a full usage; what they cost is not in it."
