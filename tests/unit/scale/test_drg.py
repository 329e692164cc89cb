"""From Parquet to Parquet every case gets what it gets in memory, whatever the row groups, threads and dictionaries."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dipsim.cases.canonical import write_cases
from dipsim.errors import CaseDataError
from dipsim.grouping.drg.group import group_drg
from dipsim.grouping.result import Status
from dipsim.scale.drg import group_parquet
from tests.unit.grouping.drg.random_rules import random_cases, scheme_of, table_of

SCHEME = scheme_of(["NL>=0", ""], ["{ZYZD, QTZD} in DI_A", "ZYSS in OP_A", ""], ["QTZD in MCC", "QTZD in CC", "", ""])
CASES = table_of(random_cases(500, 4))


def expected() -> list[tuple[str, str, str, str | None]]:
    found = group_drg(CASES, SCHEME, 1)
    return [
        (case_id, found.group_code_of(case), Status(found.status[case]).key, found.witness_of(case) or None)
        for case, case_id in enumerate(CASES.case_ids.to_pylist())
    ]


def rows_of(path: Path) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in pq.read_table(path).to_pylist()]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("rows_per_group", [7, 120, 500])
def test_a_file_gives_what_the_table_gives(tmp_path: Path, rows_per_group: int, threads: int) -> None:
    write_cases(tmp_path / "cases.parquet", CASES, rows_per_group)
    count = group_parquet([tmp_path / "cases.parquet"], SCHEME, tmp_path / "out.parquet", threads)
    assert count == len(CASES)
    assert rows_of(tmp_path / "out.parquet") == expected()


def test_plain_text_blank_elements_and_other_spellings_are_read_too(tmp_path: Path) -> None:
    table = {
        "case_id": ["a", "b", "c"],
        "principal_diagnosis": [" d1", "D1", None],
        "other_diagnoses": [["", "d4"], None, ["D4"]],
        "procedures": [[None, "P9"], [], ["p0"]],
        "age_years": pa.array([50, 50, None], pa.int16()),
    }
    pq.write_table(pa.table(table), tmp_path / "cases.parquet", use_dictionary=False)
    group_parquet([tmp_path / "cases.parquet"], SCHEME, tmp_path / "out.parquet", 1)
    assert rows_of(tmp_path / "out.parquet") == [
        ("a", "G0", "grouped", "D4"),
        ("b", "G3", "grouped", None),
        ("c", "0000", "no_principal_diagnosis", None),
    ]


def test_a_file_that_lacks_a_column_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    pq.write_table(pa.table({"case_id": ["a"], "procedures": [["P1"]]}), tmp_path / "cases.parquet")
    (tmp_path / "text.parquet").write_text("case_id", encoding="utf-8")
    with pytest.raises(CaseDataError) as caught:
        group_parquet([tmp_path / "cases.parquet", tmp_path / "text.parquet"], SCHEME, tmp_path / "out.parquet", 1)
    assert len(caught.value.problems) == 3
    assert not (tmp_path / "out.parquet").exists()
