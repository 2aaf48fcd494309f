"""Call one address over HTTP: judged before the connection, connected to as judged, followed nowhere else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx2

from alerts.channels.address import Destination, Resolve, UnsafeAddress, destination, resolve
from alerts.channels.contract import NotSent

TIMEOUT_S = 5.0  # for the whole exchange: a receiver that drips its answer holds nobody up
RETRY_AFTER_AT_MOST_S = 3600.0  # a receiver may not silence us for a day
ANSWER_AT_MOST = 64 * 1024  # bytes of an answer that are read; none of ours needs a tenth
TRY_LATER = frozenset({408, 409, 425, 429})  # the refusals that a later try may not meet


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The body is for the channel alone: what a stranger says is shown to nobody."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def taken(self, now: datetime) -> Answer:
        """Itself when the status is 2xx; raises NotSent for any other."""
        if 200 <= self.status < 300:
            return self
        for_good = 300 <= self.status < 500 and self.status not in TRY_LATER
        raise NotSent(f"{self.host} answered {self.status}", retry_after_s(self.headers, now), for_good=for_good)


@dataclass(frozen=True, slots=True)
class Caller:
    """How addresses are called: whom the operator trusts beside the Internet, who resolves names, how long it lasts."""

    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve
    timeout_s: float = TIMEOUT_S

    def call(self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One exchange; raises NotSent when there was no answer. Call it outside an event loop."""
        try:
            target = destination(url, self.allow_hosts, self.resolver)
        except UnsafeAddress as error:
            raise NotSent(f"not called: {error}", for_good=True) from None
        except (OSError, UnicodeError):
            raise NotSent("the channel's host does not resolve") from None
        # Asked for as it is: what unpacks to gigabytes is then no concern of ours.
        told = {
            "Host": target.host_header,
            "User-Agent": "outlay",
            "Accept-Encoding": "identity",
            **(headers or {}),
        }
        try:
            return asyncio.run(self._exchange(method, target, body, told))
        except TimeoutError:
            raise NotSent(f"{target.host} did not answer within {self.timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise NotSent(f"{target.host} could not be reached: {type(error).__name__}") from None

    def post_json(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Post a JSON text."""
        return self.call("POST", url, body=body, headers={"Content-Type": "application/json", **(headers or {})})

    async def _exchange(self, method: str, target: Destination, body: bytes, headers: Mapping[str, str]) -> Answer:
        # The URL holds the judged address; TLS still asks for, and checks, the certificate of the host.
        extensions = {"sni_hostname": target.host}
        async with (
            asyncio.timeout(self.timeout_s),
            httpx2.AsyncClient(
                verify=trusted(), trust_env=False, follow_redirects=False, timeout=self.timeout_s
            ) as client,
            client.stream(method, target.url, content=body, headers=headers, extensions=extensions) as answer,
        ):
            return Answer(target.host, answer.status_code, dict(answer.headers), await _beginning(answer))


async def _beginning(answer: httpx2.Response) -> bytes:
    read = b""
    async for chunk in answer.aiter_raw():
        read += chunk
        if len(read) >= ANSWER_AT_MOST:
            break
    return read[:ANSWER_AT_MOST]


@cache
def trusted() -> ssl.SSLContext:
    """The certificates we trust; read once, because reading them takes longer than a message."""
    return httpx2.create_ssl_context(trust_env=False)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
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
