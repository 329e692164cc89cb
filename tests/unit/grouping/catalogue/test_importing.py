from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from dipsim.errors import OutputError, PolicyError
from dipsim.grouping.catalogue import ImportReport, bundled_mapping, import_catalogue
from dipsim.grouping.catalogue.anomalies import AnomalyKind
from dipsim.policy.scheme import read_scheme
from dipsim.policy.weights import read_weights
from tests.unit.grouping.catalogue.workbook import Cell, write_workbook

MAPPING = bundled_mapping("pingdingshan")
HEADER = (
    "序号,病种编码,病种类型（1.核心病种；2.综合病种）,主诊断代码,主诊断名称,"
    "主要操作代码,主要操作名称,其他操作代码,其他操作名称,病种分值"
)
GROUPS = (
    "1,A46.x,1,A46.X,丹毒,,,,,500.25",
    '2,C34.1:32.4100_33.3903+40.59x01,1,C34.1,肺癌,32.4100,肺叶切除,"33.3903,40.59X01",清扫,1000',
    '3,C34:SS,0,C34,"肺\n癌",,,,,1500.5',
)
COST_HEADER = "DIP_CODE,WEIGHT_SCORE,DIP_AVG_FEE,REGION_AVE_VAL,CV,BILL_COUNT,AVG_IPT_DAYS"
COSTS = (
    "A46.x,500.25,2001,4000,0.5,10.0,3.5",
    "C34.1:32.4100_33.3903+40.59x01,1000,4000,4000,0.25,4.0,9",
    "C34:SS,1500.5,6002,4000,,6,8.123456",
    "KBBZ,700,2800,4000,1,2,5",
    "CP01:SS,1000,4000,4000,,,",
)


def imported(folder: Path, groups: Sequence[str] = GROUPS, costs: Sequence[str] = COSTS) -> ImportReport:
    table, costs_file = folder / "groups.csv", folder / "costs.csv"
    table.write_text("\n".join([HEADER, *groups]) + "\n", encoding="utf-8")
    costs_file.write_text("\n".join([COST_HEADER, *costs]) + "\n", encoding="utf-8")
    return import_catalogue(table, MAPPING, "city", folder, costs_file)


def problems_of(folder: Path, groups: Sequence[str] = GROUPS, costs: Sequence[str] = COSTS) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        imported(folder, groups, costs)
    assert not (folder / "groupers" / "city").exists()
    assert not (folder / "weights" / "city").exists()
    return [str(problem) for problem in refused.value.problems]


def test_the_folders_are_read_as_any_scheme_and_weights(tmp_path: Path) -> None:
    report = imported(tmp_path)
    scheme, weights = read_scheme(report.scheme_folder), read_weights(report.weights_folder)
    assert {row.group_code: (row.diagnosis, row.procedures, row.procedure_class) for row in scheme.rows} == {
        "A46.x": ("A46.x", (), ""),
        "C34.1:32.4100_33.3903+40.59x01": ("C34.1", ("32.4100", "33.3903", "40.59x01"), ""),
        "C34:SS": ("C34", (), "surgery"),
    }
    assert [row.name_zh for row in scheme.rows] == ["丹毒", "肺癌；肺叶切除；清扫", "肺癌"]
    assert weights.scheme == "city"
    assert weights.points_micro.tolist() == [500_250_000, 1_000_000_000, 1_500_500_000]
    assert weights.mean_micro_yuan.tolist() == [2_001_000_000, 4_000_000_000, 6_002_000_000]
    assert weights.overall_mean_micro_yuan == 4_000_000_000


def test_group_points_are_written_with_six_decimals_and_blanks_stay_blank(tmp_path: Path) -> None:
    report = imported(tmp_path)
    lines = (report.weights_folder / "group_points.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "group_code,group_points,mean_cost_yuan,cv,cases,mean_length_of_stay_days",
        "A46.x,500.250000,2001.000000,0.500000,10,3.500000",
        "C34.1:32.4100_33.3903+40.59x01,1000.000000,4000.000000,0.250000,4,9.000000",
        "C34:SS,1500.500000,6002.000000,,6,8.123456",
    ]


def test_points_are_recomputed_and_the_cases_counted(tmp_path: Path) -> None:
    costs = ["A46.x,500.25,2001.000004,4000,0.5,10,3.5", *COSTS[1:]]
    report = imported(tmp_path, costs=costs)
    assert report.points_checked == 3
    assert report.maximum_error == Decimal("0.000001")  # 1000 x 2001.000004 / 4000 = 500.250001
    assert (report.cases, report.cases_in_groups) == (22, 20)


