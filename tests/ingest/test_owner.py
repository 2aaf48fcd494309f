"""Who owes a span: what the span says, what its resource says, and what the key says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from otlp_requests import CHAT, entry, request, span

from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS, Owners, owned
from ingest.reading import read
from ingest.wire import columns


def owner(
    span_says: dict[str, Any],
    resource_says: dict[str, Any] | None = None,
    *,
    teams: Mapping[str, str | None] | None = None,
    **key: Any,
) -> dict[str, Any]:
    sent = [entry(request(span(CHAT | span_says), resource=resource_says), **key)]
    found = owned(read(columns(sent), DIALECTS, SPELLINGS).spans, sent, Owners(teams=teams or {}))
    row: dict[str, Any] = found.row(0, named=True)
    return row


@pytest.mark.parametrize(
    ("key", "payload", "told"),
    [
        (None, None, ("", None, None)),
        (None, "search", ("", "search", None)),
        ("search", None, ("search", "search", None)),
        ("search", "search", ("search", "search", None)),
        ("search", "support", ("search", "search", "support")),
    ],
)
def test_the_keys_team_stands_and_another_in_the_payload_is_a_claim(
    key: str | None, payload: str | None, told: tuple[str | None, ...]
) -> None:
    row = owner({"outlay.team": payload} if payload else {}, team=key)
    assert (row["sender"], row["team"], row["claimed_team"]) == told


def test_the_span_is_believed_before_its_resource() -> None:
    row = owner(
        {"outlay.workflow": "refund"}, {"outlay.workflow": "all", "outlay.environment": "prod", "service.name": "bot"}
    )
    assert (row["workflow"], row["environment"], row["service"]) == ("refund", "prod", "bot")


def test_what_our_users_set_on_purpose_comes_before_what_emitters_say_anyway() -> None:
    row = owner({"traceloop.workflow.name": "graph", "team": "a", "outlay.team": "b"}, {"outlay.workflow": "refund"})
    assert (row["team"], row["workflow"]) == ("b", "graph")


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("outlay.task_id", "task_id"),
        ("user.id", "user_id"),
        ("enduser.id", "user_id"),
        ("langfuse.user.id", "user_id"),
        ("traceloop.association.properties.user_id", "user_id"),
        ("gen_ai.prompt.name", "prompt_name"),
        ("gen_ai.prompt.version", "prompt_version"),
        ("langfuse.observation.prompt.version", "prompt_version"),
        ("deployment.environment", "environment"),
        ("metadata.user_api_key_team_alias", "team"),
    ],
)
def test_common_spellings_are_known(key: str, column: str) -> None:
    assert owner({key: "x"})[column] == "x"


def test_a_name_written_as_json_is_read_without_its_quotes() -> None:
    assert owner({"langfuse.trace.metadata.team": '"search"'})["team"] == "search"


def test_an_empty_name_is_no_name() -> None:
    assert owner({"outlay.team": "", "team": "search"})["team"] == "search"


@pytest.mark.parametrize(
    ("own", "speaks_for", "payload", "told"),
    [
        ("platform", ("sales", "search"), "search", ("search", None, True)),
        ("platform", ("sales", "search"), "SEARCH ", ("search", None, True)),
        ("platform", ("sales", "search"), "platform", ("platform", None, True)),
        ("platform", ("sales", "search"), "support", ("platform", "support", False)),
        ("platform", ("sales", "search"), None, ("platform", None, False)),
        (None, ("sales",), "support", (None, "support", False)),
        (None, ("sales",), None, (None, None, False)),
        (None, ("*",), "Anybody", ("Anybody", None, True)),
        ("platform", ("*",), None, ("platform", None, False)),
    ],
)
def test_a_gateways_payload_is_believed_about_the_teams_its_key_lists(
    own: str | None, speaks_for: tuple[str, ...], payload: str | None, told: tuple[str | None, str | None, bool]
) -> None:
    row = owner({"outlay.team": payload} if payload else {}, team=own, speaks_for=speaks_for, key_id="k")
    assert (row["team"], row["claimed_team"], row["team_believed"]) == told


def test_what_gateways_of_one_authority_send_is_of_one_sender_and_of_no_teams() -> None:
    senders = [owner({}, team=own, speaks_for=others)["sender"] for own, others in [
        ("platform", ("sales",)), ("platform", ("sales",)), ("platform", ("sales", "search")), ("platform", ()),
    ]]  # fmt: skip
    assert (len(set(senders)), senders[0] == senders[1], senders[3]) == (3, True, "platform")


def test_a_team_is_spelled_as_outlay_toml_spells_it() -> None:
    row = owner({"outlay.team": "R&d  search"}, teams={"R&D Search": None})
    assert (row["team"], row["claimed_team"]) == ("R&D Search", None)


def test_another_spelling_of_ones_own_team_is_no_claim() -> None:
    row = owner({"outlay.team": "SEA\u200bRCH"}, team="search", speaks_for=())
    assert (row["team"], row["claimed_team"]) == ("search", None)


@pytest.mark.parametrize(
    ("key", "told", "booked"),
    [
        ({}, "CC-2", "CC-2"),
        ({"team": "sales", "speaks_for": ()}, "CC-1", "CC-1"),
        ({"team": "sales", "speaks_for": ()}, "CC-2", None),
        ({"team": "sales", "speaks_for": ()}, "CC-9", "CC-9"),
        ({"team": None, "speaks_for": ("search",)}, "CC-2", None),
    ],
)
def test_nobody_books_to_another_teams_cost_centre(key: dict[str, Any], told: str, booked: str | None) -> None:
    row = owner({"outlay.cost_centre": told}, teams={"sales": "CC-1", "search": "CC-2", "new": None}, **key)
    assert row["cost_centre"] == booked
