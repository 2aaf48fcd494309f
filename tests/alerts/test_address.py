"""Whom a webhook may call: no form of a private address gets a connection, and no name may change its mind."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from receiver import Answer, Receiver, receiving

from alerts import Wiring, channels
from alerts.channels import NotSent, Posted, Webhook
from alerts.channels.address import Destination, UnsafeAddress, destination, is_public

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
POSTED = Posted("1", "k", "trigger", "s", '{"lines": []}')

# What an attacker's or a company's name server might say; 203.0.114.7 and 2a01:4f8::7 stand for public hosts.
NAMES = {
    "hooks.example.com": ["203.0.114.7"],
    "six.example.com": ["2a01:4f8::7"],
    "inside.example.com": ["10.0.0.5"],
    "loop.example.com": ["127.0.0.1"],
    "mixed.example.com": ["203.0.114.7", "127.0.0.1"],
    "mixed6.example.com": ["2a01:4f8::7", "::1"],
    "metadata.example.com": ["169.254.169.254"],
    "nothing.example.com": [],
}


def names(host: str, port: int) -> list[str]:
    """Names from the table; numbers and what the system knows for itself as the system reads them."""
    if host in NAMES:
        return NAMES[host]
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)]


FORMS = [
    "127.0.0.1",
    "127.1",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "0",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[::ffff:169.254.169.254]",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "inside.example.com",
    "loop.example.com",
    "mixed.example.com",
    "mixed6.example.com",
    "metadata.example.com",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_a_private_address_is_called(form: str) -> None:
    with pytest.raises(UnsafeAddress):
        destination(f"https://{form}/hook", (), names)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "//hooks.example.com/",
        "hooks.example.com",
        "https://",
        "https:///hook",
        "https://user@hooks.example.com/",
        "https://user:pass@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:6379/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:port/",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://127.0.0.1\t.example.com/",
        "https://hooks.example.com /",
        "https://hooks.example.com/\r\nHost: other",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        f"https://{'a' * 64}.example.com/",
        "",
    ],
)
def test_no_other_trick_gets_a_connection(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        destination(url, (), lambda host, port: ["203.0.114.7"] if not host.startswith("fe80") else ["fe80::1%eth0"])


def test_a_refused_address_is_not_connected_to(receiver: Receiver) -> None:
    forms = ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "localhost", "[::ffff:127.0.0.1]", "0"]
    urls = [f"{scheme}://{form}:{receiver.port}/" for scheme in ("http", "https") for form in forms]
    for url in urls:
        with pytest.raises(NotSent, match="not called"):
            Webhook(url, "s").send(POSTED, NOW)
    assert receiver.received == []


def test_a_redirect_to_a_private_address_is_not_followed(receiver: Receiver) -> None:
    with receiving() as public:
        public.answers = [Answer(307, (("Location", receiver.url),))]
        with pytest.raises(NotSent, match="answered 307"):
            Webhook(public.url, "s", (f"127.0.0.1:{public.port}",)).send(POSTED, NOW)
    assert receiver.received == []


def test_a_name_that_changes_its_mind_is_asked_once(receiver: Receiver) -> None:
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    Webhook(f"http://hook.internal:{receiver.port}/", "s", ("hook.internal",), rebinding).send(POSTED, NOW)
    assert (asked, receiver.received[0].headers["host"]) == (["hook.internal"], f"hook.internal:{receiver.port}")


def test_a_public_host_is_called_at_the_address_that_was_judged() -> None:
    assert destination("https://hooks.example.com/a?b=c", (), names) == Destination(
        "https", "hooks.example.com", 443, "203.0.114.7", "/a?b=c"
    )


def test_an_address_of_six_is_put_in_brackets() -> None:
    assert destination("https://six.example.com:8443/", (), names).url == "https://[2a01:4f8::7]:8443/"


@pytest.mark.parametrize("entry", ["inside.example.com", "inside.example.com:8080", "INSIDE.example.com"])
def test_a_private_host_is_called_when_the_operator_lists_it(entry: str) -> None:
    assert destination("http://inside.example.com:8080/", (entry,), names).ip == "10.0.0.5"


@pytest.mark.parametrize("entry", ["example.com", "inside.example.com:9090", "*", ""])
def test_a_listed_host_vouches_for_no_other(entry: str) -> None:
    with pytest.raises(UnsafeAddress):
        destination("http://inside.example.com:8080/", (entry,), names)


@pytest.mark.parametrize("ip", ["203.0.114.7", "8.8.8.8", "2a01:4f8::7", "::ffff:8.8.8.8"])
def test_the_internet_is_public(ip: str) -> None:
    assert is_public(ip)


def test_a_name_without_an_address_is_tried_again_later() -> None:
    with pytest.raises(NotSent, match="does not resolve"):
        Webhook("https://nothing.example.com/", "s", (), names).send(POSTED, NOW)


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://10.0.0.5/", "https://[::1]/", "https://x:22/", "x"]
)
def test_what_may_never_be_called_is_refused_at_start(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        channels([Wiring("webhook", "webhook", url, "s3cret")])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "https://nothing.example.com/"])
def test_a_listed_host_and_an_unresolved_name_are_no_mistakes_at_start(url: str) -> None:
    assert [
        channel.name for channel in channels([Wiring("webhook", "webhook", url, "s3cret", allow_hosts=("127.0.0.1",))])
    ] == ["webhook"]


def test_the_secret_and_the_path_are_in_no_text_about_a_webhook() -> None:
    assert not re.search(
        "T0P|s3cret", repr(channels([Wiring("webhook", "hook", "https://hooks.example.com/T0P", "s3cret")]))
    )
