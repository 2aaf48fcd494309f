"""A screen to look at pages on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """A page of its own, closed at the end of the block."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(180_000)
    try:
        yield page
    finally:
        page.close()
