"""Every unit metric equals the generator's own answer, for every team, workflow and month of a fortnight."""

from __future__ import annotations

import pytest
from demo_compared import COMPARED, Books
from fortnights import NOW, Drawn
from products import Product


@pytest.fixture(scope="session")
def books(product: Product, fortnight: Drawn) -> Books:
    return Books(product.ledger, fortnight.history.company, told_at=NOW, as_of=NOW)


@pytest.mark.parametrize("name", COMPARED)
def test_a_unit_metric_is_the_ledger_s(name: str, product: Product, books: Books) -> None:
    compared = COMPARED[name]
    booked = compared.booked(books)
    assert compared.told(product.rows(compared.metric, *compared.by), booked) == booked


def test_a_fortnight_has_a_closed_month_that_was_adjusted_and_tools_that_failed(books: Books) -> None:
    resolutions = COMPARED["dollars per resolution with closed months and people"].booked(books)
    tools = COMPARED["tool errors"].booked(books)
    seen = [
        any(row["adjusted_tasks"] for row in resolutions.values()),
        any(row["failed_calls"] for row in tools.values()),
    ]
    assert seen == [True, True]
