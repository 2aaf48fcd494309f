"""Post a message as signed JSON to one address, and follow it nowhere else.

The receiver checks `Outlay-Signature: v1=` HMAC-SHA256(secret, `Outlay-Timestamp` + "." + body) and drops what it
has seen by `Outlay-Message-Id`; messages of one episode share `Outlay-Dedup-Key`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import ClassVar, Self

import httpx2

from alerts.channels.address import Destination, Resolve, UnsafeAddress, check, destination, resolve
from alerts.channels.contract import NotSent, Posted, Wiring

TIMEOUT_S = 5.0  # for the whole exchange: a receiver that drips its answer holds nobody up
RETRY_AFTER_AT_MOST_S = 3600.0  # a receiver may not silence us for a day


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver. The answer's body is never read: what a stranger says is shown to nobody."""

    url: str = field(repr=False)  # its path is often a secret
    secret: str = field(repr=False)
    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve
    timeout_s: float = TIMEOUT_S
    name: ClassVar[str] = "webhook"

    @classmethod
    def wired(cls, wiring: Wiring) -> Self | None:
        """The receiver the deployment named, if any; raises UnsafeAddress for one that may never be called."""
        if not wiring.webhook_url:
            return None
        check(wiring.webhook_url, wiring.allow_hosts)
        return cls(wiring.webhook_url, wiring.webhook_secret, wiring.allow_hosts)

    def send(self, message: Posted, now: datetime) -> None:
        """Deliver once; raises NotSent for anything but a 2xx answer. Call it outside an event loop."""
        body = message.body.encode()
        try:
            target = destination(self.url, self.allow_hosts, self.resolver)
        except UnsafeAddress as error:
            raise NotSent(f"not called: {error}") from None
        except (OSError, UnicodeError):
            raise NotSent("the webhook's host does not resolve") from None
        try:
            status, headers = asyncio.run(self._exchange(target, body, self._headers(message, target, body, now)))
        except TimeoutError:
            raise NotSent(f"{target.host} did not answer within {self.timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise NotSent(f"{target.host} could not be reached: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise NotSent(f"{target.host} answered {status}", _retry_after_s(headers, now))

    def _headers(self, message: Posted, target: Destination, body: bytes, now: datetime) -> dict[str, str]:
        timestamp = str(int(now.timestamp()))
        return {
            "Host": target.host_header,
            "Content-Type": "application/json",
            "User-Agent": "outlay",
            "Outlay-Message-Id": message.message_id,
            "Outlay-Dedup-Key": message.dedup_key,
            "Outlay-Timestamp": timestamp,
            **({"Outlay-Signature": f"v1={signature(self.secret, timestamp, body)}"} if self.secret else {}),
        }

    async def _exchange(
        self, target: Destination, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str]]:
        # The URL holds the judged address; TLS still asks for, and checks, the certificate of the host.
        extensions = {"sni_hostname": target.host}
        async with (
            asyncio.timeout(self.timeout_s),
            httpx2.AsyncClient(
                verify=_trusted(), trust_env=False, follow_redirects=False, timeout=self.timeout_s
            ) as client,
            client.stream("POST", target.url, content=body, headers=headers, extensions=extensions) as answer,
        ):
            return answer.status_code, dict(answer.headers)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates we trust; read once, because reading them takes longer than a message."""
    return httpx2.create_ssl_context(trust_env=False)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hex HMAC-SHA256 over `timestamp.body`."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """RFC 9110 §10.2.3: seconds, or a date."""
    asked = headers.get("retry-after", "").strip()
    if not asked:
        return None
    if asked.isascii() and asked.isdigit():
        return min(float(asked[:9]), RETRY_AFTER_AT_MOST_S)
    try:
        date = parsedate_to_datetime(asked)
    except (TypeError, ValueError, OverflowError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), RETRY_AFTER_AT_MOST_S)
