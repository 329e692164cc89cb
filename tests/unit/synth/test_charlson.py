from __future__ import annotations

import numpy as np
import pytest

from dipsim.cases.table import CodedLists
from dipsim.synth.charlson import charlson_index


def index_of(*codes: str) -> int:
    values = tuple(sorted(set(codes)))
    ids = np.array([values.index(code) for code in codes], np.int32)
    return int(charlson_index(CodedLists(np.array([0, len(codes)]), ids, values))[0])


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (
            ("E11.900", "I21.900", "J44.900"),
            3,
        ),  # a published example: diabetes 1, infarction 1, COPD 1
        ((), 0),
        (("I10.x00x002", "E78.500"), 0),  # hypertension and hyperlipidaemia are no categories
        (("I50.900", "I50.900x002"), 1),  # a category counts once
        (("E11.900", "E11.700"), 2),  # the severer diabetes takes the place of the other
        (("K76.000", "K72.900"), 3),  # so does severe liver disease
        (("C34.900", "C77.900"), 6),  # and metastasis
        (("C34.900", "C91.000", "C85.900"), 6),  # tumour, leukaemia, lymphoma: 2 each
        (("G81.900", "N18.500"), 4),
        (("B20.x00", "F03.x00"), 7),
        (("C44.900", "C42.000"), 0),  # skin tumours other than melanoma are left out
    ],
)
def test_weights_of_categories_add_up(codes: tuple[str, ...], expected: int) -> None:
    assert index_of(*codes) == expected


def test_each_case_has_its_own_index() -> None:
    lists = CodedLists(np.array([0, 1, 1, 3]), np.array([0, 0, 1], np.int32), ("E11.900", "G81.900"))
    assert charlson_index(lists).tolist() == [1, 0, 3]
