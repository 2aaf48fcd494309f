"""Whom a webhook may call: a public address, or a private host the operator named. Anything else gets no connection.

The name is resolved once, every address it stands for is judged, and the connection goes to the address that was
judged: a name that changes its mind in between (rebinding) is never asked again.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

PUBLIC_PORTS = frozenset({443, 8443})  # where webhooks live; a database or a mail server does not
RELAY_PORTS = frozenset({465, 587})  # where mail is handed in, with TLS

# `is_global` lets these through although each can carry a private IPv4 address, or reach one.
TUNNELS = tuple(
    IPv6Network(block)
    for block in (
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local use
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
    )
)
PUBLIC_IPV6 = IPv6Network("2000::/3")  # all that is handed out for the Internet

Resolve = Callable[[str, int], Sequence[str]]


class UnsafeAddress(ValueError):
    """The webhook's address is one we never connect to."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A judged address: connect to `ip`, speak to `host`."""

    scheme: str
    host: str
    port: int
    ip: str
    path: str  # with the query
    trusted: bool = False  # one of the operator's own

    @property
    def host_header(self) -> str:
        """As the receiver expects to be addressed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL with the judged address in the host's place."""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def resolve(host: str, port: int) -> list[str]:
    """Every address the system's resolver gives for a name; raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def check(url: str, allow_hosts: Sequence[str]) -> None:
    """Judge what a URL shows by itself, before any name is resolved: at start, so that a mistake is told at once.

    Raises UnsafeAddress. A name that passes is judged again, with its addresses, before every call.
    """
    target = _target(url, allow_hosts)
    if not target.allowed and _is_literal(target.host) and not is_public(target.host):
        raise _private(target.host, target.host)


def destination(url: str, allow_hosts: Sequence[str], resolver: Resolve = resolve) -> Destination:
    """Judge a webhook's URL.

    `allow_hosts` are names or addresses the operator trusts although they are private, `host` or `host:port`;
    only they may be called over plain http, on any port, or on loopback. Raises UnsafeAddress, and OSError when the
    name does not resolve.
    """
    target = _target(url, allow_hosts)
    ip = _judged(target.host, target.port, target.allowed, resolver)
    return Destination(target.scheme, target.host, target.port, ip, target.path, target.allowed)


def relay(scheme: str, host: str, port: int, allow_hosts: Sequence[str], resolver: Resolve = resolve) -> Destination:
    """Judge a mail relay as a webhook is judged, but for its ports; raises the same."""
    name = _ascii(host)
    allowed = _is_listed(name, port, allow_hosts)
    if not allowed and port not in RELAY_PORTS:
        raise UnsafeAddress(f"{name} would be called on port {port}; mail is handed in at 587 or 465")
    return Destination(scheme, name, port, _judged(name, port, allowed, resolver), "", allowed)


def own_port(host: str, port: int, allow_hosts: Sequence[str], resolver: Resolve = resolve) -> None:
    """Judge a host that another library calls by a protocol and at a port of its own; raises the same."""
    name = _ascii(host)
    _judged(name, port, _is_listed(name, port, allow_hosts), resolver)


def _judged(host: str, port: int, allowed: bool, resolver: Resolve) -> str:
    ips = resolver(host, port)
    if not ips:
        raise OSError(f"{host} has no address")
    private = [ip for ip in ips if not is_public(ip)]
    if private and not allowed:
        raise _private(host, private[0])
    return ips[0]


def _is_listed(host: str, port: int, allow_hosts: Sequence[str]) -> bool:
    return any(entry.lower() in {host, f"{host}:{port}"} for entry in allow_hosts)


def is_public(ip: str) -> bool:
    """Whether an address is on the Internet, and cannot be another name for one that is not."""
    if "%" in ip:  # a scope: an address of this machine's own networks
        return False
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return _is_public_ipv4(address.ipv4_mapped)
        return address in PUBLIC_IPV6 and address.is_global and not any(address in tunnel for tunnel in TUNNELS)
    return _is_public_ipv4(address)


def _is_public_ipv4(address: IPv4Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.packed[:3] == b"\xc0\x00\x00"  # 192.0.0.0/24
    return address.is_global and not special


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str
    allowed: bool


def _target(url: str, allow_hosts: Sequence[str]) -> _Target:
    parts = _parts(url)
    host, port = _host(parts), parts.port or {"http": 80, "https": 443}[parts.scheme]
    allowed = _is_listed(host, port, allow_hosts)
    if not allowed and parts.scheme != "https":
        raise UnsafeAddress(f"{host} would be called over plain http; use https, or list it in alerts.allow_hosts")
    if not allowed and port not in PUBLIC_PORTS:
        raise UnsafeAddress(f"{host} would be called on port {port}; webhooks go to 443 or 8443")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.scheme, host, port, path, allowed)


def _private(host: str, ip: str) -> UnsafeAddress:
    where = host if host == ip else f"{host} is at {ip}, which"
    return UnsafeAddress(f"{where} is not a public address; to call a private host, list it in alerts.allow_hosts")


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _parts(url: str) -> SplitResult:
    # urlsplit drops tabs and line breaks, and a browser reads a backslash as a slash: neither may hide a host.
    if any(character.isspace() or not character.isprintable() or character in '\\<>"' for character in url):
        raise UnsafeAddress("the webhook's address holds a space, a backslash or an invisible character")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UnsafeAddress(f"the webhook's address is no URL: {error}") from None
    if parts.scheme not in {"http", "https"}:
        raise UnsafeAddress(f"the webhook's address starts with {parts.scheme or 'nothing'}:; only https is called")
    if "@" in parts.netloc:
        raise UnsafeAddress("the webhook's address holds a user name; the secret belongs in a setting of its own")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise UnsafeAddress("the webhook's address names no host")
    return _ascii(host)


def _ascii(host: str) -> str:
    try:
        # Full-width digits and letters fold into ASCII here, so that they are judged as what they would resolve to.
        return host if ":" in host else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise UnsafeAddress("the webhook's host is no host name") from None
