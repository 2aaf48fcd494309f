"""What one process has open when it owns a home: the warehouse, the journal, the keys and the settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time

import polars as pl
import structlog

from alerts import Budget, Scope, enact
from ingest import Journal, Keys
from outlay.economics import tell_economics
from outlay.home import Home
from outlay.meters import JobMeters, Meters
from outlay.settings.file import read
from outlay.settings.settings import Settings
from warehouse import (
    Discount,
    ModelName,
    OwnPrice,
    Warehouse,
    WarehouseDamaged,
    keep,
    loss,
    records,
    seed_prices,
    set_discounts,
    set_model_names,
    set_own_prices,
)

log = structlog.get_logger("core")

TEAMS = "SELECT team, cost_centre, monthly_budget_usd FROM teams ORDER BY team"
TEAM_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "team": pl.String,
    "cost_centre": pl.String,
    "monthly_budget_usd": pl.Decimal(18, 2),
}


@dataclass(slots=True)
class Loading:
    """Who moves journal entries into the warehouse takes the turn first; when the ledger last changed."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    keeping: threading.Lock = field(default_factory=threading.Lock)  # and the turn of who writes down its records
    meters: Meters = field(default_factory=Meters)
    kept_writes: int = -1  # of the warehouse's writes those that were there when its records were written down
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """One home, open. Any thread may ask."""

    home: Home
    settings: Settings
    warehouse: Warehouse
    journal: Journal
    keys: Keys
    loading: Loading = field(default_factory=Loading)
    job_meters: JobMeters = field(default_factory=JobMeters)


@contextmanager
def open_books(home: Home, now: datetime) -> Iterator[Books]:
    """Open a home for the length of the block, its warehouse told what the settings say.

    Raises HomeInUse when another process has it open, SettingsBroken for its settings, PriceRefused for a price in them
    that would rewrite the past or names nothing that has a price, WarehouseDamaged when its warehouse cannot be read or
    says less than was written down of it.
    """
    settings = read(home.folder)
    _refuse_noted(home)
    server = settings.server
    with Warehouse.open(home.folder, threads=server.ledger_threads, memory_mb=server.ledger_memory_mb) as warehouse:
        if less := loss(warehouse, home.folder):
            raise WarehouseDamaged(f"{home.warehouse} has lost something: {less}")
        tell_settings(warehouse, settings, now)
        journal = Journal(home.journal)
        try:
            yield Books(home, settings, warehouse, journal, Keys(home.keys))
        finally:
            journal.close()
            _keep_at_last(warehouse, home)


def _keep_at_last(warehouse: Warehouse, home: Home) -> None:
    if warehouse.damaged or warehouse.unusable:
        return
    try:
        keep(warehouse, home.folder)
    except Exception as error:  # noqa: BLE001 - the books are being closed, perhaps for a reason that must not be hidden
        log.warning("records not kept", reason=f"{type(error).__name__}: {error}")


def tell_settings(warehouse: Warehouse, settings: Settings, now: datetime) -> None:
    """Tell a warehouse what the settings say; raises PriceRefused for a price that would rewrite the past."""
    seed_prices(warehouse, now)
    set_own_prices(warehouse, own_prices(settings), now)
    set_discounts(warehouse, discounts(settings), now)
    set_model_names(warehouse, model_names(settings))
    set_teams(warehouse, settings)
    tell_budgets(warehouse, settings)
    tell_economics(warehouse, settings)


def _refuse_noted(home: Home) -> None:
    if home.damage_note.exists():
        raise WarehouseDamaged(home.damage_note.read_text(encoding="utf-8"))
    if records(home.folder) and not home.warehouse.exists():
        raise WarehouseDamaged(f"{home.warehouse} is not there, and its records are")


def own_prices(settings: Settings) -> list[OwnPrice]:
    """The prices of `outlay.toml`; each holds from its day's first instant in UTC."""
    return [
        OwnPrice(
            layer=price.layer,
            provider=price.provider,
            model=price.model,
            token_class=price.token_class,
            valid_from=datetime.combine(price.valid_from, time()),
            usd_per_million=price.usd_per_million,
            service_tier=price.service_tier,
            min_input_tokens=price.min_input_tokens,
        )
        for price in settings.prices
    ]


def discounts(settings: Settings) -> list[Discount]:
    """The percentages of `outlay.toml`; each holds from its day's first instant in UTC."""
    return [
        Discount(each.provider, each.model, each.percent, datetime.combine(each.valid_from, time()))
        for each in settings.discounts
    ]


def model_names(settings: Settings) -> list[ModelName]:
    """The names that `outlay.toml` explains, in its order."""
    return [ModelName(each.provider, each.model, each.sold_as) for each in settings.models]


def tell_budgets(warehouse: Warehouse, settings: Settings) -> None:
    """Tell the book of budgets what `outlay.toml` says; what a command set since still wins."""
    teams = {
        (Scope("team", name), "monthly"): team.monthly_budget_usd
        for name, team in settings.teams.items()
        if team.monthly_budget_usd is not None and name
    }
    many = {(Scope(each.scope, each.name, each.team), each.period): each.amount_usd for each in settings.budgets}
    enact(warehouse, [Budget(scope, period, amount) for (scope, period), amount in (teams | many).items()])


def set_teams(warehouse: Warehouse, settings: Settings) -> None:
    """Make the teams table say what `outlay.toml` says; a warehouse that says so already is left alone."""
    told = pl.DataFrame(
        [(name, team.cost_centre, team.monthly_budget_usd) for name, team in sorted(settings.teams.items())],
        schema=TEAM_SCHEMA,
        orient="row",
    )
    if warehouse.query(TEAMS).equals(told):
        return
    with warehouse.transaction() as tx:
        tx.execute("DELETE FROM teams")
        tx.insert("teams", told)
