"""Mail through a real relay: TLS first, text and HTML, one conversation per condition, nobody else's headers."""

from __future__ import annotations

import gc
import socket
import ssl
import warnings
from asyncio import AbstractServer
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from alerts.channels import Action, Email, NotSent, Posted
from alerts.channels.email import markup
from alerts.incidents.message import RESOLVE, TRIGGER, Message

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
PATIENCE_S = 60.0
PEM = Path(__file__).parent / "relay.pem"
PEOPLE = ("dana@example.com", "lee@example.com")
ACTIONS = (Action("acknowledge", "Acknowledge", "https://outlay.example/answer/x"),)


@dataclass
class Relay:
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    answer: str = "250 taken"
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content or b"", policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.people += envelope.rcpt_tos
        return self.answer

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"s3cret")


class AnyPort(Controller):
    """Listens on a port that is free; aiosmtpd's own knocks at the one it was given."""

    def _create_server(self) -> Awaitable[AbstractServer]:
        listening = socket.create_server((self.hostname, 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


@contextmanager
def relaying(*, starttls: bool = True) -> Iterator[Relay]:
    relay = Relay()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(PEM)
    offered = {"tls_context": tls, "authenticator": relay.login, "auth_require_tls": True} if starttls else {}
    controller = AnyPort(relay, hostname="127.0.0.1", ready_timeout=PATIENCE_S, **offered)
    controller.start()
    relay.port = controller.port
    try:
        yield relay
    finally:
        controller.stop()
        with warnings.catch_warnings():
            # aiosmtpd leaves a connection that was cut to the collector, which would complain in some later test.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture
def relay() -> Iterator[Relay]:
    with relaying() as listening:
        yield listening


def trusted() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(PEM))


def email(relay: Relay, host: str = "localhost", *, tls: ssl.SSLContext | None = None, **told: str) -> Email:
    return Email(
        "mail",
        f"smtp://{host}:{relay.port}",
        "outlay@example.com",
        PEOPLE,
        allow_hosts=(host,),
        resolver=lambda host, port: ["127.0.0.1"],
        timeout_s=PATIENCE_S,
        tls=tls or trusted(),
        **told,
    )


def posted(event: str = TRIGGER, team: str = "support", thread: str | None = None) -> Posted:
    told = Message(event, "spend_spike:1", f"[page] {team}: 4.1× the usual", (f"{team} spent $312.",))
    return Posted("m-" + event, told.dedup_key, event, told.subject, told.body(), "page", None, ACTIONS, thread)


def test_a_mail_has_text_and_html_and_goes_to_everybody(relay: Relay) -> None:
    email(relay).send(posted(), NOW)
    mail = relay.mails[0]
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    assert (
        relay.people,
        mail["Subject"],
        sorted(parts),
        ["https://outlay.example/answer/x" in text for text in parts.values()],
    ) == (
        list(PEOPLE),
        "[page] support: 4.1× the usual",
        ["text/html", "text/plain"],
        [True, True],
    )


def test_a_repeat_has_the_same_id_and_the_end_answers_the_beginning(relay: Relay) -> None:
    first = email(relay).send(posted(), NOW)
    email(relay).send(posted(), NOW)
    email(relay).send(posted(RESOLVE, thread=first), NOW)
    ids = [mail["Message-ID"] for mail in relay.mails]
    assert (ids, relay.mails[2]["In-Reply-To"], relay.mails[2]["References"]) == (
        ["<m-trigger@example.com>", "<m-trigger@example.com>", "<m-resolve@example.com>"],
        first,
        first,
    )


def test_the_password_goes_over_tls_only(relay: Relay) -> None:
    email(relay, user="outlay", password="s3cret").send(posted(), NOW)
    assert (relay.logins, len(relay.mails)) == ([(b"outlay", b"s3cret")], 1)


def test_a_relay_without_tls_gets_no_password() -> None:
    with relaying(starttls=False) as relay, pytest.raises(NotSent):
        email(relay, user="outlay", password="s3cret").send(posted(), NOW)
    assert (relay.mails, relay.logins) == ([], [])


def test_a_relay_of_one_s_own_without_tls_gets_the_mail() -> None:
    with relaying(starttls=False) as relay:
        email(relay).send(posted(), NOW)
    assert len(relay.mails) == 1


def test_a_certificate_of_somebody_else_gets_nothing(relay: Relay) -> None:
    forms = [email(relay, tls=ssl.create_default_context()), email(relay, "other.internal")]
    for channel in forms:
        with pytest.raises(NotSent, match="could not be reached: SSLCertVerificationError"):
            channel.send(posted(), NOW)
    assert relay.mails == []


@pytest.mark.parametrize(("answer", "for_good"), [("451 later", False), ("552 too much", True), ("421 busy", False)])
def test_a_relay_s_refusal_is_known_by_its_code(relay: Relay, answer: str, for_good: bool) -> None:
    relay.answer = answer
    with pytest.raises(NotSent) as refused:
        email(relay).send(posted(), NOW)
    assert (str(refused.value), refused.value.for_good) == (f"localhost answered {answer[:3]}", for_good)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1:587",
        "smtps://10.0.0.5",
        "smtp://[::1]:587",
        "smtp://localhost:25",
        "smtp://169.254.169.254:587",
    ],
)
def test_no_private_relay_is_called_that_nobody_listed(url: str) -> None:
    channel = Email("mail", url, "outlay@example.com", PEOPLE)
    with pytest.raises(NotSent, match="not called"):
        channel.send(posted(), NOW)


def test_a_relay_that_says_nothing_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        relay = Relay(silent.getsockname()[1])
        channel = Email(
            "mail",
            f"smtp://localhost:{relay.port}",
            "o@example.com",
            PEOPLE,
            allow_hosts=("localhost",),
            resolver=lambda host, port: ["127.0.0.1"],
            timeout_s=0.3,
        )
        with pytest.raises(NotSent, match=r"localhost did not answer within 0\.3 s"):
            channel.send(posted(), NOW)


@pytest.mark.parametrize(
    "team", ["a\r\nBcc: eve@example.com", "a\nSubject: x", "=?utf-8?q?x?=", "\x00", "\ud800", "a" * 2000, "<b>"]
)
def test_no_name_writes_a_header_or_markup(relay: Relay, team: str) -> None:
    told = Message(TRIGGER, "k:1", f"[page] {team}", (team,))
    body = told.body() if "\ud800" not in team else '{"lines": ["x"]}'
    email(relay).send(Posted("m", "k:1", TRIGGER, told.subject, body, "page"), NOW)
    mail = relay.mails[0]
    html_part = mail.get_body(("html",))
    assert (
        mail["Bcc"],
        len(mail.get_all("Subject", [])),
        relay.people,
        "<b>" in (html_part.get_content() if html_part else ""),
    ) == (
        None,
        1,
        list(PEOPLE),
        False,
    )


@pytest.mark.parametrize(
    ("line", "drawn"),
    [
        ("Why: calls ×18", "<strong>Why:</strong> calls ×18"),
        (
            "Open: https://o.example/i?a=1&b",
            '<a href="https://o.example/i?a=1&amp;b">https://o.example/i?a=1&amp;b</a>',
        ),
        ("Open: https://eve.example is slow", "<strong>Open:</strong> https://eve.example is slow"),
        ("<i>: x", "&lt;i&gt;: x"),
    ],
)
def test_what_a_sentence_is_about_is_bold_and_only_an_address_by_itself_can_be_followed(line: str, drawn: str) -> None:
    assert drawn in markup(Posted("m", "k:1", TRIGGER, "s", Message(TRIGGER, "k:1", "s", (line,)).body()))
