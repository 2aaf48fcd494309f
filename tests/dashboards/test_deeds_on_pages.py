"""What pages may change: about an incident and ahead of one, signed, and only for who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from doing import Doing
from drawn import opened, words
from northwind import NOW, desk
from streamlit.testing.v1 import AppTest

from dashboards import Sources
from dashboards.desk import lay
from warehouse import Warehouse


def at(warehouse: Warehouse, page: str, key: str | None = None, **query: str) -> tuple[AppTest, Doing]:
    """A page before somebody who may do what is done there."""
    doing = Doing()
    lay(desk(warehouse, keys_required=key is not None, sources=Sources(deeds=doing)))
    return opened(page, key, **query), doing


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.replace("\\", "") == label).click().run()


def test_nothing_is_done_without_a_name(northwind: Warehouse) -> None:
    app, doing = at(northwind, "incidents.py", id="spike-2")
    press(app, "Take back: acknowledge by Dana of Search")
    assert (doing.done, "Sign with your name." in words(app)) == ([], True)


def test_what_was_done_is_said_once(northwind: Warehouse) -> None:
    app, doing = at(northwind, "incidents.py", id="spike-1")
    app.text_input(key="signed").set_value("Dana").run()
    press(app, "Take back: acknowledge by Dana of Support")
    said = ["Done: undo spike-1." in words(app), "Done: undo spike-1." in words(app.run())]
    assert (doing.done, said) == ([("undo spike-1", {"by": "Dana", "now": NOW})], [True, False])


def test_a_snooze_has_an_end(northwind: Warehouse) -> None:
    app, doing = at(northwind, "incidents.py", id="spike-1")
    app.text_input(key="signed").set_value("Dana").run()
    app.selectbox(key="snooze-for").set_value("12 hours")
    press(app, "Snooze")
    assert doing.done == [("snooze spike-1", {"by": "Dana", "now": NOW, "until": NOW + timedelta(hours=12)})]


def test_what_is_expected_has_a_reason_an_end_and_an_amount(northwind: Warehouse) -> None:
    app, doing = at(northwind, "incidents.py", id="spike-1")
    app.text_input(key="signed").set_value("Dana").run()
    app.text_input(key="expected-why").set_value("a backfill")
    app.number_input(key="expected-most").set_value(90.5)
    press(app, "Mark as expected")
    told = {"until": NOW + timedelta(days=1), "reason": "a backfill", "amount_usd": Decimal("90.5")}
    assert doing.done == [("expected spike-1", {"by": "Dana", "now": NOW, **told})]


def test_a_word_is_said_of_a_spike_that_is_over_too(northwind: Warehouse) -> None:
    app, doing = at(northwind, "incidents.py", id="spike-2")
    app.text_input(key="signed").set_value("Kim").run()
    app.radio(key="word").set_value("false_alarm")
    press(app, "Say so")
    assert (doing.done[0][0], "acknowledge" in keys(app)) == ("false_alarm spike-2", False)


@pytest.mark.parametrize(
    ("key", "id_", "may"),
    [
        ("support", "spike-1", False),
        ("team-admin", "spike-1", True),
        ("admin", "spike-1", True),
        ("admin", "spike-2", True),
    ],
)
def test_only_who_may_act_is_shown_what_one_can_do(northwind: Warehouse, key: str, id_: str, may: bool) -> None:
    app, _ = at(northwind, "incidents.py", key, id=id_)
    assert ("undo" in keys(app)) == may


def test_a_silence_needs_to_be_said_of_whom_and_until_when(northwind: Warehouse) -> None:
    app, doing = at(northwind, "agenda.py")
    app.text_input(key="signed").set_value("Dana").run()
    press(app, "Add the silence")
    whose = "Say whose it is" in words(app)
    app.selectbox(key="silence-team").set_value("Support")
    press(app, "Add the silence")
    assert (whose, "it must end" in words(app), doing.done) == (True, True, [])


def test_a_planned_event_is_said_on_the_clock_of_the_business(northwind: Warehouse) -> None:
    app, doing = at(northwind, "agenda.py")
    app.text_input(key="signed").set_value("Dana").run()
    app.selectbox(key="planned-team").set_value("Every team")
    app.get("datetime_input")[1].set_value(datetime(2026, 11, 21, 9))
    app.text_input(key="planned-owner").set_value("Sam")
    app.text_input(key="planned-why").set_value("launch")
    press(app, "Add the planned event")
    (what, told) = doing.done[0]
    assert (what, told["team"], told["ends_at"], told["most_usd_an_hour"]) == (
        "plan",
        None,
        datetime(2026, 11, 21, 8, tzinfo=UTC),
        None,
    )


def test_an_entry_is_ended_early(northwind: Warehouse) -> None:
    app, doing = at(northwind, "agenda.py")
    app.text_input(key="signed").set_value("Dana").run()
    app.selectbox(key="ending").set_value("e-2").run()
    app.button(key="end").click().run()
    assert [what for what, _ in doing.done] == ["end e-2"]


def test_a_team_s_administrator_speaks_for_that_team_alone(northwind: Warehouse) -> None:
    app, _ = at(northwind, "agenda.py", "team-admin")
    assert (app.selectbox(key="silence-team").options, "Search is tested" in words(app)) == (["Support"], False)


def test_who_may_only_read_sees_what_runs_and_no_form(northwind: Warehouse) -> None:
    app, _ = at(northwind, "agenda.py", "search")
    assert ("Search is tested" in words(app), [box.key for box in app.text_input]) == (True, [])


def budgeted(warehouse: Warehouse, key: str | None, kind: str, name: str) -> tuple[str, Doing]:
    app, doing = at(warehouse, "budgets.py", key)
    app.text_input(key="signed").set_value("Dana").run()
    app.selectbox(key="budget-kind").set_value(kind)
    app.text_input(key="budget-name").set_value(name)
    app.number_input(key="budget-amount").set_value(2500.0)
    return words(press(app, "Set the budget")), doing


def test_a_budget_is_set_on_its_page_and_the_team_is_the_one_everybody_writes(northwind: Warehouse) -> None:
    said, doing = budgeted(northwind, None, "team", "support")
    (what, told) = doing.done[0]
    assert (what, told["team"], told["period"], told["amount_usd"], "Done: budget" in said) == (
        "budget team:Support",
        None,
        "monthly",
        Decimal("2500.0"),
        True,
    )


@pytest.mark.parametrize(
    ("kind", "name", "done"),
    [("team", "Support", ["budget team:Support"]), ("team", "Search", []), ("company", "", [])],
)
def test_a_team_s_administrator_sets_that_team_s_budgets_alone(
    northwind: Warehouse, kind: str, name: str, done: list[str]
) -> None:
    _, doing = budgeted(northwind, "team-admin", kind, name)
    assert [what for what, _ in doing.done] == done


def test_who_may_only_read_sets_no_budget(northwind: Warehouse) -> None:
    app, _ = at(northwind, "budgets.py", "search")
    assert [box.key for box in app.text_input] == []
