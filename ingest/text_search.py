"""Whether a text may stand in a request: a search of its bytes, which finds none in most of them."""

from __future__ import annotations

import re
from typing import Final

from ingest.byte_search import search
from ingest.texts import ALL_TEXTS, CONTENT_EVENTS, MESSAGES, SETTINGS

_Tree = dict[str, "_Tree"]

# Never part of a key that goes on; `z` and the capitals are left out because they are also tags of a span's fields.
_END: Final = r"(?:[^a-y0-9_.]|\z)"
_SIGNS: Final = {"#": "[0-9]", "~": "[A-Za-z0-9_-]+", "": _END}
# How protobuf writes a length, which may be in more bytes than it needs.
_LENGTH: Final = r"[\x80-\xff]*[\x00-\x7f]"


def has_content(wire: bytes) -> bool:
    """Whether an attribute's key, or an event's name, that carries a text stands in a protobuf message."""
    return _content(wire) is not None


def has_status_message(wire: bytes) -> bool:
    """Whether a span's status says more than its code."""
    return _status_message(wire) is not None


def has_map(wire: bytes) -> bool:
    """Whether some attribute's value is a map, or a list with a map in it, whose keys may carry texts in turn."""
    return _map(wire) is not None


def _any_of(rules: str) -> str:
    """One regular expression for many rules, as a tree of their letters."""
    tree: _Tree = {}
    for rule in rules.split():
        node = tree
        for letter in [*rule.removesuffix("*"), *([] if rule.endswith("*") else [""])]:
            node = node.setdefault(letter, {})
        node["*"] = {}
    return _branches(tree)


def _branches(node: _Tree) -> str:
    if "*" in node:  # whatever follows
        return ""
    ways = [_SIGNS.get(letter, re.escape(letter)) + _branches(rest) for letter, rest in node.items()]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _key_called(word: str) -> str:
    """A single word where it is a key: "tool_calls" is a finish reason and "text" a type of output, too.

    A value that is a whole string stands in a message of its own, two bytes longer than the string; the message around
    a key holds the key's value as well.
    """
    size = f"\\x{len(word):02x}"
    as_value = f"\\x{len(word) + 2:02x}"
    elsewhere = rf"(?:[^{as_value}]|[^\x0a\x12]{as_value})"
    at_length = rf"\x{len(word) | 0x80:02x}\x80*\x00"
    return rf"(?:{elsewhere}\x0a{size}|\x0a{at_length}){word}"


_SOUGHT: Final = f"{ALL_TEXTS} {SETTINGS} {MESSAGES}".split()
_FAMILIES: Final = " ".join(rule for rule in _SOUGHT if not rule.isidentifier())
_content: Final = search(
    rf"\x0a{_LENGTH}{_any_of(_FAMILIES)}",
    *(_key_called(rule) for rule in _SOUGHT if rule.isidentifier()),
    rf"[\x12\x62]{_LENGTH}{_any_of(CONTENT_EVENTS)}",
)
# A map fills the value around it: their lengths differ by the two bytes between them, as every writer writes it.
_map: Final = search(
    *(rf"[\x0a\x12]\x{inner + 2:02x}\x32\x{inner:02x}" for inner in range(126)),
    r"[\x0a\x12][\x80-\xff]+[\x01-\x7f]\x32",
)
# A status is a span's last field, and holds nothing else but numbers.
_status_message: Final = search(rf"\x7a{_LENGTH}(?:[\x08\x18]{_LENGTH})*\x12")
