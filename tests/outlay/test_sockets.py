"""Addresses: bound once, inherited, and refused in a sentence."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from outlay.serving.sockets import NotBound, address, bind, is_loopback, reserve, url


def test_port_0_takes_a_free_port_and_the_url_tells_which() -> None:
    with closing(bind("127.0.0.1", 0, setting="--web-port")) as listening:
        assert url(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_children_may_inherit_the_socket() -> None:
    with closing(bind("127.0.0.1", 0, setting="--web-port")) as listening:
        assert listening.get_inheritable()


def test_a_port_in_use_is_told_with_the_option_that_changes_it() -> None:
    with closing(bind("127.0.0.1", 0, setting="--web-port")) as first:
        port = first.getsockname()[1]
        with pytest.raises(NotBound) as refusal:
            bind("127.0.0.1", port, setting="--otlp-port")
    assert str(refusal.value) == (
        f"127.0.0.1 port {port} is in use by another process; choose another with --otlp-port"
    )


def test_a_reserved_port_may_be_listened_on_by_those_that_share_it() -> None:
    with closing(reserve("127.0.0.1", 0, setting="--grpc-port")) as reserved, socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        ours.bind(reserved.getsockname())
        ours.listen()
        assert address(reserved) == f"127.0.0.1:{ours.getsockname()[1]}"


def test_a_port_that_somebody_shares_already_is_not_reserved() -> None:
    with closing(reserve("127.0.0.1", 0, setting="--grpc-port")) as first:
        port = first.getsockname()[1]
        with pytest.raises(NotBound, match=f"port {port} is in use .*; choose another with --grpc-port"):
            reserve("127.0.0.1", port, setting="--grpc-port")


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(NotBound, match=r"192\.0\.2\.1 port 0 is not an address of this machine"):
        bind("192.0.2.1", 0, setting="--web-port")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("::", False),
        ("10.0.0.1", False),
        ("example.com", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_only_loopback_counts_as_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
