"""Undo a body's compression without ever holding more of it than the limit."""

from __future__ import annotations

import zlib
from typing import Final

from ingest.faults import Refused

IDENTITY: Final = "identity"
GZIP: Final = "gzip"
DEFLATE: Final = "deflate"

_NAMES: Final = {"": IDENTITY, "none": IDENTITY, IDENTITY: IDENTITY, GZIP: GZIP, "x-gzip": GZIP, DEFLATE: DEFLATE}
_GZIP_BITS: Final = 31
_ZLIB_BITS: Final = 15
_RAW_BITS: Final = -15
# Inflated this much at a time: a bomb is refused having cost the limit and one step.
_STEP_BYTES: Final = 1 << 20
# What a body may grow to that does not say it.
_GROWS: Final = 20
_GZIP_BEGINS: Final = b"\x1f\x8b\x08"
# A gzip body may be several members one after the other (RFC 1952 §2.2); each costs a copy of what follows it.
_MOST_MEMBERS: Final = 16


def encoding(header: str | None) -> str:
    """The encoding a Content-Encoding header names: identity, gzip or deflate; raises `Refused` 415 for any other."""
    asked = (header or "").strip().lower()
    if asked in _NAMES:
        return _NAMES[asked]
    if "," in asked:
        raise Refused(
            f"Content-Encoding is '{asked[:80]}': one encoding is read, not several on top of each other",
            415,
            "Content-Encoding",
        )
    raise Refused(f"Content-Encoding is '{asked[:80]}'; gzip, deflate and none are read", 415, "Content-Encoding")


def inflate(body: bytes, encoded: str, limit: int) -> bytes:
    """The body without its compression.

    Raises `Refused` 413 when it is more than `limit` bytes, 400 when it is cut short, is not what `encoded`
    (identity, gzip, deflate) says, or is followed by something else.
    """
    if encoded == IDENTITY:
        if len(body) > limit:
            raise too_large(limit)
        return body
    bits = _GZIP_BITS if encoded == GZIP else _deflate_bits(body)
    pieces: list[bytes] = []
    room = limit
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(bits)
        pending = body
        while not member.eof:
            try:
                piece = member.decompress(pending, min(_STEP_BYTES, room + 1))
            except zlib.error as error:
                raise Refused(f"the body is not {encoded}: {error}") from error
            pending = member.unconsumed_tail
            room -= len(piece)
            if room < 0:
                raise too_large(limit)
            if not piece and not pending and not member.eof:
                raise Refused(f"the {encoded} body is cut short: its end is missing")
            pieces.append(piece)
        body = member.unused_data
        if not body:
            return b"".join(pieces)
        if encoded != GZIP or not body.startswith(b"\x1f\x8b"):
            raise Refused(f"the {encoded} body ends {len(body)} bytes before the request does")
    raise Refused(f"the gzip body has more than {_MOST_MEMBERS} parts")


def inflated_size(body: bytes, encoded: str) -> int:
    """How many bytes `inflate` makes of a body that the socket took: exact, or a guess that is rather too large.

    gzip's last four bytes say it (RFC 1952 §2.3.1), of the last member; reading the others checks that they do.
    """
    if encoded in {"", IDENTITY}:
        return len(body)
    if encoded == GZIP and body.rfind(_GZIP_BEGINS) <= 0:
        return int.from_bytes(body[-4:], "little")
    return len(body) * _GROWS


def too_large(limit: int) -> Refused:
    """What a body of more than `limit` bytes after decompression is answered."""
    return Refused(f"the body is more than {limit} bytes after decompression; send fewer spans in one request", 413)


def _deflate_bits(body: bytes) -> int:
    # HTTP's deflate is zlib (RFC 9110 §8.4.1.2), but some senders leave zlib's two bytes of header out.
    has_header = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _ZLIB_BITS if has_header else _RAW_BITS
