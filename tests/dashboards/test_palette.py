"""The palette keeps its promises: seen on both backgrounds, told apart by colour-blind eyes, lasting for a name."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dashboards.theme import ACT, OTHER_COLOUR, REFERENCE, SERIES, colours, shown

Colour = NDArray[np.float64]
# Machado, Oliveira and Fernandes 2009, severity 1.
EYES = {
    "common": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE_POINT = np.array([0.9505, 1.0, 1.089])


def linear(colour: str) -> Colour:
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, eyes: str) -> Colour:
    """CIE Lab, as these eyes see it."""
    relative = XYZ @ np.clip(np.array(EYES[eyes]) @ linear(colour), 0, 1) / WHITE_POINT
    f = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("background", ["#FFFFFF", "#0E1117"])
@pytest.mark.parametrize("colour", [*SERIES, OTHER_COLOUR, REFERENCE, ACT])
def test_a_colour_stands_out_from_the_page(colour: str, background: str) -> None:
    assert contrast(colour, background) >= 3


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize(("one", "other"), [*itertools.combinations([*SERIES, OTHER_COLOUR], 2)])
def test_two_colours_are_told_apart_by_any_eyes(one: str, other: str, eyes: str) -> None:
    assert float(np.linalg.norm(seen(one, eyes) - seen(other, eyes))) >= 12


def test_a_team_has_the_same_colour_alone_as_among_others() -> None:
    everyone = ["Support", "Search", "Research", "Growth"]
    assert colours(["Research"], everyone)["Research"] == colours(everyone, everyone)["Research"]


def test_the_seventh_team_takes_a_free_colour_beside_the_first() -> None:
    everyone = [f"team {number}" for number in range(8)]
    assert colours(["team 0", "team 6"], everyone) == {"team 0": SERIES[0], "team 6": SERIES[1]}


@given(st.lists(st.text(), max_size=40, unique=True), st.data())
def test_six_names_never_share_a_colour(everyone: list[str], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(everyone), max_size=6, unique=True)) if everyone else []
    given_colours = list(colours(names, everyone).values())
    assert len(set(given_colours)) == len(names)


def test_the_heaviest_are_shown_and_ties_go_by_name() -> None:
    assert shown([("b", 1), ("a", 1), ("c", 5)], at_most=2) == ("c", "a")
