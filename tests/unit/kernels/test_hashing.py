from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.cases import identity
from dipsim.cases.identity import FEW, text_lanes
from tests.naive.hashing import text_lanes as naive_lanes
from tests.shared import examples


@pytest.mark.parametrize("few", [0, FEW], ids=["kernel", "numpy"])
@given(texts=st.lists(st.text(max_size=30), max_size=8))
@examples(200)
def test_texts_are_hashed_as_in_whole_numbers(few: int, texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "FEW", few)
        lanes = text_lanes(texts)
    assert [tuple(lane) for lane in lanes.tolist()] == [naive_lanes(text) for text in texts]


def test_texts_that_differ_in_length_or_place_of_a_byte_differ() -> None:
    texts = ["", "\0", "\0\0", "a", "a\0", "abcdefgh", "abcdefgh\0", "hgfedcba", "1|2", "2|1"]
    assert len({tuple(lanes) for lanes in text_lanes(texts).tolist()}) == len(texts)
