"""Make a stranger's words safe to show: in a terminal, a JSON body, a spreadsheet cell, a file name."""

from __future__ import annotations

import hashlib
import re
import unicodedata

NAME_LENGTH = 80  # a team or workflow in a subject line; longer ones are cut with an ellipsis
CELL_LENGTH = 32_000  # one spreadsheet cell holds 32,767 characters; the rest is for an apostrophe and quotes
FILE_LENGTH = 60  # leaves room for month, suffix and digest within the 255 bytes of a file name

RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)  # names Windows keeps for devices


def plain(text: str, at_most: int = NAME_LENGTH) -> str:
    r"""One visible line: a character that cannot be seen becomes its escape (ESC is shown as `\x1b`)."""
    shown = "".join(_visible(character) for character in text[: at_most + 1])
    return shown if len(shown) <= at_most else shown[: at_most - 1] + "…"


def file_name(text: str) -> str:
    """A name that every file system takes, in lower case: letters, digits, dot, hyphen, underscore.

    Where anything had to be changed, a digest of the original is added so that two names do not meet in one file.
    """
    kept = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:FILE_LENGTH]
    usable = bool(kept) and not RESERVED.match(kept.split(".")[0])
    if usable and kept == text:
        return kept
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept if usable else 'name'}-{digest}"


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    if unicodedata.category(character) == "Zs":  # the spaces of other scripts
        return " "
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
