from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from dipsim.report.html import page_of
from dipsim.report.picture import Picture
from dipsim.report.shades import Shades
from tests.unit.report import region, year_region

PICTURES = tuple(
    picture
    for told in (region.result(), region.comparison(), year_region.result(), year_region.comparison())
    for picture in page_of(told).pictures()
)


def leaves(value: object) -> Iterator[object]:
    """What a value is made of in the end."""
    if is_dataclass(value):
        for field in fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from leaves(part)
    else:
        yield value


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: f"{picture.key}-{picture.lang}")
def test_a_picture_is_made_of_texts_and_numbers_only(picture: Picture) -> None:
    assert {type(leaf) for leaf in leaves(picture)} <= {str, int, float, bool, type(None)}
    assert isinstance(hash(picture), int)


def test_a_page_has_each_chart_in_both_languages() -> None:
    pictures = page_of(region.comparison()).pictures()
    assert [picture.lang for picture in pictures] == ["zh", "en"] * (len(pictures) // 2)
    assert len({(picture.key, picture.lang) for picture in pictures}) == len(pictures)
    assert [picture.key for picture in pictures[::2]] == [picture.key for picture in pictures[1::2]]


def test_shades_go_from_loss_over_nothing_to_gain() -> None:
    shades = Shades("#b35806", "#ffffff", "#2166ac")
    assert [shades.at(tone) for tone in (-1.0, 1.0)] == ["#b35806", "#2166ac"]
    assert shades.at(0.0) == "#fefeff"  # of an even number of shades none stands in the very middle
    assert shades.at(-0.5) == "#d9ac83"
