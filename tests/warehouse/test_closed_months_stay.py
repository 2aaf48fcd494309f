"""Whatever arrives, changes owner, changes price or vanishes: closed months stay, and every dollar is booked once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import Ledger
from made_once import new_warehouse

from warehouse import Month, Warehouse, close_month, statement

ZONE = ZoneInfo("Europe/Berlin")
LATER = datetime(2028, 1, 1, tzinfo=UTC)
FIRST = Month(2026, 8)

COSTS = st.none() | st.decimals(min_value=0, max_value=50, places=12)
TEAMS = st.sampled_from(["search", "support", None])
AT = st.datetimes(datetime(2026, 7, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(microsecond=0))

arrives = st.tuples(st.just("arrives"), AT, COSTS, TEAMS)
changes_owner = st.tuples(st.just("changes owner"), st.integers(0, 30), TEAMS)
changes_price = st.tuples(st.just("changes price"), st.integers(0, 30), st.decimals(0, 50, places=12))
vanishes = st.tuples(st.just("vanishes"), st.integers(0, 30))
closes_next = st.tuples(st.just("closes"))
HISTORIES = st.lists(arrives | changes_owner | changes_price | vanishes | closes_next, max_size=20)


class Company:
    """A ledger that lives through a history, and closes one month after the other."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.ledger = Ledger(warehouse)
        self.warehouse = warehouse
        self.calls: list[int] = []
        self.next = FIRST.previous()

    def live(self, event: tuple) -> None:
        what, *told = event
        acts: dict[str, Callable[..., None]] = {
            "arrives": self.arrives,
            "changes owner": self.changes_owner,
            "changes price": self.changes_price,
            "vanishes": self.vanishes,
            "closes": self.closes,
        }
        acts[what](*told)

    def arrives(self, at: datetime, cost_usd: Decimal | None, team: str | None) -> None:
        self.calls.append(self.ledger.call(at, cost_usd, team=team, model="gpt-5"))

    def changes_owner(self, which: int, team: str | None) -> None:
        if self.calls:
            self.ledger.change_call(self.calls[which % len(self.calls)], team=team)

    def changes_price(self, which: int, cost_usd: Decimal) -> None:
        priced = self.warehouse.query("SELECT span_no FROM charges ORDER BY span_no")["span_no"]
        if len(priced):
            self.ledger.change_call(priced[which % len(priced)], cost_usd=cost_usd)

    def vanishes(self, which: int) -> None:
        if self.calls:
            self.ledger.drop_call(self.calls.pop(which % len(self.calls)))

    def closes(self) -> None:
        close_month(self.warehouse, self.next, zone=ZONE, by="ana", now=LATER)
        self.next = self.next.next()

    def frozen(self) -> dict[str, list[tuple]]:
        lines = self.warehouse.query("SELECT * FROM statement_lines ORDER BY month, line_no")
        return {month: of_month.rows() for (month,), of_month in lines.group_by("month", maintain_order=True)}

    def charged_before_next(self) -> Decimal:
        until = self.next.bounds(ZONE)[0].replace(tzinfo=None)
        sql = "SELECT coalesce(sum(cost_usd), 0) AS usd FROM calls WHERE started_at < $until"
        return self.warehouse.query(sql, {"until": until}).item()


@contextmanager
def company() -> Iterator[Company]:
    with new_warehouse() as warehouse:
        yield Company(warehouse)


@settings(max_examples=10, deadline=None)
@given(HISTORIES)
def test_a_closed_month_never_changes_whatever_comes_later(history: list[tuple]) -> None:
    with company() as ours:
        ours.closes()
        for event in history:
            before = ours.frozen()
            ours.live(event)
            after = ours.frozen()
            assert {month: after[month] for month in before} == before


@settings(max_examples=10, deadline=None)
@given(HISTORIES)
def test_all_booked_months_sum_to_all_charges_of_closed_months(history: list[tuple]) -> None:
    with company() as ours:
        for event in [*history, ("closes",)]:
            ours.live(event)
        booked = sum((line[-2] for lines in ours.frozen().values() for line in lines), Decimal(0))
        assert booked == ours.charged_before_next()


@settings(max_examples=10, deadline=None)
@given(HISTORIES)
def test_every_statement_of_every_history_proves_itself(history: list[tuple]) -> None:
    unproved = {"every call is priced", "no call is dated ahead"}
    with company() as ours:
        for event in [*history, ("closes",)]:
            ours.live(event)
        months = [*map(Month.parse, ours.frozen()), ours.next]
        stated = [statement(ours.warehouse, month, zone=ZONE, now=LATER) for month in months]
        assert [
            check for told in stated for check in told.checks if not check.passed and check.name not in unproved
        ] == []
