"""A search of bytes by RE2, which reads them once however much is sought, and never again whatever they are."""

from __future__ import annotations

from collections.abc import Callable

import re2


def search(*ways: str) -> Callable[[bytes], object]:
    """A search for any of these expressions, in which a letter stands for a byte; it gives None where there is none."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    options.never_capture = True
    found: Callable[[bytes], object] = re2.compile("|".join(ways).encode(), options).search
    return found
