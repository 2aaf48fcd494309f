"""What a task is, by rules: where no id was sent, the first attribute that is there names it, workflow by workflow."""

from __future__ import annotations

from typing import Any

import pytest
from otlp_requests import CHAT, entry, request, span

from ingest.owner import Owners
from ingest.owner_rules import SESSION, Rule
from ingest.told import told

TICKET = Rule(sets={"task": "{ticket.id}"}, workflow=("support-*",))
CONVERSATION = Rule(sets={"task": f"{{{SESSION}}}"}, workflow=("support-*",))
SUPPORT = {"outlay.workflow": "support-chat"}


def task_of(attributes: dict[str, Any], *rules: Rule, owners: tuple[Rule, ...] = ()) -> str | None:
    """The task of one call that carries these attributes."""
    found = told([entry(request(span(CHAT | attributes)))], Owners(rules=owners, tasks=rules))
    task: str | None = found.reading.spans["task_id"].item()
    return task


@pytest.mark.parametrize(
    "key",
    ["session.id", "gen_ai.conversation.id", "langsmith.metadata.thread_id", "gen_ai.thread.id", "langfuse.session.id"],
)
def test_a_session_is_meant_by_whatever_key_it_is_sent(key: str) -> None:
    assert task_of(SUPPORT | {key: "c-9"}, TICKET, CONVERSATION) == "c-9"


def test_the_first_attribute_that_is_there_names_the_task() -> None:
    assert task_of(SUPPORT | {"ticket.id": 4711, "session.id": "c-9"}, TICKET, CONVERSATION) == "4711"


def test_an_id_that_was_sent_on_purpose_stands_before_all_rules() -> None:
    assert task_of(SUPPORT | {"outlay.task_id": "mine", "ticket.id": "t"}, TICKET) == "mine"


def test_other_workflows_keep_their_traces() -> None:
    assert task_of({"outlay.workflow": "search", "ticket.id": "t"}, TICKET) is None


def test_a_rule_for_every_workflow_holds_where_none_is_named() -> None:
    assert task_of({"ticket.id": "t"}, Rule(sets={"task": "{ticket.id}"})) == "t"


def test_the_workflow_is_the_one_that_the_rules_of_owners_name() -> None:
    named = Rule(sets={"workflow": "support-mail"}, attribute={"queue": ("mail",)})
    assert task_of({"queue": "mail", "ticket.id": "t"}, TICKET, owners=(named,)) == "t"
