"""Who owes a span: what the span says, what its resource says, and what the key says of it."""

from __future__ import annotations

from typing import Any

import pytest
from otlp_requests import CHAT, entry, request, span

from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS, owned
from ingest.reading import read
from ingest.wire import columns


def owner(
    span_says: dict[str, Any], resource_says: dict[str, Any] | None = None, team: str | None = None
) -> dict[str, Any]:
    sent = [entry(request(span(CHAT | span_says), resource=resource_says), team=team)]
    row: dict[str, Any] = owned(read(columns(sent), DIALECTS, SPELLINGS).spans, sent).row(0, named=True)
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
