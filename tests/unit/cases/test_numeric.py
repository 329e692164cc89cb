from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.cases.celltext import as_text
from dipsim.cases.columns import COLUMNS
from dipsim.cases.mapping import CellFormat
from dipsim.cases.numeric import parsed
from dipsim.money import MISSING

YUAN, INTEGER, NUMBER, DATE = (COLUMNS[name] for name in ("total_cost_yuan", "age_years", "icu_hours", "admitted_on"))
CHINA = timezone(timedelta(hours=8))
TYPED = st.one_of(
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)).map(lambda cells: pa.array(cells, pa.int64())),
    st.lists(st.none() | st.integers(0, 2**64 - 1)).map(lambda cells: pa.array(cells, pa.uint64())),
    st.lists(st.none() | st.integers(-128, 127)).map(lambda cells: pa.array(cells, pa.int8())),
    st.lists(st.none() | st.floats()).map(lambda cells: pa.array(cells, pa.float64())),
    st.lists(st.none() | st.integers(-10_000_000, 10_000_000)).map(
        lambda cells: pa.array([None if cell is None else cell / 100 for cell in cells], pa.float64())
    ),
    st.lists(st.none() | st.decimals(-(10**9), 10**9, places=2)).map(
        lambda cells: pa.array(cells, pa.decimal128(12, 2))
    ),
    st.lists(st.none() | st.decimals(-(10**15), 10**15, places=2)).map(
        lambda cells: pa.array(cells, pa.decimal128(18, 2))
    ),
    st.lists(st.none() | st.decimals(-(10**15), 10**15, places=0)).map(
        lambda cells: pa.array(cells, pa.decimal128(16, 0))
    ),
    st.lists(st.none() | st.decimals(-100, 100, places=4)).map(lambda cells: pa.array(cells, pa.decimal128(12, 4))),
    st.lists(st.none() | st.dates()).map(lambda cells: pa.array(cells, pa.date32())),
)


@given(TYPED, st.sampled_from([YUAN, INTEGER, NUMBER, DATE]))
def test_typed_cells_give_the_values_and_the_faults_of_their_text(column: Any, spec: Any) -> None:
    typed = parsed(spec, column, CellFormat())
    text = parsed(spec, as_text(spec.name, column), CellFormat())
    np.testing.assert_array_equal(typed.values, text.values)
    assert typed.bad.tolist() == text.bad.tolist()
    assert typed.rounded.tolist() == text.rounded.tolist()
    assert typed.texts(typed.bad) == text.texts(text.bad)


@given(st.lists(st.sampled_from(["1.5", "x", "", "2.005", None, "-3", " 4 "])))
def test_a_dictionary_gives_what_its_text_gives(cells: list[str | None]) -> None:
    text = parsed(YUAN, pa.array(cells, pa.string()), CellFormat())
    coded = parsed(YUAN, pa.array(cells, pa.string()).dictionary_encode(), CellFormat())
    assert coded.values.tolist() == text.values.tolist()
    assert (coded.bad.tolist(), coded.rounded.tolist()) == (text.bad.tolist(), text.rounded.tolist())
    assert coded.texts(coded.bad) == text.texts(text.bad)


def test_a_blank_of_the_mapping_is_one_in_a_typed_column_too() -> None:
    found = parsed(INTEGER, pa.array([1, 999]), CellFormat(blanks=("999",)))
    assert found.values.tolist() == [1, MISSING]


def test_amounts_in_decimals_are_exact() -> None:
    found = parsed(YUAN, pa.array([Decimal("96462.41"), None, Decimal("-0.01")], pa.decimal128(17, 2)), CellFormat())
    assert found.values.tolist() == [9646241, MISSING, -1]


def test_a_moment_has_the_day_that_it_has_in_china() -> None:
    moments = [datetime(2025, 1, 30, 16, 0, tzinfo=UTC), datetime(2025, 1, 31, 23, 0, tzinfo=CHINA)]
    for zone in ("Asia/Shanghai", "+08:00"):
        found = parsed(DATE, pa.array(moments, pa.timestamp("us", zone)), CellFormat())
        assert found.values.tolist() == [20119, 20119]


def test_a_moment_of_another_zone_is_no_date() -> None:
    found = parsed(DATE, pa.array([datetime(2025, 1, 30, 16, 0, tzinfo=UTC)], pa.timestamp("s", "UTC")), CellFormat())
    assert found.bad.tolist() == [0]


@pytest.mark.parametrize(
    "cell", ["2025-01-31 08:00:00+08:00", "2025-01-31T08:00:00 +0800", "2025/1/31 8:00", "20250131"]
)
def test_a_time_as_in_china_is_dropped_from_text(cell: str) -> None:
    assert parsed(DATE, pa.array([cell]), CellFormat()).values.tolist() == [20119]


@pytest.mark.parametrize("cell", ["2025-01-31T00:00:00Z", "2025-01-31 08:00:00+00:00"])
def test_a_time_of_another_zone_in_text_is_no_date(cell: str) -> None:
    assert parsed(DATE, pa.array([cell]), CellFormat()).bad.tolist() == [0]


def test_days_in_milliseconds_are_days() -> None:
    assert parsed(DATE, pa.array([date(2025, 1, 31)], pa.date64()), CellFormat()).values.tolist() == [20119]
