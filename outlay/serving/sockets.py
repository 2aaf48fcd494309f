"""Bind the addresses a server listens on, once, before any process of it starts."""

from __future__ import annotations

import errno
import ipaddress
import socket

BACKLOG = 2_048  # what the kernel holds while a worker restarts; connections wait instead of being refused


class NotBound(RuntimeError):
    """An address cannot be listened on; the sentence says why and what to change."""


def bind(host: str, port: int, *, setting: str) -> socket.socket:
    """A listening socket that child processes may inherit; port 0 takes a free one.

    `setting` is the option a sentence names as the way out. Raises NotBound when the port is taken, the address is
    not this machine's, or the port needs rights this process lacks.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise NotBound(f"{host} port {port} {_because(error)}; choose another with {setting}") from None
    listening.set_inheritable(True)
    return listening


def reserve(host: str, port: int, *, setting: str) -> socket.socket:
    """Keep an address for several processes that will each listen on it (SO_REUSEPORT); port 0 takes a free one.

    It is first bound alone: sharing would otherwise let a stranger's server share it too. Raises NotBound as `bind`.
    """
    with bind(host, port, setting=setting) as alone:
        where = alone.getsockname()
    reserved = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # Processes that set this too share the port, and so do their connections that linger after a restart.
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        reserved.bind(where)
    except OSError as error:
        reserved.close()
        raise NotBound(f"{host} port {port} {_because(error)}; choose another with {setting}") from None
    return reserved


def address(reserved: socket.socket) -> str:
    """Where a socket is, as gRPC writes it: 127.0.0.1:4317, [::1]:4317."""
    host, port = reserved.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def url(listening: socket.socket) -> str:
    """Where a socket of this machine is reached over HTTP."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - recognised here, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address; a name that is not an address counts only if it is localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _because(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is in use by another process"
        case errno.EACCES:
            return "needs rights this user does not have"
        case errno.EADDRNOTAVAIL:
            return "is not an address of this machine"
        case _:
            return f"cannot be listened on ({error.strerror or error})"
