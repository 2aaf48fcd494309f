"""How the settings speak to the channels: which there are, who hears what, and the turn that delivers it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog

from alerts import (
    ROUTED,
    Answers,
    Channel,
    Links,
    Quiet,
    Route,
    Routes,
    UnsafeAddress,
    Unusable,
    Wiring,
    channels,
    deliver,
    dispatch,
    reconsider,
    remind,
    usual_routes,
)
from outlay.alerting.answering import link_key
from outlay.books import Books
from outlay.clock import now
from outlay.settings.file import FILE, SettingsBroken
from outlay.settings.settings import Settings

log = structlog.get_logger("core")

BUILT_IN = ("terminal", "webhook")


def wired(settings: Settings) -> tuple[Channel, ...]:
    """The channels that the settings name; raises SettingsBroken for one that cannot work or may never be called."""
    found: list[Channel] = []
    for wiring in _wirings(settings):
        try:
            found += channels([wiring])
        except (UnsafeAddress, Unusable) as error:
            where = "alerts.webhook_url" if wiring.name in BUILT_IN else f"channels.{wiring.name}"
            raise SettingsBroken(f"{FILE}, {where}: {error}") from None
    return tuple(found)


def channel_names(settings: Settings) -> list[str]:
    """Where messages are written to: to the routes, unless there is nobody to be told."""
    return [ROUTED] if any(_wirings(settings)) else []


def routes_of(settings: Settings) -> Routes:
    """Who hears what; raises SettingsBroken where a route or a fallback leads to a channel that is not there."""
    names = tuple(wiring.name for wiring in _wirings(settings))
    for name, told in settings.channels.items():
        if told.fallback == name:
            raise SettingsBroken(f"{FILE}, channels.{name}.fallback: a channel cannot take over from itself")
        if told.fallback and told.fallback not in names:
            raise SettingsBroken(f"{FILE}, channels.{name}.fallback: {_missing(told.fallback, names)}")
    own = []
    for number, asked in enumerate(settings.routes, 1):
        if missing := [name for name in asked.channels if name not in names]:
            raise SettingsBroken(f"{FILE}, rule {number} of [[routes]], channels: {_missing(missing[0], names)}")
        quiet = Quiet(*asked.quiet_hours) if asked.quiet_hours else None
        cap = asked.most_a_day or settings.alerts.most_a_day
        own.append(Route(asked.channels, asked.team, asked.severity, asked.kind, asked.digest_at, quiet, cap))
    usual = usual_routes(names, settings.zone, settings.alerts.most_a_day)
    # What no route of one's own takes is told as if there were none: silence has to be asked for.
    return Routes((*own, *usual.routes), settings.zone)


def fallbacks_of(settings: Settings) -> dict[str, str]:
    """Which channel takes over from which."""
    return {name: told.fallback for name, told in settings.channels.items() if told.fallback}


@dataclass(frozen=True, slots=True)
class Teller:
    """Addresses what was written and delivers it, again and again."""

    books: Books
    channels: tuple[Channel, ...]
    routes: Routes
    answers: Answers | None
    links: str  # where people reach the pages
    clock: Callable[[], datetime] = now

    def begin(self) -> None:
        """What is held back is held by the settings as they are now, not as they were when the server last ran."""
        reconsider(self.books.warehouse, self.clock())

    def turn(self) -> None:
        """Tell what is due; silent when nothing is."""
        at = self.clock()
        remind(self.books.warehouse, at, self.links)
        letters = dispatch(self.books.warehouse, self.routes, at, links=self.links)
        fallbacks = fallbacks_of(self.books.settings)
        told = deliver(self.books.warehouse, self.channels, at, fallbacks=fallbacks, answers=self.answers)
        if letters or told.sent or told.failed:
            log.info("told", letters=letters, sent=told.sent, failed=told.failed)


def teller(books: Books, web_url: str) -> Teller:
    """The teller of a server whose pages are at `web_url`; raises SettingsBroken as `wired` and `routes_of` do."""
    settings = books.settings
    links = links_of(books, web_url)
    return Teller(books, wired(settings), routes_of(settings), links.answers, links.pages)


def links_of(books: Books, web_url: str) -> Links:
    """The links with which messages are answered."""
    return Links(pages_url(books.settings, web_url), link_key(books.home))


def pages_url(settings: Settings, web_url: str) -> str:
    """Where people reach the pages: as the settings say, else where they are served."""
    return (settings.alerts.pages_url or web_url).rstrip("/")


def _wirings(settings: Settings) -> Iterator[Wiring]:
    told = settings.alerts
    if told.terminal:
        yield Wiring("terminal", "terminal", terminal=sys.stderr)
    if url := told.webhook_url.get_secret_value():
        secret = told.webhook_secret.get_secret_value()
        yield Wiring("webhook", "webhook", url, secret, allow_hosts=told.allow_hosts)
    for name, channel in settings.channels.items():
        if name in {*BUILT_IN, ROUTED}:
            raise SettingsBroken(f"{FILE}, channels.{name}: this name is taken; choose another")
        yield Wiring(
            channel.kind,
            name,
            channel.url.get_secret_value(),
            channel.secret.get_secret_value(),
            channel.to,
            channel.sender,
            channel.user,
            told.allow_hosts,
        )


def _missing(name: str, names: tuple[str, ...]) -> str:
    return f"there is no channel {name!r}; there are: {', '.join(names) or 'none'}"
