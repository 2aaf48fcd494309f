"""Who looks decides what is drawn: nothing without a key, and nothing of another team with one."""

from __future__ import annotations

import pytest
from drawn import PAGES, opened, words
from northwind import desk

from dashboards.desk import lay
from dashboards.reader import KEY
from warehouse import Warehouse


@pytest.mark.parametrize("page", [*PAGES, "agenda.py", "rules.py", "budgets.py", "audit.py"])
@pytest.mark.parametrize("key", [None, "wrong", "sender"])
def test_without_a_key_that_reads_a_page_shows_nothing(northwind: Warehouse, page: str, key: str | None) -> None:
    lay(desk(northwind, keys_required=True))
    app = opened(page, key)
    assert (len(app.text_input), len(app.metric), len(app.dataframe), "Support" in words(app)) == (1, 0, 0, False)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("key", "own", "foreign"), [("support", "Support", "Search"), ("search", "Search", "Support")])
def test_a_reader_sees_their_team_and_nothing_of_another(
    northwind: Warehouse, page: str, key: str, own: str, foreign: str
) -> None:
    lay(desk(northwind, keys_required=True))
    said = words(opened(page, key, team=foreign))
    assert (own in said, foreign in said, "Unattributed" in said) == (True, False, False)


def test_a_link_to_another_team_s_incident_shows_nothing_of_it(northwind: Warehouse) -> None:
    lay(desk(northwind, keys_required=True))
    said = words(opened("incidents.py", "search", id="spike-1"))
    assert ("There is no incident spike-1" in said, "Support" in said) == (True, False)


def test_two_readers_taking_turns_never_see_each_other_s_answers(northwind: Warehouse) -> None:
    lay(desk(northwind, keys_required=True))
    turns = [("support", "Search"), ("search", "Support")] * 4
    assert [foreign for key, foreign in turns if foreign in words(opened("teams.py", key))] == []


def test_a_revoked_key_ends_the_reading(northwind: Warehouse) -> None:
    lay(desk(northwind, keys_required=True))
    app = opened("overview.py", "support")
    shown = len(app.metric)
    app.session_state[KEY] = "revoked"
    app.run()
    assert (shown > 0, len(app.metric), len(app.error)) == (True, 0, 1)


def test_a_key_is_asked_for_and_then_opens_the_pages(northwind: Warehouse) -> None:
    lay(desk(northwind, keys_required=True))
    app = opened()
    app.text_input[0].set_value("support")
    app.button[0].click().run()
    assert "Exactly $30.000412" in words(app)
