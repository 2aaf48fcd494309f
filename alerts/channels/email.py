"""Send a message by SMTP, as text and as HTML; messages of one condition make one conversation.

The relay is judged as a webhook is, and connected to at the address that was judged; TLS is asked for unless the
operator listed the relay as one of their own and it offers none.
"""

from __future__ import annotations

import html
import re
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Self
from urllib.parse import urlsplit

from alerts.channels.address import Destination, Resolve, UnsafeAddress, relay, resolve
from alerts.channels.calling import trusted
from alerts.channels.contract import NotSent, Posted, Unusable, Wiring
from alerts.plain import plain

TIMEOUT_S = 15.0  # for the whole conversation; relays look names up before they answer
SUBJECT_LENGTH = 250
PORTS = {"smtp": 587, "smtps": 465}
LETTER = "font:15px/1.45 system-ui,sans-serif;max-width:44em;margin:1em;overflow-wrap:anywhere"
BUTTON = "display:inline-block;margin:0 .5em .5em 0;padding:.4em .9em;border:1px solid;border-radius:6px"
ABOUT = re.compile("[A-Z][a-z]+( [a-z]+){0,2}")  # 'Why', 'Not the cause'
ADDRESS = re.compile(r"https?://\S+")
SOON = (421, 450, 451, 452)  # "try again later" (RFC 5321 §4.2.3)


@dataclass(frozen=True, slots=True)
class Email:
    """One list of people, through one relay."""

    name: str
    url: str
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve
    timeout_s: float = TIMEOUT_S
    tls: ssl.SSLContext | None = None  # the certificates that are trusted, where not the usual ones

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """`url` is the relay's, `smtp://host:587` (STARTTLS) or `smtps://host:465`; `secret` is the user's password."""
        if not (wiring.url and wiring.sender and wiring.to):
            raise Unusable("e-mail needs a relay in `url` (smtp://host:587), a `sender`, and people in `to`")
        for address in (wiring.sender, *wiring.to):
            _address(address)
        _parts(wiring.url)
        return cls(wiring.name, wiring.url, wiring.sender, wiring.to, wiring.user, wiring.secret, wiring.allow_hosts)

    def send(self, message: Posted, now: datetime) -> str | None:
        """Hand it to the relay once; returns the first message's id, which later ones refer to."""
        scheme, host, port = _parts(self.url)
        try:
            target = relay(scheme, host, port, self.allow_hosts, self.resolver)
        except UnsafeAddress as error:
            raise NotSent(f"not called: {error}", for_good=True) from None
        except (OSError, UnicodeError):
            raise NotSent("the mail relay's host does not resolve") from None
        letter = self.letter(message, now)
        try:
            self._hand_over(letter, scheme, target)
        except smtplib.SMTPResponseException as refusal:
            raise _refused(host, refusal.smtp_code) from None
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _refused(host, max((code for code, _ in refusal.recipients.values()), default=550)) from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # smtplib says of a silent relay that it hung up, and keeps the reason beside it.
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                raise NotSent(f"{host} did not answer within {self.timeout_s:g} s") from None
            raise NotSent(f"{host} could not be reached: {type(error).__name__}") from None
        return message.thread or str(letter["Message-ID"])

    def letter(self, message: Posted, now: datetime) -> EmailMessage:
        """The mail itself; a repeat has the same Message-ID, so that mailboxes show it once."""
        mail = EmailMessage(policy=SMTP)
        host = self.sender.rpartition("@")[2]
        mail["From"] = Address("Outlay", addr_spec=self.sender)
        mail["To"] = [Address(addr_spec=address) for address in self.to]
        mail["Subject"] = plain(message.subject, SUBJECT_LENGTH)
        mail["Date"] = format_datetime(now.astimezone(UTC))
        mail["Message-ID"] = f"<{message.message_id}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Outlay-Dedup-Key"] = message.dedup_key
        if message.thread:
            mail["In-Reply-To"] = message.thread
            mail["References"] = message.thread
        if message.severity == "page":
            mail["Importance"] = "high"
        mail.set_content(text(message))
        mail.add_alternative(markup(message), subtype="html")
        return mail

    def _hand_over(self, letter: EmailMessage, scheme: str, target: Destination) -> None:
        tls = self.tls or trusted()
        relayed = _Secure(target, self.timeout_s, tls) if scheme == "smtps" else _Plain(target, self.timeout_s)
        # smtplib's timeout is for each line; a relay that drips its answers is hung up on.
        late = threading.Timer(self.timeout_s, _hang_up, [relayed])
        late.start()
        try:
            with relayed:
                relayed.ehlo()
                if scheme == "smtp" and (relayed.has_extn("starttls") or not target.trusted or self.user):
                    relayed.starttls(context=tls)
                    relayed.ehlo()
                if self.user:
                    relayed.login(self.user, self.password)
                relayed.send_message(letter)
        finally:
            late.cancel()


class _Plain(smtplib.SMTP):
    """Connects to the judged address, and checks the certificate of the host it stands for."""

    def __init__(self, target: Destination, timeout_s: float) -> None:
        self._judged = target.ip, target.port
        super().__init__(target.host, target.port, timeout=timeout_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's seam
        return socket.create_connection(self._judged, timeout)


class _Secure(smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""

    def __init__(self, target: Destination, timeout_s: float, context: ssl.SSLContext) -> None:
        self._judged = target.ip, target.port
        super().__init__(target.host, target.port, timeout=timeout_s, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's seam
        plain_socket = socket.create_connection(self._judged, timeout)
        return self.context.wrap_socket(plain_socket, server_hostname=host)


def text(message: Posted) -> str:
    """The plain part, which also a screen reader reads."""
    answers = [f"{action.label}: {action.url}" for action in message.actions]
    return (
        "\n".join([plain(message.subject, SUBJECT_LENGTH), "", *message.lines, *(["", *answers] if answers else [])])
        + "\n"
    )


def markup(message: Posted) -> str:
    """The HTML part: the same sentences, every word escaped, nothing loaded from elsewhere; light or dark."""
    lines = "".join(f'<p style="margin:.4em 0">{_marked_up(line)}</p>' for line in message.lines)
    links = "".join(
        f'<a style="{BUTTON}" href="{html.escape(action.url)}">{html.escape(action.label)}</a>'
        for action in message.actions
    )
    answers = f'<p style="margin-top:1.2em">{links}</p>' if links else ""
    title = html.escape(plain(message.subject, SUBJECT_LENGTH))
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>'
        f'<body style="{LETTER}"><h1 style="font-size:1.2em">{title}</h1>{lines}{answers}</body></html>\n'
    )


def _marked_up(line: str) -> str:
    """A sentence with what it is about in bold; what is only an address can be followed."""
    about, colon, rest = line.partition(": ")
    if not (colon and ABOUT.fullmatch(about)):
        return html.escape(line)
    told = html.escape(rest)
    return f"<strong>{about}:</strong> " + (f'<a href="{told}">{told}</a>' if ADDRESS.fullmatch(rest) else told)


def _hang_up(relayed: smtplib.SMTP) -> None:
    relayed.close()


def _refused(host: str, code: int) -> NotSent:
    return NotSent(f"{host} answered {code}", for_good=code >= 500 and code not in SOON)


def _parts(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unusable(f"the mail relay's address is no URL: {error}") from None
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or parts.path.strip("/"):
        raise Unusable("the mail relay is written as smtp://host:587 or smtps://host:465; a user goes into `user`")
    return parts.scheme, parts.hostname, port or PORTS[parts.scheme]


def _address(address: str) -> None:
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError):
        raise Unusable(f"{address!r} is no e-mail address") from None
