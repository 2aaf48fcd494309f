"""What the page of rules and channels is handed: every condition with its setting and its past, every way to people."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from alerts import (
    BUDGET,
    RUNAWAY,
    SILENCE,
    SPEND_DROP,
    SPEND_SPIKE,
    Route,
    RuleBacktest,
    incidents,
    labels,
    would_have_fired,
)
from dashboards import ChannelLine, RouteLine, RuleLine, RuleTrial
from outlay.alerting.telling import pages_url, routes_of
from outlay.alerting.trying import OF_SPIKES, SET_BY, TRIED, NotTried, try_out
from outlay.alerting.watching import rules_of
from outlay.books import Books
from outlay.questions.alerts import channel_fates, send_test
from outlay.settings.alerts import Conditions
from outlay.settings.change import changed, lines
from outlay.settings.file import SettingsBroken
from outlay.settings.settings import Settings

DAYS = 30
# A back-test asks each rule for every hour of thirty days: seconds, and a page is drawn on every click.
KEPT_FOR = timedelta(hours=1)
# A mark of a budget is told once, by whichever channels.
MARKS = """
SELECT dedup_key, any_value(subject) AS subject FROM outbox
WHERE starts_with(dedup_key, 'budget:') AND event <> 'resolve' AND written_at >= $since
GROUP BY dedup_key
ORDER BY max(written_at) DESC, dedup_key
"""
# Whoever planned one would not have been told: that says nothing of the rule.
REAL, OTHER = ("incident", "new_normal"), ("too_small", "false_alarm")
IN_DOLLARS = {SPEND_SPIKE, SPEND_DROP, RUNAWAY, "price_change", "drift"}


class AlertPages:
    """Rules, channels and routes as the page shows them. Any thread may ask."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._turn = threading.Lock()
        self._tried: tuple[datetime, list[RuleLine]] | None = None

    def rules(self, *, now: datetime) -> Sequence[RuleLine]:
        """Every condition; what it would have told is found out anew at most once an hour."""
        with self._turn:
            tried = self._tried
            if tried is None or not timedelta(0) <= now - tried[0] < KEPT_FOR:
                tried = (now, [*_own(self._books, now), *_conditions(self._books, now)])
                self._tried = tried
            return tried[1]

    def try_rule(self, *, setting: str, value: str, now: datetime) -> RuleTrial:
        """What one condition would have told with another value; NotTried for one it cannot have."""
        try:
            settings = changed(self._books.settings, setting, value)
        except SettingsBroken as error:
            raise NotTried(str(error)) from None
        tried = try_out(self._books, settings, setting, now)
        kind = next((kind for kind, place in SET_BY.items() if place == setting), SPEND_SPIKE)
        return RuleTrial(_line(settings, kind, tried), lines(settings, setting))

    def channels(self) -> Sequence[ChannelLine]:
        """Every channel with what became of its messages."""
        return [ChannelLine(**fate) for fate in channel_fates(self._books)]

    def routes(self) -> Sequence[RouteLine]:
        """Every route in the order in which they are asked, with the usual ones after one's own."""
        return [
            RouteLine(
                channels=route.channels,
                teams=route.teams,
                severities=route.severities,
                kinds=route.kinds,
                when=_when(route),
                most_a_day=None if route.digest_at else route.most_a_day,
            )
            for route in routes_of(self._books.settings).routes
        ]

    def links(self) -> str:
        """The address that messages link to."""
        serving = self._books.home.serving()
        return pages_url(self._books.settings, serving.web_url if serving else "")

    def send_test(self, *, channel: str, now: datetime) -> str | None:
        """None when the channel took it, else why not."""
        (result,) = send_test(self._books, {"channel": channel}, now)["results"]
        return None if result["sent"] else str(result["error"])


def _own(books: Books, now: datetime) -> Iterator[RuleLine]:
    """What is no rule but a watch of its own: its past is in the incidents."""
    settings = books.settings
    past = incidents(books.warehouse, now - timedelta(days=DAYS), now)
    since = (now - timedelta(days=DAYS)).astimezone(UTC).replace(tzinfo=None)
    spikes = ", ".join(f"{place} = {value}" for place, value in _values(settings, OF_SPIKES))
    with_budget = sum(team.monthly_budget_usd is not None for team in settings.teams.values())
    budgets = f"{len(settings.budgets) + with_budget} in outlay.toml; outlay budgets set"
    caps = f"{len(settings.caps)} [[caps]]" if settings.caps else "[[caps]]: none"
    watches = (
        (SPEND_SPIKE, "Spend out of line, by team and workflow, hour by hour", spikes, True),
        (SPEND_DROP, "Spend that fell to next to nothing while its service is heard", "always", True),
        (RUNAWAY, "A task or a user beyond a cap, within a minute", caps, bool(settings.caps)),
        (SILENCE, "A service that has fallen silent", "always", True),
    )
    for kind, title, setting, watched in watches:
        of_kind = [row for row in past.iter_rows(named=True) if row["kind"] == kind and row["opened_at"] >= since]
        impact = sum((row["impact_usd"] for row in of_kind), Decimal(0)) if kind in IN_DOLLARS else None
        told = tuple(row["cause"] for row in of_kind[:3])
        words = labels(books.warehouse, kind)["word"].to_list()
        judged = (sum(word in (*REAL, *OTHER) for word in words), sum(word in REAL for word in words))
        fired = len(of_kind) if watched else None
        tries = _values(settings, OF_SPIKES) if kind == SPEND_SPIKE else ()
        yield RuleLine(kind, title, setting, watched, DAYS, fired, impact, told, judged, tries)
    passed = books.warehouse.query(MARKS, {"since": since})["subject"].to_list()
    yield RuleLine(
        BUDGET,
        "Budgets: 50, 80, 100 and 120 % spent, and heading over",
        budgets,
        with_budget + len(settings.budgets) > 0 or bool(passed),
        DAYS,
        len(passed),
        None,
        tuple(passed[:3]),
    )


def _conditions(books: Books, now: datetime) -> Iterator[RuleLine]:
    """The rules, those that are left out included."""
    told = {each.kind: each for each in (would_have_fired(books.warehouse, rule, now=now) for rule in rules_of(books))}
    for kind in [*told, *(kind for kind in SET_BY if kind not in told)]:
        yield _line(books.settings, kind, told.get(kind))


def _line(settings: Settings, kind: str, tried: RuleBacktest | None) -> RuleLine:
    """The line of a condition; without a back-test it is one that the settings leave out."""
    place = SET_BY.get(kind)
    places = _values(settings, (place,) if place else OF_SPIKES if kind == SPEND_SPIKE else ())
    setting = ", ".join(f"{name} = {value}" for name, value in places) or "always"
    tries = tuple(each for each in places if each[0] in TRIED)
    if tried is None:
        about = Conditions.model_fields[setting.partition(" ")[0].partition(".")[2]].description or kind
        return RuleLine(kind, about, setting, False, DAYS, None, None, tries=tries)
    impact = tried.impact_usd if kind in IN_DOLLARS else None
    title = f"{tried.title[:1].upper()}{tried.title[1:]}"
    return RuleLine(kind, title, setting, True, tried.days, tried.fired, impact, tried.examples, tries=tries)


def _values(settings: Settings, places: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each place with what stands there, as it is written in the file."""
    return tuple((place, lines(settings, place).partition(" = ")[2]) for place in places)


def _when(route: Route) -> str:
    when = f"once a day at {route.digest_at:%H:%M}" if route.digest_at else "at once"
    return f"{when}, quiet from {route.quiet.begins:%H:%M} to {route.quiet.ends:%H:%M}" if route.quiet else when
