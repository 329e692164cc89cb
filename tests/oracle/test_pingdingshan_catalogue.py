"""The published DIP catalogue of one city: imported from both of its forms, and a case made from every row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from dipsim.errors import PolicyError
from dipsim.grouping.catalogue import ImportReport, bundled_mapping, import_catalogue
from dipsim.grouping.catalogue.anomalies import AnomalyKind
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Grouping, Status
from dipsim.policy.fingerprint import PROVENANCE_FILE, fingerprint
from dipsim.policy.scheme import GroupRow, Scheme, diagnosis_category, diagnosis_key, read_scheme
from dipsim.policy.weights import read_weights
from tests.shared import shared_path
from tests.unit.grouping.builders import case_table

NAME = "pingdingshan-2025"
CLASSES = ("surgery", "therapeutic", "diagnostic")


@pytest.fixture(scope="module")
def from_workbook(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    destination = tmp_path_factory.mktemp("workbook")
    workbook = shared_path("data/dip-pingdingshan/catalogue_2025.xlsx")
    return import_catalogue(workbook, bundled_mapping("pingdingshan"), NAME, destination)


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    destination = tmp_path_factory.mktemp("csv")
    table = shared_path("data/dip-pingdingshan/catalogue_2025.csv")
    costs = shared_path("data/dip-pingdingshan/scores_2024.csv")
    return import_catalogue(table, bundled_mapping("pingdingshan"), NAME, destination, costs)


@pytest.fixture(scope="module")
def scheme(from_csv: ImportReport) -> Scheme:
    return read_scheme(from_csv.scheme_folder)


@pytest.fixture(scope="module")
def real_diagnoses() -> tuple[str, ...]:
    return real_codes("data/codes/icd10_names.csv")


@pytest.fixture(scope="module")
def unlisted(scheme: Scheme) -> Mapping[str, str]:
    """One real procedure that no row of the catalogue names for each class: the test's own class table."""
    named = {code for row in scheme.rows for code in row.procedures}
    free = [code for code in real_codes("data/codes/icd9cm3_names.csv") if code not in named]
    return dict(zip(free, CLASSES, strict=False))


def test_workbook_and_csv_give_the_same_bytes(from_workbook: ImportReport, from_csv: ImportReport) -> None:
    for one, other in (
        (from_workbook.scheme_folder, from_csv.scheme_folder),
        (from_workbook.weights_folder, from_csv.weights_folder),
    ):
        names = {path.name for path in one.iterdir()}
        assert names == {path.name for path in other.iterdir()}
        assert all((one / name).read_bytes() == (other / name).read_bytes() for name in names - {PROVENANCE_FILE})
        assert fingerprint(one) == fingerprint(other)


def test_points_follow_from_fee_and_regional_mean(from_csv: ImportReport) -> None:
    assert from_csv.points_checked == 4444
    assert Decimal(0) < from_csv.maximum_error <= Decimal("0.000002")
    weights = read_weights(from_csv.weights_folder)
    assert (weights.overall_mean_micro_yuan, weights.scale_micro) == (5_718_153_489, 1_000_000_000)
    assert weights.points_micro[weights.group_codes.index("A03.9")] == 385_357_870


def test_groups_and_cases_are_counted(from_csv: ImportReport) -> None:
    assert from_csv.core_groups == 3877
    assert from_csv.composite_groups == {"conservative": 36, "diagnostic": 100, "therapeutic": 138, "surgery": 293}
    assert from_csv.cases == 1_870_844
    assert from_csv.cases - from_csv.cases_in_groups == 23_605 + 2_660 + 39 + 63


def test_every_oddity_is_counted(from_workbook: ImportReport, from_csv: ImportReport) -> None:
    odd = {anomaly.kind: anomaly.count for anomaly in from_csv.anomalies}
    assert odd == {
        AnomalyKind.UNDECLARED_KIND: 567,
        AnomalyKind.DIAGNOSIS_FORM: 225,
        AnomalyKind.PROCEDURE_FORM: 1151,
        AnomalyKind.LINE_BREAK: 610,
        AnomalyKind.OTHER_JOIN: 142,
        AnomalyKind.CODE_DISAGREES: 1,
        AnomalyKind.SAME_KEY: 287,
        AnomalyKind.NOT_IN_CATALOGUE: 4,
        AnomalyKind.UNGROUPED_ROW: 88,
        AnomalyKind.MEAN_DIFFERS: 1,
    }
    in_workbook = {anomaly.kind: anomaly.count for anomaly in from_workbook.anomalies}
    assert in_workbook == {AnomalyKind.HIDDEN_SHEET: 1, AnomalyKind.FORMULA: 4444, **odd}
    examples = {anomaly.kind: anomaly.examples for anomaly in from_workbook.anomalies}
    assert examples[AnomalyKind.MEAN_DIFFERS] == ("5718.153489 and 5537.073987",)
    assert examples[AnomalyKind.FORMULA][0] == "catalogue_2025.xlsx [目录]!J2"


