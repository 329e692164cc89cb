from __future__ import annotations

import re

from dipsim.cases.columns import COLUMNS, FEE_COLUMNS, TEXT_KINDS, Kind
from tests.shared import shared_path


def test_every_column_of_the_canonical_table_is_in_the_dictionary_and_no_other() -> None:
    text = shared_path("methods/CASE_FIELDS.md").read_text(encoding="utf-8")
    start, end = text.index("| column | meaning |"), text.index("**Companion tables")
    cells = [line.split("|")[1] for line in text[start:end].splitlines()[2:] if line.startswith("|")]
    cells.append("insured_region")  # named in the meaning of insurance
    names = {name for cell in cells for name in re.findall(r"[a-z_]{3,}", re.sub(r"\([^)]*\)", "", cell))}
    assert names == set(COLUMNS)


def test_every_column_is_described_in_both_languages() -> None:
    assert all(spec.description and spec.description_zh for spec in COLUMNS.values())


def test_the_suffix_of_a_name_says_its_unit() -> None:
    for name, spec in COLUMNS.items():
        suffix = name.rsplit("_", 1)[-1]
        assert spec.unit == {"yuan": "yuan", "days": "days", "years": "years", "hours": "hours", "g": "g"}.get(
            suffix, ""
        )
        assert (spec.kind is Kind.YUAN) == (suffix == "yuan")


def test_only_categories_list_values_and_only_numbers_have_a_minimum() -> None:
    for spec in COLUMNS.values():
        assert not spec.values or spec.kind is Kind.CATEGORY
        assert (spec.minimum == 0) == (spec.kind in (Kind.YUAN, Kind.INTEGER, Kind.NUMBER))


def test_there_are_six_fees() -> None:
    assert len(FEE_COLUMNS) == 6


def test_the_patient_is_the_only_identifier_and_is_text() -> None:
    assert [name for name, spec in COLUMNS.items() if spec.identifier] == ["patient_id"]
    assert COLUMNS["patient_id"].kind in TEXT_KINDS
