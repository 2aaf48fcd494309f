"""Look back: the spikes that other thresholds would have told in the last days; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from alerts.detecting import UP, Thresholds, fresh, walk
from alerts.incidents.backtest import BACKTEST_DAYS, RuleBacktest
from alerts.incidents.incident import COMPANY, SPEND_SPIKE, TEAM, UNATTRIBUTED, stored
from alerts.incidents.message import when
from alerts.plain import plain
from alerts.spikes.backtest import PAGE, WouldBe, gathered
from alerts.spikes.episodes import laid_out, numbered
from alerts.spikes.key import Key
from alerts.spikes.said import with_plans
from alerts.spikes.series import series_hours
from alerts.spikes.watch import last_closed_hour
from warehouse import Warehouse, usd

MOST_EXAMPLES = 3


def would_have_spiked(
    warehouse: Warehouse, thresholds: Thresholds, *, zone: ZoneInfo, now: datetime, days: int = BACKTEST_DAYS
) -> RuleBacktest:
    """The spikes of the last days, and how many of them would have woken somebody.

    The whole history is walked, because the detector learns from all of it; planned hours are left out, words of
    feedback are not heard.
    """
    until, since = stored(last_closed_hour(now)), stored(now) - timedelta(days=days)
    rows = series_hours(warehouse, None, until)
    found: list[WouldBe] = []
    if not rows.is_empty():
        rows, keys = numbered(rows, ())
        panel = laid_out(rows, keys, zone, first=None, until=until, heard_before=[], begun=None)
        panel = replace(with_plans(warehouse, panel, keys), keys=tuple(_named(key) for key in keys))
        every = gathered(panel, walk(panel, fresh(len(keys), thresholds), thresholds), thresholds)
        found = [each for each in every if each.direction == UP and each.opened_at >= since]
    pages = sum(each.tier == PAGE for each in found)
    dearest = sorted(found, key=lambda each: -each.impact_usd)[:MOST_EXAMPLES]
    return RuleBacktest(
        SPEND_SPIKE,
        f"spend out of line, {pages} of them to wake somebody for",
        days,
        len(found),
        sum((each.impact_usd for each in found), Decimal(0)),
        tuple(f"{each.series_id}: {usd(each.impact_usd)} too much, told {when(each.opened_at)}" for each in dearest),
    )


def _named(key: Key) -> str:
    if key.whole == COMPANY:
        return "all teams"
    team = UNATTRIBUTED if key.team is None else plain(key.team)
    if key.whole == TEAM:
        return f"{team}, all workflows"
    whose = f"{team} / {plain(key.workflow)}" if key.workflow is not None else team
    return f"{whose}, {plain(key.model)}" if key.model is not None else whose
