"""Plain words: what cannot be seen is shown as its escape, and no two names meet in one file."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.plain import file_name, plain

any_text = st.text(st.characters(exclude_categories=()), max_size=200)


@given(any_text)
def test_plain_text_is_one_printable_line_of_bounded_length(text: str) -> None:
    shown = plain(text, 50)
    assert (shown.isprintable(), len(shown) <= 50) == (True, True)


@given(any_text)
def test_a_file_name_is_one_step_of_a_path_on_every_system(text: str) -> None:
    name = file_name(text)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", name)


@pytest.mark.parametrize(("text", "name"), [("support", "support"), ("ml-platform_2", "ml-platform_2")])
def test_an_ordinary_name_is_its_own_file(text: str, name: str) -> None:
    assert file_name(text) == name


def test_names_that_differ_in_what_a_file_cannot_hold_differ_as_files() -> None:
    hostile = ["Support", "support", "SUPPORT", "sup/port", "sup\\port", "sup\x00port", "..", ".", "", " ", "con", "ß"]
    assert len({file_name(text) for text in hostile}) == len(hostile)