def test_oddities_are_counted_with_examples(tmp_path: Path) -> None:
    odd = {anomaly.kind: (anomaly.count, anomaly.examples[0]) for anomaly in imported(tmp_path).anomalies}
    assert odd == {
        AnomalyKind.UNDECLARED_KIND: (1, "C34:SS"),
        AnomalyKind.DIAGNOSIS_FORM: (1, "A46.x"),
        AnomalyKind.PROCEDURE_FORM: (1, "C34.1:32.4100_33.3903+40.59x01"),
        AnomalyKind.LINE_BREAK: (1, "C34:SS"),
        AnomalyKind.OTHER_JOIN: (1, "C34.1:32.4100_33.3903+40.59x01"),
        AnomalyKind.NOT_IN_CATALOGUE: (1, "KBBZ: 2 cases"),
        AnomalyKind.UNGROUPED_ROW: (1, "CP01:SS"),
        AnomalyKind.MEAN_DIFFERS: (1, "4000.000000 and 3528.272727"),  # (20010 + 16000 + 36012 + 5600) / 22
    }


@pytest.mark.parametrize(
    ("groups", "costs", "kind"),
    [
        ([*GROUPS, GROUPS[0].replace("1,", "9,", 1)], COSTS, AnomalyKind.DUPLICATE_ROW),
        ([*GROUPS, "4,A47.9:11.1100,1,A47.8,x,11.1100,,,,1"], COSTS, AnomalyKind.CODE_DISAGREES),
        ([*GROUPS, "4,C34:BSZL,2,C34,x,,,,,1"], COSTS, AnomalyKind.SAME_KEY),
        ([GROUPS[0].replace("500.25", "500.2500004"), *GROUPS[1:]], COSTS, AnomalyKind.ROUNDED),
        ([GROUPS[0].replace("500.25", "501"), *GROUPS[1:]], COSTS, AnomalyKind.POINTS_DIFFER),
        (GROUPS, COSTS[1:], AnomalyKind.NO_COST),
    ],
)
def test_rarer_oddities_are_reported_too(
    tmp_path: Path, groups: Sequence[str], costs: Sequence[str], kind: AnomalyKind
) -> None:
    assert kind in {anomaly.kind for anomaly in imported(tmp_path, groups, costs).anomalies}


def test_all_problems_of_both_tables_are_reported_at_once_with_their_lines(tmp_path: Path) -> None:
    groups = [*GROUPS, "4,B00.1,7,B00.1,x,,,,,many", "5,C34:XX,0,C34,x,,,,,1", "6,,1,B00.2,x,,,,,1"]
    problems = problems_of(tmp_path, groups, [*COSTS, "B00.1,1,-5,4000,1,1.5,1"])
    assert [problem.split(":")[1] for problem in problems] == ["6", "6", "7", "8", "7", "7"]
    text = "\n".join(problems)
    assert "'many' is no number" in text
    assert "'7' is no kind of group" in text
    assert "'C34:XX' does not tell the class" in text
    assert "'-5' is no such number" in text
    assert "1.5 is no whole number of cases" in text


def test_one_code_for_two_different_rows_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, [*GROUPS, "4,A46.x,1,A46.X,丹毒,,,,,501"])
    assert "twice, with different cells" in problem


def test_rows_that_break_the_scheme_are_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, [*GROUPS, "4,A46.x:2,1,A46.X,丹毒,,,,,501"])
    assert "the same row twice" in problem


def test_a_missing_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    table = tmp_path / "groups.csv"
    table.write_text(HEADER.replace("主诊断代码", "主诊断编码") + "\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"主诊断代码.*missing.*主诊断编码"):
        import_catalogue(table, MAPPING, "city", tmp_path, table)


def test_the_mean_of_all_cases_must_be_one_number(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, costs=[*COSTS, "X,1,1,4001,1,1,1"])
    assert "2 values in column 'REGION_AVE_VAL'" in problem


def test_a_csv_catalogue_needs_its_table_of_costs(tmp_path: Path) -> None:
    table = tmp_path / "groups.csv"
    table.write_text("\n".join([HEADER, *GROUPS]), encoding="utf-8")
    with pytest.raises(PolicyError, match="no table of costs"):
        import_catalogue(table, MAPPING, "city", tmp_path)


def test_an_existing_folder_is_kept_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    imported(tmp_path)
    with pytest.raises(PolicyError, match="exists already"):
        imported(tmp_path, GROUPS[:1])
    assert len(read_scheme(tmp_path / "groupers" / "city").rows) == 3
    import_catalogue(tmp_path / "groups.csv", MAPPING, "city", tmp_path, tmp_path / "costs.csv", replace=True)
    assert len(read_scheme(tmp_path / "groupers" / "city").rows) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["costs.csv", "groupers", "groups.csv", "weights"]


@pytest.mark.parametrize("name", ["../city", "a/b", ""])
def test_a_name_with_a_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PolicyError, match="not a plain name"):
        import_catalogue(tmp_path / "groups.csv", MAPPING, name, tmp_path)


