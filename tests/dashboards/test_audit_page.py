"""The page of changes: everybody's own, narrowed by what they are about and by whom, or that there are none."""

from __future__ import annotations

import pytest
from drawn import opened, words
from northwind import desk

from dashboards.desk import lay
from warehouse import Warehouse


def rows_of(warehouse: Warehouse, key: str | None = None, **query: str) -> list[int]:
    lay(desk(warehouse, keys_required=key is not None))
    tables = opened("audit.py", key, **query).dataframe
    return [] if not tables else tables[0].value["audit_no"].to_list()


@pytest.mark.parametrize(
    ("key", "query", "rows"),
    [
        (None, {}, [3, 2, 1]),
        (None, {"by": "Dana"}, [1]),
        (None, {"about": "Budget"}, [3]),
        (None, {"about": "Budget", "by": "Dana"}, []),
        (None, {"period": "Last month"}, []),
        ("search", {}, [2]),
        ("search", {"team": "Support"}, [2]),
    ],
)
def test_changes_are_those_of_the_reader_s_teams_that_are_looked_for(
    northwind: Warehouse, key: str | None, query: dict[str, str], rows: list[int]
) -> None:
    assert rows_of(northwind, key, **query) == rows


def test_a_change_says_who_did_what_to_what_and_days_without_any_say_so(northwind: Warehouse) -> None:
    lay(desk(northwind))
    told = words(opened("audit.py"))
    said = ["Support migrates" in told, "amount $2,500" in told, "outlay verify" in told]
    assert (said, "Nobody answered" in words(opened("audit.py", period="Last month"))) == ([True] * 3, True)
