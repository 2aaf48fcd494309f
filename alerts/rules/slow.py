"""Rules about what comes slowly: a price that will change, and spend that creeps up week by week."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from alerts.incidents.incident import stored
from alerts.incidents.message import when
from alerts.plain import plain
from alerts.rules.rule import Finding, Rule
from warehouse import Warehouse, usd

DAY = timedelta(days=1)
WEEK = 7 * DAY
USED_FOR = 30 * DAY  # what was used in so many days is what a month will cost
LEAST_MONTHLY_USD = Decimal(10)
LEAST_WEEKLY_USD = Decimal(50)

# What the usage of these days would cost at the lines that follow the ones it was charged at.
AHEAD = """
SELECT
    was.provider, was.model, will.valid_from AS changes_at, calls.team,
    sum(charges.cost_usd) AS cost_usd,
    sum(charges.quantity * will.usd_per_token) AS cost_then_usd
FROM charges
JOIN calls ON calls.span_no = charges.span_no
JOIN price_lines AS was ON was.line_no = charges.price_line_no
JOIN price_lines AS will
  ON will.layer = was.layer AND will.provider = was.provider AND will.model = was.model
 AND will.token_class = was.token_class AND will.service_tier = was.service_tier
 AND will.min_input_tokens = was.min_input_tokens AND will.from_minute = was.from_minute
 AND will.valid_from = was.valid_to
WHERE calls.started_at >= $since AND calls.started_at < $at
  AND will.valid_from > $at AND will.valid_from <= $until AND will.usd_per_token <> was.usd_per_token
GROUP BY was.provider, was.model, will.valid_from, calls.team
ORDER BY was.provider, was.model, will.valid_from, calls.team
"""

# Whole weeks before the instant, the latest last.
WEEKS = """
SELECT
    team, workflow,
    sum(CASE WHEN hour_at >= $third THEN cost_usd ELSE 0 END) AS week_4_usd,
    sum(CASE WHEN hour_at >= $second AND hour_at < $third THEN cost_usd ELSE 0 END) AS week_3_usd,
    sum(CASE WHEN hour_at >= $first AND hour_at < $second THEN cost_usd ELSE 0 END) AS week_2_usd,
    sum(CASE WHEN hour_at < $first THEN cost_usd ELSE 0 END) AS week_1_usd
FROM hours
WHERE hour_at >= $start AND hour_at < $at
GROUP BY team, workflow
ORDER BY team, workflow
"""


def slow_rules(*, price_days: int, drift_percent: float, zone: ZoneInfo) -> tuple[Rule, ...]:
    """The rule about prices ahead, and the one about drift, whose weeks begin in `zone`; one with 0 is left out."""
    rules = []
    if price_days:
        ahead = partial(price_changes, days=price_days)
        rules.append(Rule("price_change", f"prices that change within {price_days} days", DAY, ahead))
    if drift_percent:
        creeping = partial(drifts, percent=drift_percent, zone=zone)
        rules.append(Rule("drift", f"spend up by {drift_percent:g} % in four weeks, week after week", WEEK, creeping))
    return tuple(rules)


def price_changes(warehouse: Warehouse, at: datetime, *, days: int) -> list[Finding]:
    """One finding for each model and date: what a month of its usage costs more, or less, and whom."""
    asked = {"at": at, "since": at - USED_FOR, "until": at + days * DAY}
    changes: dict[tuple[str, str, datetime], list[tuple[str | None, Decimal, Decimal]]] = defaultdict(list)
    for provider, model, changes_at, team, cost, then in warehouse.query(AHEAD, asked).iter_rows():
        changes[provider, model, changes_at].append((team, cost, then))
    found = (_change(key, parts) for key, parts in changes.items())
    return [each for each in found if abs(each.actual_usd - each.expected_usd) >= LEAST_MONTHLY_USD]


def _change(key: tuple[str, str, datetime], parts: list[tuple[str | None, Decimal, Decimal]]) -> Finding:
    provider, model, changes_at = key
    cost = sum((was for _, was, _ in parts), Decimal(0))
    then = sum((will for _, _, will in parts), Decimal(0))
    more = then - cost
    share = f"{more / cost:+.0%}".replace("-", "−") if cost else "new"
    teams = f"{len(parts)} teams" if len(parts) > 1 else plain(parts[0][0] or "Unattributed")
    dearest = sorted(parts, key=lambda part: abs(part[2] - part[1]), reverse=True)[:5]
    listed = ", ".join(f"{plain(team or 'Unattributed')} {_signed(then - cost)}" for team, cost, then in dearest)
    return Finding(
        key=(provider, model, changes_at.isoformat()),
        headline=f"{plain(model)} {share} from {changes_at:%Y-%m-%d}: {teams}, {_signed(more)} a month",
        lines=(
            f"What was used in the last 30 days cost {usd(cost)}; at the prices from {when(changes_at)}, {usd(then)}.",
            f"By team, a month: {listed}.",
        ),
        team=parts[0][0] if len(parts) == 1 else None,
        model=model,
        severity="info",
        actual_usd=then,
        expected_usd=cost,
    )


def drifts(warehouse: Warehouse, at: datetime, *, percent: float, zone: ZoneInfo) -> list[Finding]:
    """Workflows whose spend rose in each of the last four weeks, by so much in all; no hour of them need be a spike."""
    # Whole weeks, so that what is found on a Monday stays found until the next.
    today = at.replace(tzinfo=UTC).astimezone(zone).date()
    mondays = [today - today.weekday() * DAY - weeks * WEEK for weeks in (4, 3, 2, 1, 0)]
    begins = [stored(datetime.combine(monday, time(), zone)) for monday in mondays]
    bounds = dict(zip(("start", "first", "second", "third", "at"), begins, strict=True))
    found = []
    for team, workflow, *spent in warehouse.query(WEEKS, bounds).iter_rows():
        weeks: list[Decimal] = spent[::-1]
        rising = all(later > earlier for earlier, later in pairwise(weeks))
        more = weeks[3] - weeks[0]
        if not rising or weeks[0] <= 0 or more < LEAST_WEEKLY_USD or more * 100 < weeks[0] * Decimal(str(percent)):
            continue
        who = " / ".join(plain(part) for part in (team or "Unattributed", workflow) if part)
        found.append(
            Finding(
                key=(team, workflow),
                headline=f"{who}: spend crept up by {more / weeks[0]:.0%} in four weeks, to {usd(weeks[3])} a week",
                lines=(
                    f"Week by week: {', '.join(usd(week) for week in weeks)}.",
                    "The page Why did it change, or outlay why, says what grew: calls, tokens, price or model.",
                ),
                team=team,
                workflow=workflow,
                severity="info",
                actual_usd=weeks[3],
                expected_usd=weeks[0],
            )
        )
    return found


def _signed(amount: Decimal) -> str:
    return f"+{usd(amount)}" if amount >= 0 else usd(amount)
