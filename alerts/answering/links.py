"""The links of a message: signed, expiring, each for one act on one incident, and working once.

Opening one changes nothing: chats and mail scanners open links by themselves. What it asks for is done by its page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.channels import Action
from alerts.incidents.acts import LABELS
from alerts.incidents.incident import stored
from alerts.incidents.message import INCIDENT_PAGE, when

LASTS = timedelta(days=7)


class LinkRefused(ValueError):
    """A link does nothing: it is not ours, too old, or used; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks for."""

    action: str
    incident_id: str
    expires_at: datetime  # aware UTC
    digest: str  # names the link without being it


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the links of one home."""

    pages: str  # the address of the pages
    key: bytes = field(repr=False)

    def answers(self, incident_id: str, written_at: datetime) -> tuple[Action, ...]:
        """The links of a message about an incident; the same message has the same links at every try."""
        expires = int((written_at.replace(tzinfo=UTC) + LASTS).timestamp())
        answering = tuple(
            Action(name, label, f"{self.pages}/answer/{self._token(name, incident_id, expires)}")
            for name, label in LABELS.items()
        )
        return (*answering, Action("open", "Open incident", f"{self.pages}/{INCIDENT_PAGE}?id={incident_id}"))

    def read(self, token: str, now: datetime) -> Asked:
        """What a link asks for; raises LinkRefused for one that is not ours or has expired."""
        told, _, signed = token.partition(".")
        if not hmac.compare_digest(signed.encode("utf-8", "replace"), self._signature(told).encode()):
            raise LinkRefused("this link is not one of ours; perhaps a part of it was cut off")
        try:
            action, incident_id, expires = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode().split("\n")
        except (binascii.Error, ValueError) as error:
            raise AssertionError("we signed something else than a link") from error
        expires_at = datetime.fromtimestamp(int(expires), UTC)
        if now >= expires_at:
            raise LinkRefused(f"this link expired at {when(stored(expires_at))}; the incident's page is still there")
        return Asked(action, incident_id, expires_at, hashlib.sha256(token.encode()).hexdigest())

    def _token(self, action: str, incident_id: str, expires: int) -> str:
        told = base64.urlsafe_b64encode(f"{action}\n{incident_id}\n{expires}".encode()).decode().rstrip("=")
        return f"{told}.{self._signature(told)}"

    def _signature(self, told: str) -> str:
        made = hmac.new(self.key, b"answer\n" + told.encode("utf-8", "replace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made[:20]).decode().rstrip("=")
