"""What `outlay alerts` asks: does each channel reach people, what was not delivered, what would a rule have told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from alerts import Channel, NotSent, RuleBacktest, posted_test, try_again, undelivered, would_have_fired
from outlay.alerting.telling import fallbacks_of, wired
from outlay.alerting.trying import NotTried, try_out
from outlay.alerting.watching import rules_of
from outlay.books import Books
from outlay.settings.change import changed, lines
from outlay.settings.file import SettingsBroken
from outlay.settings.settings import Settings
from warehouse import json_value

Params = Mapping[str, Any]

# Of every channel: what waits, what was given up, and when it last reached somebody.
FATES = """
SELECT
    channel,
    count(CASE WHEN sent_at IS NULL AND next_try_at < $never THEN 1 END) AS waiting,
    count(CASE WHEN sent_at IS NULL AND next_try_at >= $never AND last_error LIKE 'given up%' THEN 1 END) AS given_up,
    max(sent_at) AS last_sent_at,
    max_by(last_error, written_at) AS last_error
FROM outbox
GROUP BY channel
"""
NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - as stored: naive UTC


class NoSuchChannel(ValueError):
    """A channel was named that the settings do not have."""


def channel_fates(books: Books) -> list[dict[str, Any]]:
    """Every channel with what became of its messages; nothing that is secret."""
    fates = {row["channel"]: row for row in books.warehouse.query(FATES, {"never": NEVER}).to_dicts()}
    kinds = {name: told.kind for name, told in books.settings.channels.items()}
    fallbacks = fallbacks_of(books.settings)
    rows = []
    for channel in wired(books.settings):
        fate = fates.get(channel.name, {})
        rows.append(
            {
                "name": channel.name,
                "kind": kinds.get(channel.name, channel.name),
                "fallback": fallbacks.get(channel.name),
                "waiting": fate.get("waiting", 0),
                "given_up": fate.get("given_up", 0),
                "last_sent_at": fate.get("last_sent_at"),
                "last_error": fate.get("last_error"),
            }
        )
    return rows


def channel_list(books: Books, _params: Params, _now: datetime) -> dict[str, Any]:
    """The same as JSON."""
    rows = [{"channel": fate.pop("name"), **fate} for fate in channel_fates(books)]
    return {"channels": [{name: json_value(value) for name, value in row.items()} for row in rows]}


def send_test(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """Send a message that says it is a test by one channel or all; each says whether it was taken, or why not."""
    every = wired(books.settings)
    named = params.get("channel")
    asked = [channel for channel in every if named in {None, channel.name}]
    if not asked:
        there = ", ".join(channel.name for channel in every) or "none"
        raise NoSuchChannel(f"there is no channel {named!r}; there are: {there}")
    return {"results": [{"channel": channel.name, **_tried(channel, now)} for channel in asked]}


def _tried(channel: Channel, now: datetime) -> dict[str, Any]:
    try:
        receipt = None
        for message in posted_test(channel.name, now):
            receipt = channel.send(message.in_thread(receipt), now) or receipt
    except NotSent as failure:
        return {"sent": False, "error": str(failure)}
    except Exception as defect:  # noqa: BLE001 - its words may hold the address it was sent to, which is often a secret
        return {"sent": False, "error": f"the channel failed: {type(defect).__name__}"}
    return {"sent": True, "error": None}


def undelivered_list(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """What was given up on; with `again` it is taken up once more."""
    rows = undelivered(books.warehouse).to_dicts()
    again = try_again(books.warehouse, now) if params.get("again") else 0
    return {"undelivered": [{name: json_value(value) for name, value in row.items()} for row in rows], "again": again}


def rule_list(books: Books, _params: Params, now: datetime) -> dict[str, Any]:
    """Every rule with what it would have told in the last thirty days."""
    return {"rules": [_told(would_have_fired(books.warehouse, rule, now=now)) for rule in rules_of(books)]}


def setting_tried(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    """What would have been told with other settings (`set`: 'conditions.drift_percent=40', …) beside the home's own."""
    rows = []
    for asked in params["set"]:
        place, _, value = str(asked).partition("=")
        place = place.strip()
        before, after = books.settings, _with(books.settings, place, value.strip())
        then, now_so = (try_out(books, each, place, now) for each in (after, before))
        rows.append(
            {
                "setting": place,
                "toml": lines(after, place),
                "then": _told(then) if then else None,
                "now": _told(now_so) if now_so else None,
            }
        )
    return {"tried": rows}


def _with(settings: Settings, place: str, value: str) -> Settings:
    try:
        return changed(settings, place, value)
    except SettingsBroken as error:
        raise NotTried(str(error)) from None


def _told(tried: RuleBacktest) -> dict[str, Any]:
    return {
        "kind": tried.kind,
        "title": tried.title,
        "days": tried.days,
        "fired": tried.fired,
        "impact_usd": json_value(tried.impact_usd),
        "examples": list(tried.examples),
    }


ALERT_QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {
    "alerts_channels": channel_list,
    "alerts_test": send_test,
    "alerts_undelivered": undelivered_list,
    "alerts_rules": rule_list,
    "alerts_try": setting_tried,
}
