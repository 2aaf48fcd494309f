"""Which spikes are one: a whole is the parent of its workflows', else the dearest that began together by one driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from alerts.detecting.drivers import UNIT_PRICE
from alerts.incidents.incident import COMPANY, SPEND_SPIKE, TEAM, Incident, of_kind
from warehouse import Transaction

TOGETHER = timedelta(hours=6)  # a slow rise is dated by its windows, so one cause may begin hours apart
LATE = timedelta(days=7)  # what is over for longer keeps the parent it has
KNOWN_FOR = timedelta(days=60)  # an incident's parent may be over for longer than it is itself

PLACE = "UPDATE incidents SET parent_id = $parent_id WHERE incident_id = $incident_id"


def parents(incidents: Sequence[Incident]) -> Mapping[str, str]:
    """Child → parent, by id, of those that have one. A parent has none itself; what is over counts like what goes on.

    Two belong together when they began within six hours of each other, their hours overlap, the same driver moved
    both, and they are one team's, or a price of one model. Two teams that call one model more often have two causes.
    What is out of line as a whole, a team or the company, is the parent of what began in it in those hours.
    """
    widest = (COMPANY, TEAM, None)
    dearest = sorted(incidents, key=lambda e: (widest.index(e.whole), -e.impact_usd, e.opened_at, e.incident_id))
    found: dict[str, str] = {}
    heads: list[Incident] = []
    for each in dearest:
        head = next((head for head in heads if _are_one(head, each)), None)
        if head is None:
            heads.append(each)
        else:
            found[each.incident_id] = head.incident_id
    return found


def group_spikes(tx: Transaction, until: datetime) -> None:
    """Write the parents of the spikes that go on, or were over in the week before `until` (naive UTC)."""
    known = of_kind(tx, SPEND_SPIKE, until - KNOWN_FOR)
    found = parents(known)
    for each in known:
        parent_id = found.get(each.incident_id)
        is_late = each.resolved_at is not None and each.resolved_at < until - LATE
        if parent_id != each.parent_id and not is_late:
            tx.execute(PLACE, {"parent_id": parent_id, "incident_id": each.incident_id})


def _are_one(head: Incident, other: Incident) -> bool:
    if abs(head.opened_at - other.opened_at) > TOGETHER:
        return False
    if head.opened_at >= other.last_seen_at or other.opened_at >= head.last_seen_at:
        return False
    if head.whole is not None:
        return head.whole == COMPANY or (head.team == other.team and other.whole is None)
    if head.driver != other.driver:
        return False
    if head.team is not None and head.team == other.team:
        return True
    return head.driver == UNIT_PRICE and head.model is not None and head.model == other.model
