"""The rules of outlay.toml as the loader takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loader import Owners, Rule
from ingest.owner_rules import FIELDS
from outlay.owner_rules import OWNED, VALUE
from outlay.owners import owners_of
from outlay.settings_file import FILE, read


def test_rules_keep_their_order_and_a_single_pattern_is_a_list_of_one(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        """
        [teams.search]
        cost_centre = "CC-1"
        [teams.sales]
        [[owners]]
        service = "search-*"
        attribute = { "http.route" = ["/a", "/b*"] }
        set = { team = "search" }
        [[owners]]
        set = { team = "{service.namespace}", cost_centre = "CC-9" }
        """
    )
    assert owners_of(read(tmp_path)) == Owners(
        rules=(
            Rule({"team": "search"}, service=("search-*",), attribute={"http.route": ("/a", "/b*")}),
            Rule({"team": "{service.namespace}", "cost_centre": "CC-9"}),
        ),
        teams={"search": "CC-1", "sales": None},
    )


def test_what_can_be_written_is_what_can_be_set() -> None:
    assert set(OWNED) == set(FIELDS)


@pytest.mark.parametrize("value", ["{{a}}", "{}", "", "{a", "a}", "a{b}", "{a}{b}"])
def test_no_value_is_a_template(value: str) -> None:
    assert VALUE.fullmatch(value) is None