def test_a_folder_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = imported(tmp_path).scheme_folder
    rename = Path.rename

    def refuses_new_folders(path: Path, target: Path) -> Path:
        if path.parent.parent.name.startswith(".made") and path.name == "city":
            raise OSError("no space")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuses_new_folders)
    (tmp_path / "groups.csv").write_text("\n".join([HEADER, GROUPS[0]]), encoding="utf-8")
    with pytest.raises(OutputError, match="no space"):
        import_catalogue(tmp_path / "groups.csv", MAPPING, "city", tmp_path, tmp_path / "costs.csv", replace=True)
    assert len(read_scheme(before).rows) == 3


def test_provenance_names_the_inputs_with_their_hashes(tmp_path: Path) -> None:
    report = imported(tmp_path)
    text = (report.scheme_folder / "provenance.toml").read_text(encoding="utf-8")
    for name in ("groups.csv", "costs.csv"):
        assert f'file = "{name}"' in text
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() in text


def test_a_workbook_with_a_hidden_sheet_gives_the_same_folders(tmp_path: Path) -> None:
    by_csv = imported(tmp_path)
    path = tmp_path / "catalogue.xlsx"
    write_catalogue(path)
    by_workbook = import_catalogue(path, MAPPING, "city", tmp_path / "other")
    for one, other in (
        (by_csv.scheme_folder, by_workbook.scheme_folder),
        (by_csv.weights_folder, by_workbook.weights_folder),
    ):
        for file in one.iterdir():
            is_same = file.read_bytes() == (other / file.name).read_bytes()
            assert is_same == (file.name != "provenance.toml")
    assert by_workbook.anomalies[0].kind is AnomalyKind.HIDDEN_SHEET


def test_a_code_that_excel_holds_as_a_number_is_refused_with_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.xlsx"
    write_catalogue(path, main_procedure=32.41)
    with pytest.raises(PolicyError) as refused:
        import_catalogue(path, MAPPING, "city", tmp_path)
    (problem,) = refused.value.problems
    assert problem.where == "catalogue.xlsx [目录]!F3"
    assert "held as a number" in problem.what


def test_a_mapping_that_is_not_bundled_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PolicyError, match="did you mean 'pingdingshan'"):
        bundled_mapping("pingdinshan")


def write_catalogue(path: Path, main_procedure: Cell = "32.4100") -> None:
    """The same tables as the CSV files: points and costs as numbers, the costs on a hidden sheet in front."""
    costs = [line.split(",") for line in COSTS]
    numbers: list[list[Cell]] = [[code, *(float(cell) if cell else "" for cell in cells)] for code, *cells in costs]
    second = "C34.1:32.4100_33.3903+40.59x01"
    groups: list[list[Cell]] = [
        [1, "A46.x", "1", "A46.X", "丹毒", "", "", "", "", 500.25],
        [2, second, "1", "C34.1", "肺癌", main_procedure, "肺叶切除", "33.3903,40.59X01", "清扫", 1000],
        [3, "C34:SS", "0", "C34", "肺\n癌", "", "", "", "", 1500.5],
    ]
    sheets: dict[str, list[list[Cell]]] = {
        "中间结果": [[*COST_HEADER.split(",")], *numbers],
        "目录": [[*HEADER.split(",")], *groups],
    }
    write_workbook(path, sheets, hidden="中间结果")


def test_operations_without_their_leading_zero_are_refused_where_they_stand(tmp_path: Path) -> None:
    row = '1,C34.1:32.4100_3.9100+40.59x01,1,C34.1,肺癌,32.4100,肺叶切除,"3.9100,40.59X01",清扫,1000'
    (said,) = problems_of(tmp_path, [row], [row.split(",")[1] + ",1000,4000,4000,0.25,4.0,9"])
    assert said.startswith(
        "groups.csv:2: 其他操作代码: '3.9100' has one digit before the point; a leading zero is lost"
    )
