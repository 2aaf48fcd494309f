"""A team, or the company, out of line as a whole: told where many workflows share it, not where one has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import Entry, act, add_silence, agenda, expected_hours, incidents, watch
from alerts.delivery.dispatch import dispatch
from alerts.delivery.routes import ROUTED, usual_routes
from alerts.detecting import Opened, Thresholds, walk
from alerts.spikes.episodes import laid_out, memory_for, numbered
from alerts.spikes.key import Key, with_wholes
from warehouse import Warehouse

RISE_AT = 3 * 168 + 34
OVER_AT = RISE_AT + 40
END_AT = OVER_AT + 24
SUPPORT, SEARCH, COMPANY = Key("support", None, "team"), Key("search", None, "team"), Key(None, None, "company")


def services(team: str, count: int, factors: Sequence[float], usd: float = 8) -> list[Service]:
    """Workflows of a team; the first ones cost so many times more for a while."""
    rising = [*factors, *[1.0] * count][:count]
    return [
        Service(team, f"w{place:02d}", times(noisy(flat(usd), 0.1, seed=hash_of(team, place)), by, RISE_AT, OVER_AT))
        for place, by in enumerate(rising)
    ]


def hash_of(team: str, place: int) -> int:
    return sum(team.encode()) * 100 + place


def opened(made: Sequence[Service]) -> set[Key]:
    """Whose spend the detector opens an episode of."""
    rows = hours_of(made, END_AT).with_columns(pl.lit(MONDAY).alias("begins"), pl.lit(1).alias("output_tokens"))
    numbers, keys = numbered(with_wholes(rows), ())
    end = MONDAY + END_AT * HOUR
    panel = laid_out(numbers, keys, ZoneInfo("UTC"), first=None, until=end, heard_before=[], begun=None)
    thresholds = Thresholds()
    decisions = walk(panel, memory_for(None, len(keys), thresholds), thresholds)
    return {keys[decision.row] for decision in decisions if isinstance(decision, Opened)}


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (services("support", 12, [1.3] * 12), {SUPPORT}),
        (services("support", 12, [6.0]), {Key("support", "w00")}),
        (services("support", 12, [6.0, 6.0]), {Key("support", "w00"), Key("support", "w01")}),
        (services("support", 12, [1.3]), set()),
        (
            services("support", 6, [1.35] * 6) + services("search", 6, [1.35] * 6),
            {SUPPORT, Key("search", None, "team")},
        ),
        ([each for name in "abcdefgh" for each in services(name, 1, [1.35])], {COMPANY}),
        ([Service(None, each.workflow, each.usd) for each in services("", 8, [1.35] * 8)], {Key(None, None, "team")}),
    ],
    ids=["many a little", "one", "two", "one a little", "two teams", "many teams a little", "nobody's"],
)
def test_a_whole_is_out_of_line_only_where_no_part_of_it_tells_by_itself(
    made: Sequence[Service], found: set[Key]
) -> None:
    assert opened(made) == found


def aware(hour: int) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


def watched(warehouse: Warehouse, since: int, until: int) -> datetime:
    now = aware(until) + timedelta(minutes=15)
    watch(warehouse, since_hour=aware(since), until_hour=aware(until), channels=[ROUTED], now=now, links="http://o")
    dispatch(warehouse, usual_routes(("chat",), ZoneInfo("UTC")), now)
    return now


@pytest.fixture
def risen(warehouse: Warehouse) -> Warehouse:
    """Twelve workflows of one team, each a third dearer; another team is calm."""
    calm = Service("search", "rank", noisy(flat(60), 0.1, seed=5))
    fill(warehouse, hours_of([*services("support", 12, [1.35] * 12), calm], END_AT))
    return warehouse


def test_what_many_workflows_share_is_one_incident_of_their_team(risen: Warehouse) -> None:
    watched(risen, 0, RISE_AT)
    now = watched(risen, RISE_AT, RISE_AT + 30)
    (told,) = incidents(risen).to_dicts()
    leaves = risen.query("SELECT * FROM incident_leaves WHERE is_cause")
    hours = expected_hours(risen, told["incident_id"])
    subjects = risen.query("SELECT subject FROM outbox WHERE channel = 'chat'")["subject"].to_list()
    act(risen, told["incident_id"], "expected", "dana", now, until=now + timedelta(days=1), reason="a campaign")
    (planned,) = agenda(risen, now)
    assert (told["whole"], told["team"], told["workflow"], told["model"]) == ("team", "support", None, None)
    assert leaves["workflow"].n_unique() >= 8
    assert sum(leaves["actual_usd"] - leaves["expected_usd"]) >= Decimal("0.8") * told["impact_usd"]
    assert hours is not None
    assert hours.filter(pl.col("hour_at") >= told["opened_at"])["actual_usd"].sum() == pytest.approx(
        float(told["actual_usd"])
    )
    assert [subject.partition(": spend")[0] for subject in subjects] == ["[page] support, all workflows"]
    assert "workflows have" in told["cause"]
    assert [planned.fits("support", "w01", "spend_spike"), planned.fits("support", None, "spend_spike", "team")] == [
        False,
        True,
    ]


def test_incidents_of_a_whole_are_the_same_hour_by_hour_and_all_at_once(risen: Warehouse) -> None:
    columns = ["incident_id", "whole", "opened_at", "last_seen_at", "resolved_at", "actual_usd", "impact_usd", "cause"]
    watched(risen, 0, RISE_AT + 5)
    for hour in range(RISE_AT + 5, END_AT, 7):
        watched(risen, hour, min(hour + 7, END_AT))
    one_by_one = incidents(risen).select(columns)
    with risen.transaction() as tx:
        for table in ("incidents", "detector_states", "detector_hours"):
            tx.execute(f"DELETE FROM {table}")
    watched(risen, 0, END_AT)
    assert incidents(risen).select(columns).rows() == one_by_one.rows()


def silenced(warehouse: Warehouse, team: str | None) -> Entry:
    return add_silence(
        warehouse,
        team=team,
        workflow=None,
        about=None,
        starts_at=aware(0),
        ends_at=aware(9),
        owner="dana",
        reason="a load test",
        by="dana",
        now=aware(0),
    )


def test_a_silence_of_one_team_hides_nothing_of_the_company(warehouse: Warehouse) -> None:
    entries = [silenced(warehouse, team) for team in ("Unattributed", None)]
    assert [each.fits(None, None, "spend_spike", "company") for each in entries] == [False, True]
