"""Named checks of accepted cases: what looks odd is counted and shown, never changed; and columns that a rule needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.columns import FEE_COLUMNS
from dipsim.cases.table import BLANK_ID, I8, CaseTable, Coded
from dipsim.errors import CaseDataError, Problem
from dipsim.money import MISSING
from dipsim.paths import did_you_mean

Mask = NDArray[np.bool_]

EXAMPLES = 5
_ONE_DIGIT = re.compile(r"[0-9](\.|$)")
SEPARATORS = ",;，；、|"
"""What joins codes in files that do not join them by the list separator."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: the columns it reads and which cases it marks."""

    key: str
    label_zh: str
    label_en: str
    reads: frozenset[str]
    run: Callable[[CaseTable], Mask]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How many cases a check marked and the first by case_id; without the columns in `missing` it did not run."""

    check: Check
    cases: int
    examples: tuple[str, ...]
    missing: tuple[str, ...]


def run_checks(cases: CaseTable) -> tuple[CheckResult, ...]:
    """Every check in the order of the registry."""
    return tuple(_result(check, cases) for check in CHECKS)


def require_columns(cases: CaseTable, needs: Mapping[str, Collection[str]]) -> None:
    """CaseDataError naming each column that a rule or verb reads and the cases lack; `needs` is reader -> columns."""
    problems = []
    for column in sorted(set(chain.from_iterable(needs.values()))):
        if not cases.has(column):
            readers = ", ".join(sorted(reader for reader, columns in needs.items() if column in columns))
            near = did_you_mean(column, _present(cases))
            next_step = f"{near} " * bool(near) + "add the column, or map it in a mapping file"
            where = ", ".join(cases.files) or "cases"
            problems.append(Problem(where, f"no column {column!r}", f"read by {readers}", next_step))
    if problems:
        raise CaseDataError(problems)


def blank_rows(cases: CaseTable, column: str) -> Mask:
    """The cases whose value is unknown; an empty list is a value. CaseDataError when the column is absent."""
    if column == "case_id" or column in cases.lists:
        return np.zeros(len(cases), bool)
    if column in cases.coded:
        return np.asarray(cases.coded[column].ids == BLANK_ID)
    if column in cases.reals:
        return np.isnan(cases.reals[column])
    return np.asarray(cases.integer(column) == MISSING)


def _result(check: Check, cases: CaseTable) -> CheckResult:
    missing = tuple(sorted(column for column in check.reads if not cases.has(column)))
    if missing:
        return CheckResult(check, 0, (), missing)
    rows = np.flatnonzero(check.run(cases))
    examples = sorted(cases.case_ids.take(rows).to_pylist())[:EXAMPLES]
    return CheckResult(check, rows.size, tuple(examples), ())


def _present(cases: CaseTable) -> list[str]:
    return [*cases.coded, *cases.lists, *cases.integers, *cases.reals]


def _is_above(left: I8, right: I8) -> Mask:
    """Where both are known and the left is larger."""
    return np.asarray((left != MISSING) & (right != MISSING) & (left > right))


def _known_sum(cases: CaseTable, columns: Collection[str]) -> I8:
    """The sum of the known values in fen; a blank counts as nothing."""
    total = np.zeros(len(cases), np.int64)
    for column in columns:
        values = cases.fen(column)
        total += np.where(values == MISSING, 0, values)
    return total


def _blank_principal_diagnosis(cases: CaseTable) -> Mask:
    return blank_rows(cases, "principal_diagnosis")


def _blank_total_cost(cases: CaseTable) -> Mask:
    return blank_rows(cases, "total_cost_yuan")


def _zero_cost(cases: CaseTable) -> Mask:
    return np.asarray(cases.fen("total_cost_yuan") == 0)


def _length_of_stay_against_dates(cases: CaseTable) -> Mask:
    """The stay is the days between the dates; discharge on the day of admission may count as one day."""
    stay = cases.integer("length_of_stay_days")
    admitted, discharged = cases.integer("admitted_on"), cases.integer("discharged_on")
    is_known = (stay != MISSING) & (admitted != MISSING) & (discharged != MISSING)
    days = np.where(is_known, discharged - np.where(is_known, admitted, 0), 0)
    return np.asarray(is_known & (stay != days) & (stay != np.maximum(days, 1)))


def _age_days_only_under_one(cases: CaseTable) -> Mask:
    years, days = cases.integer("age_years"), cases.integer("age_days")
    return np.asarray((days != MISSING) & (years > 0))


def _fees_against_total(cases: CaseTable) -> Mask:
    """The fees that are known exceed the total. With all six known they equal it, or the case would be rejected."""
    return _is_above(_known_sum(cases, FEE_COLUMNS), cases.fen("total_cost_yuan"))


def _payments_against_total(cases: CaseTable) -> Mask:
    paid = _known_sum(cases, ("fund_paid_yuan", "out_of_pocket_yuan"))
    return _is_above(paid, cases.fen("total_cost_yuan"))


def _eligible_against_total(cases: CaseTable) -> Mask:
    return _is_above(cases.fen("eligible_cost_yuan"), cases.fen("total_cost_yuan"))


def _settled_before_discharged(cases: CaseTable) -> Mask:
    return _is_above(cases.integer("discharged_on"), cases.integer("settled_on"))


def _corrected_without_original(cases: CaseTable) -> Mask:
    status = cases.code("claim_status")
    corrected = status.values.index("corrected") if "corrected" in status.values else BLANK_ID
    is_corrected = (status.ids == corrected) & (status.ids != BLANK_ID)
    return np.asarray(is_corrected & blank_rows(cases, "replaces_case_id"))


def _joined_codes(cases: CaseTable, name: str) -> Mask:
    column = cases.code_list(name)
    is_joined = np.array([any(sign in value for sign in SEPARATORS) for value in column.values], bool)
    joined_before = np.append(0, np.cumsum(is_joined[column.ids]))
    return np.asarray(joined_before[column.offsets[1:]] > joined_before[column.offsets[:-1]])


def _joined_other_diagnoses(cases: CaseTable) -> Mask:
    return _joined_codes(cases, "other_diagnoses")


def _joined_procedures(cases: CaseTable) -> Mask:
    return _joined_codes(cases, "procedures")


def _cases_with(column: Coded, is_odd: Callable[[str], bool]) -> Mask:
    """Where a filled value is odd; each distinct value is looked at once."""
    return np.array([*(is_odd(value) for value in column.values), False], bool)[column.ids]


def _filler_diagnosis(cases: CaseTable) -> Mask:
    """Such as I64.X, whose place after the point holds no digit."""
    return _cases_with(cases.code("principal_diagnosis"), lambda code: code.endswith(".x"))


def _diagnosis_without_letter(cases: CaseTable) -> Mask:
    """Where other diagnoses begin with a letter, as those of ICD-10 do."""
    column = cases.code("principal_diagnosis")
    if not any(code[0].isalpha() for code in column.values):
        return np.zeros(len(cases), bool)
    return _cases_with(column, lambda code: not code[0].isalpha())


def _procedure_without_zero(cases: CaseTable) -> Mask:
    """One digit before the point; codes of ICD-9-CM-3 have two."""
    column = cases.code_list("procedures")
    is_short = np.array([bool(_ONE_DIGIT.match(value)) for value in column.values], bool)
    short_before = np.append(0, np.cumsum(is_short[column.ids]))
    return np.asarray(short_before[column.offsets[1:]] > short_before[column.offsets[:-1]])


def _hospital_without_zero(cases: CaseTable) -> Mask:
    """All digits and shorter than another id that is all digits and begins with 0."""
    column = cases.code("hospital_id")
    longest = max((len(value) for value in column.values if value.isdecimal() and value[0] == "0"), default=0)
    return _cases_with(column, lambda value: value.isdecimal() and len(value) < longest)


CHECKS = (
    Check(
        "blank_principal_diagnosis",
        "主要诊断为空",
        "Principal diagnosis is blank",
        frozenset({"principal_diagnosis"}),
        _blank_principal_diagnosis,
    ),
    Check("blank_total_cost", "总费用为空", "Total cost is blank", frozenset({"total_cost_yuan"}), _blank_total_cost),
    Check("zero_cost", "总费用为零", "Total cost is zero", frozenset({"total_cost_yuan"}), _zero_cost),
    Check(
        "length_of_stay_against_dates",
        "住院天数与出入院日期不符",
        "Length of stay differs from the dates",
        frozenset({"length_of_stay_days", "admitted_on", "discharged_on"}),
        _length_of_stay_against_dates,
    ),
    Check(
        "age_days_only_under_one",
        "满一周岁仍填日龄",
        "Age in days is filled from one year of age",
        frozenset({"age_years", "age_days"}),
        _age_days_only_under_one,
    ),
    Check(
        "fees_against_total",
        "已填费用合计超过总费用",
        "The fees that are filled exceed the total",
        frozenset({"total_cost_yuan", *FEE_COLUMNS}),
        _fees_against_total,
    ),
    Check(
        "payments_against_total",
        "基金支付与个人负担合计超过总费用",
        "Fund and patient pay more than the total",
        frozenset({"total_cost_yuan", "fund_paid_yuan", "out_of_pocket_yuan"}),
        _payments_against_total,
    ),
    Check(
        "eligible_against_total",
        "政策范围内费用超过总费用",
        "Eligible cost exceeds the total",
        frozenset({"total_cost_yuan", "eligible_cost_yuan"}),
        _eligible_against_total,
    ),
    Check(
        "settled_before_discharged",
        "结算早于出院",
        "Settled before discharge",
        frozenset({"settled_on", "discharged_on"}),
        _settled_before_discharged,
    ),
    Check(
        "corrected_without_original",
        "更正结算未注明所替代的病例",
        "A corrected claim does not say what it replaces",
        frozenset({"claim_status", "replaces_case_id"}),
        _corrected_without_original,
    ),
    Check(
        "joined_other_diagnoses",
        "其他诊断未按分隔符拆开",
        "Other diagnoses stand joined in one code",
        frozenset({"other_diagnoses"}),
        _joined_other_diagnoses,
    ),
    Check(
        "joined_procedures",
        "手术操作未按分隔符拆开",
        "Procedures stand joined in one code",
        frozenset({"procedures"}),
        _joined_procedures,
    ),
    Check(
        "filler_diagnosis",
        "主要诊断以 .X 占位",
        "Principal diagnosis ends in the filler .X",
        frozenset({"principal_diagnosis"}),
        _filler_diagnosis,
    ),
    Check(
        "diagnosis_without_letter",
        "主要诊断不以字母开头，可能被表格软件改写",
        "Principal diagnosis begins with no letter; a spreadsheet may have changed it",
        frozenset({"principal_diagnosis"}),
        _diagnosis_without_letter,
    ),
    Check(
        "procedure_without_zero",
        "手术操作编码小数点前只有一位，可能丢失前导零",
        "A procedure has one digit before the point; a leading zero may be lost",
        frozenset({"procedures"}),
        _procedure_without_zero,
    ),
    Check(
        "hospital_without_zero",
        "医疗机构编码较短，可能丢失前导零",
        "A hospital id is shorter than others; a leading zero may be lost",
        frozenset({"hospital_id"}),
        _hospital_without_zero,
    ),
)
"""Every check; a new one is a function above and an entry here."""
