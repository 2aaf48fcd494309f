"""Letters that carry many messages: a group, when much goes wrong at once, and the digest of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from alerts.incidents.agenda import Entry
from alerts.incidents.incident import SEVERITIES, UNATTRIBUTED, identity
from alerts.incidents.message import INCIDENT_PAGE, LINE_LENGTH, NOTICE, RESOLVE, TRIGGER, Message
from alerts.plain import plain

MOST_LISTED = 20  # lines of a letter; the page has the rest
MOST_NAMED = 200  # members a letter names for machines
CAPPED_KEY = "cap:"
AT_ONCE = timedelta(hours=1)  # what was written within it may have one cause; what a night gathered hardly has


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is still to be addressed."""

    message_id: str
    incident_id: str | None
    dedup_key: str
    event: str
    subject: str
    body: str
    team: str | None
    severity: str
    written_at: datetime  # naive UTC
    next_try_at: datetime  # naive UTC
    gathered: bool

    def fits(self, entry: Entry) -> bool:
        """Whether the incident it is about is one that was silenced."""
        facts = orjson.loads(self.body).get("facts", {})
        return entry.fits(self.team, facts.get("workflow"), self.kind, facts.get("whole"))

    @property
    def kind(self) -> str:
        """What it is about: the beginning of its key."""
        return self.dedup_key.partition(":")[0]


def group(members: Sequence[Waiting], channel: str, links: str) -> Message:
    """One letter for what began at once, or was told at once after quiet hours; it is over when the last of it is."""
    worst = sorted(members, key=lambda member: (_rank(member.severity), -_impact(member)))
    first = worst[0]
    written = [member.written_at for member in members]
    at_once = max(written) - min(written) <= AT_ONCE
    many = f"{len(members)} incidents at once" if at_once else f"{len(members)} incidents that waited"
    hint = "So much at once often has one cause: a provider, a price, a deployment, or a pipe that broke."
    return Message(
        TRIGGER,
        f"group:{identity('group', channel, *(member.message_id for member in members))}",
        plain(f"[{first.severity}] {many}, the gravest: {unmarked(first.subject)}", LINE_LENGTH),
        (*_listed(worst), *_owner(members), *_where(links), *([hint] if at_once else [])),
        facts={"severity": first.severity, "team": _team(members), **_members(members)},
    )


def family(members: Sequence[Waiting], channel: str) -> Message:
    """One letter for what one incident explains: the first member is told in full, the others by their subject."""
    first, *others = members
    worst = min((member.severity for member in members), key=_rank)
    lines = [str(line) for line in orjson.loads(first.body)["lines"]]
    return Message(
        TRIGGER,
        f"group:{identity('group', channel, *(member.message_id for member in members))}",
        plain(f"[{worst}] {len(members)} incidents of one cause, first of all {unmarked(first.subject)}", LINE_LENGTH),
        (*lines, "The same moves these, as far as hours, driver, and team or model tell:", *_listed(others)),
        facts={"severity": worst, "team": _team(members), **_members(members)},
    )


def group_over(members: Sequence[Waiting], letter_key: str, links: str) -> Message:
    """The group's end; `members` are the messages that ended its members."""
    lines = [*_listed(members), *_where(links)]
    subject = f"[resolved] all {len(members)} incidents that began together are over"
    return Message(
        RESOLVE,
        letter_key,
        subject,
        tuple(lines),
        facts={"severity": "info", "team": _team(members), **_members(members)},
    )


def digest(members: Sequence[Waiting], channel: str, name: str, links: str) -> Message:
    """One letter for what could wait, in the order it happened; `name` tells this one from other days'."""
    lines = [*_listed(members), *_where(links)]
    told = "1 thing" if len(members) == 1 else f"{len(members)} things"
    return Message(
        NOTICE,
        f"digest:{identity('digest', channel, name)}",
        f"[info] Digest: {told} that could wait",
        tuple(lines),
        facts={"severity": "info", "team": _team(members), **_members(members)},
    )


def capped(team: str | None, channel: str, day: str, *, most: int, digest_at: str, links: str) -> Message:
    """Said once a day, when a warning waits because the day's letters about its team are written."""
    whose = UNATTRIBUTED if team is None else plain(team)
    lines = [
        f"{most} letters about {whose} were sent here today, and no more are (most_a_day).",
        f"What is no page waits for the digest at {digest_at}; pages still come at once.",
        *_where(links),
    ]
    return Message(
        NOTICE,
        f"{CAPPED_KEY}{identity('cap', channel, team, day)}",
        f"[info] {whose}: {most} letters today, further warnings wait for the digest",
        tuple(lines),
        facts={"severity": "info", "team": team},
    )


def unmarked(subject: str) -> str:
    """A subject without its '[page] '."""
    return subject.partition("] ")[2] if subject.startswith("[") and "] " in subject else subject


def _listed(members: Sequence[Waiting]) -> list[str]:
    shown = [plain(f"• {member.subject}", LINE_LENGTH) for member in members[:MOST_LISTED]]
    rest = len(members) - MOST_LISTED
    return [*shown, f"… and {rest} more."] if rest > 0 else shown


def _where(links: str) -> list[str]:
    return [f"Open: {links.rstrip('/')}/{INCIDENT_PAGE}"] if links else []


def _members(members: Sequence[Waiting]) -> dict[str, object]:
    return {
        "count": len(members),
        "members": [
            {"event": member.event, "dedup_key": member.dedup_key, "incident_id": member.incident_id}
            for member in members[:MOST_NAMED]
        ],
    }


def _team(members: Sequence[Waiting]) -> str | None:
    teams = {member.team for member in members}
    return teams.pop() if len(teams) == 1 else None


def _owner(members: Sequence[Waiting]) -> list[str]:
    team = _team(members)
    return [f"Owner of them all: team {plain(team)}."] if team is not None else []


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _impact(member: Waiting) -> float:
    """Only for the order: sums are not made of it."""
    told = orjson.loads(member.body).get("facts", {}).get("impact_usd")
    try:
        return float(told)
    except (TypeError, ValueError):
        return 0.0
