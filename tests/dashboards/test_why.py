"""Why did it change: the page says what moved, the waterfall ends where the days do, and no team sees another's."""

from __future__ import annotations

from decimal import Decimal

from drawn import opened, words
from northwind import desk

from dashboards.desk import Desk, lay
from dashboards.figures import waterfall
from warehouse import Warehouse

ENDS = {"start": ("October", Decimal(10)), "end": ("November", Decimal("12.5"))}


def test_the_page_says_what_moved_and_by_how_much(open_desk: Desk) -> None:
    said = words(opened("why.py"))
    assert ("$21.50 more (+102%)" in said, "+$21.00 from higher prices" in said) == (True, True)


def test_the_parts_on_the_page_sum_to_the_change(open_desk: Desk) -> None:
    assert "The parts sum to $21.50, every digit of the change." in words(opened("why.py"))


def test_a_reader_of_one_team_gets_a_bridge_of_that_team(northwind: Warehouse) -> None:
    lay(desk(northwind, keys_required=True))
    said = words(opened("why.py", key="search"))
    assert ("$6.00 more" in said, "Support" in said, "$21.50" in said) == (True, False, False)


def test_with_nothing_to_compare_it_says_so(open_desk: Desk) -> None:
    assert "There is nothing to compare with" in words(opened("why.py", against="Nothing"))


def test_a_waterfall_says_its_steps_to_who_cannot_see_it() -> None:
    picture = waterfall([("Calls", Decimal(3)), ("Price", Decimal("-0.5"))], **ENDS)
    assert picture.alt == "From $10.00 to $12.50: Calls +$3.00; Price −$0.50"


def test_a_waterfall_writes_names_as_they_are() -> None:
    picture = waterfall([("<b>Calls</b>", Decimal("2.5"))], **ENDS)
    assert picture.figure.data[0].x[1] == "&lt;b&gt;Calls&lt;/b&gt;"
