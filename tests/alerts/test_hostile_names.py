"""Hostile team and workflow names in every channel: nothing is injected, nothing breaks, the numbers still stand."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes
from email.policy import default

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.channels import Action, Email, Posted, Terminal
from alerts.channels.alertmanager import alerts
from alerts.channels.pagerduty import event
from alerts.channels.slack import content
from alerts.channels.webhook import told
from alerts.delivery.letters import Waiting, group
from alerts.incidents.incident import Incident
from alerts.incidents.message import TRIGGER, about, scope, total

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
AT = NOW.replace(tzinfo=None)
ACTIONS = (Action("acknowledge", "Acknowledge", "https://outlay.example/answer/x"),)
MAIL = Email("mail", "smtps://relay.example.com", "outlay@example.com", ("dana@example.com",))

# What the warehouse can hold: any text but lone surrogates.
names = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)
HOSTILE = (
    "<!channel> <https://evil.example|click> @here *b* `c`",
    "a\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>",
    "\x1b]0;title\x07\x1b[2J\u202egnp.exe",
    '{{ .Labels }} "}],"x":[{ ${jndi:ldap://x} {0.__init__.__globals__}',
)


def posted(team: str, workflow: str) -> Posted:
    incident = Incident(
        incident_id="0123456789abcdef",
        kind="spend_spike",
        team=team,
        workflow=workflow,
        opened_at=AT,
        noticed_at=AT,
        last_seen_at=AT,
        resolved_at=None,
        severity="page",
        actual_usd=Decimal(312),
        expected_usd=Decimal(76),
        impact_usd=Decimal(236),
        driver="calls",
        cause="More calls.",
        model=None,
        dedup_key="spend_spike:0123456789abcdef",
    )
    message = about(incident, TRIGGER, f"{scope(incident)}: spend is up", [total(incident)], "https://outlay.example")
    return Posted("m", message.dedup_key, TRIGGER, message.subject, message.body(), "page", AT, ACTIONS)


@settings(max_examples=60)
@given(names, names)
@example(HOSTILE[0], HOSTILE[0])
@example(HOSTILE[1], HOSTILE[1])
def test_slack_reads_no_markup_no_mention_and_no_link(team: str, workflow: str) -> None:
    sent = content(posted(team, workflow))
    kinds = {block["text"]["type"] for block in sent["blocks"] if "text" in block}
    sizes = [len(block["text"]["text"]) for block in sent["blocks"] if "text" in block]
    read_by_slack = re.findall(r"[<>]|@(?:here|channel|everyone)|(?<![\u2060])[*_~`](?!\u2060)", sent["text"])
    assert (kinds, max(sizes) <= 3000, 0 not in sizes, read_by_slack) == ({"plain_text"}, True, True, [])


@settings(max_examples=60)
@given(names, names)
@example(HOSTILE[1], HOSTILE[1])
def test_a_mail_has_its_own_headers_and_no_markup_of_a_name(team: str, workflow: str) -> None:
    mail = message_from_bytes(MAIL.letter(posted(team, workflow), NOW).as_bytes(), policy=default)
    html = mail.get_body(("html",)).get_content()
    tags = set(re.findall(r"</?([a-z!][a-z0-9]*)", html))
    ours = {"!doctype", "html", "head", "meta", "body", "h1", "p", "strong", "a"}
    assert (mail["To"], mail["Bcc"], tags - ours, mail.defects) == (
        "dana@example.com",
        None,
        set(),
        [],
    )


@settings(max_examples=60)
@given(names, names)
@example(HOSTILE[2], HOSTILE[2])
def test_a_terminal_shows_only_what_can_be_seen(team: str, workflow: str) -> None:
    stream = io.StringIO()
    Terminal(stream).send(posted(team, workflow), NOW)
    shown = stream.getvalue()
    assert (all(line.isprintable() for line in shown.split("\n")), shown.count("─" * 100)) == (True, 2)


@settings(max_examples=60)
@given(names, names)
@example(HOSTILE[3], HOSTILE[3])
def test_machines_get_json_in_which_a_name_is_a_value(team: str, workflow: str) -> None:
    message = posted(team, workflow)
    webhook = orjson.loads(told(message))
    pager = orjson.loads(orjson.dumps(event(message, "r" * 32)))
    prometheus = orjson.loads(orjson.dumps(alerts(message, NOW)))
    labels = prometheus[0]["labels"]
    assert (
        (webhook["facts"]["team"], webhook["facts"]["impact_usd"]),
        (sorted(pager), len(pager["payload"]["summary"]) <= 1024),
        (set(labels) - {"team", "workflow"}, all(value.isprintable() for value in labels.values())),
    ) == (
        (team, "236"),
        (["client", "dedup_key", "event_action", "links", "payload", "routing_key"], True),
        ({"alertname", "dedup_key", "severity"}, True),
    )


@settings(max_examples=60)
@given(st.lists(st.tuples(names, names), min_size=2, max_size=30))
def test_a_letter_of_many_keeps_its_lines(pairs: list[tuple[str, str]]) -> None:
    messages = [posted(team, workflow) for team, workflow in pairs]
    members = [
        Waiting(
            f"m{number}", None, f"spend_spike:{number}", TRIGGER, each.subject, each.body, None, "page", AT, AT, False
        )
        for number, each in enumerate(messages)
    ]
    letter = group(members, "chat", "https://outlay.example")
    assert all(line.isprintable() and len(line) <= 600 for line in (letter.subject, *letter.lines))