def test_twenty_codes_without_their_leading_zero_are_refused_and_no_other(tmp_path: Path) -> None:
    """A copy of the catalogue in which 20 main operations lost their zero, as a spreadsheet leaves them."""
    original = shared_path("data/dip-pingdingshan/catalogue_2025.csv")
    with original.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    place = header.index("主要操作代码")
    damaged = [number for number, row in enumerate(rows) if row[place].startswith("0")][::10][:20]
    for number in damaged:
        rows[number][place] = rows[number][place].removeprefix("0")
    copy = tmp_path / "catalogue.csv"
    with copy.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    with pytest.raises(PolicyError) as refused:
        import_catalogue(
            copy,
            bundled_mapping("pingdingshan"),
            NAME,
            tmp_path,
            shared_path("data/dip-pingdingshan/scores_2024.csv"),
        )
    found = [problem.what for problem in refused.value.problems]
    assert found == [f"{rows[number][place]!r} has one digit before the point" for number in damaged]
    assert len(found) == 20


@pytest.mark.parametrize("form", ["key", "full code"])
def test_a_case_from_each_core_row_finds_its_row(scheme: Scheme, real_diagnoses: tuple[str, ...], form: str) -> None:
    rows = [row for row in scheme.rows if row.kind == "core"]
    full = {diagnosis_key(code): code for code in reversed(real_diagnoses)}
    cases = [(row.diagnosis if form == "key" else full[row.diagnosis], row.procedures) for row in rows]
    assert len(cases) == 3877
    require_own_rows(group_cases(case_table(cases), scheme), rows, Status.CORE)


@pytest.mark.parametrize("form", ["key", "full code"])
def test_a_case_from_each_conservative_composite_finds_its_row(
    scheme: Scheme, real_diagnoses: tuple[str, ...], form: str
) -> None:
    rows = [row for row in scheme.rows if row.procedure_class == "conservative"]
    taken = {row.diagnosis for row in scheme.rows if row.kind == "core" and not row.procedures}
    free = [code for code in real_diagnoses if diagnosis_key(code) not in taken]
    cases = [(diagnosis, ()) for diagnosis in diagnoses_for(rows, free, form)]
    assert len(cases) == 36
    require_own_rows(group_cases(case_table(cases), scheme), rows, Status.COMPOSITE)


@pytest.mark.parametrize("form", ["key", "full code"])
def test_a_class_table_decides_the_other_composites_and_without_one_they_are_not_guessed(
    scheme: Scheme, real_diagnoses: tuple[str, ...], unlisted: Mapping[str, str], form: str
) -> None:
    rows = [row for row in scheme.rows if row.procedure_class in CLASSES]
    procedure = {name: code for code, name in unlisted.items()}
    diagnoses = diagnoses_for(rows, real_diagnoses, form)
    cases = case_table([(dx, (procedure[row.procedure_class],)) for dx, row in zip(diagnoses, rows, strict=True)])
    assert len(cases) == 531
    require_own_rows(group_cases(cases, scheme.with_procedure_classes(unlisted)), rows, Status.COMPOSITE)
    without = group_cases(cases, scheme)
    assert set(without.status.tolist()) == {Status.NO_PROCEDURE_CLASS}
    assert set(without.group.tolist()) == {-1}


def require_own_rows(grouping: Grouping, rows: Sequence[GroupRow], status: Status) -> None:
    """Every case is in the group of its row, with this status and without a tie."""
    found = [grouping.group_code_of(number) for number in range(len(rows))]
    assert found == [row.group_code for row in rows]
    assert np.all(grouping.status == status)
    assert not grouping.tied.any()


def diagnoses_for(rows: Sequence[GroupRow], candidates: Sequence[str], form: str) -> Iterator[str]:
    """A diagnosis of each row's category: the first candidate, whole or its key only."""
    first = {diagnosis_category(code): code for code in reversed(candidates)}
    for row in rows:
        code = first[row.diagnosis]
        yield diagnosis_key(code) if form == "key" else code


def real_codes(relative: str) -> tuple[str, ...]:
    with Path(shared_path(relative)).open(encoding="utf-8-sig", newline="") as stream:
        return tuple(row["code"] for row in csv.DictReader(stream))
