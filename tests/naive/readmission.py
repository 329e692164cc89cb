"""Readmission by the text of METHODS 6 and the docstring of the rule: every pair of stays, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

Tables = Mapping[str, Any]
Found = tuple[int, str, str]
"""Millionths of a point left, the flag, and the case_id of the return."""


def reviewed(cases: Sequence[Tables], points_micro: Mapping[str, int], rule: Tables) -> dict[str, Found]:
    """What becomes of each case that claims points of groups."""
    found = {}
    for case in cases:
        name, points = case["case_id"], points_micro[case["case_id"]]
        if is_blank(case, rule):
            found[name] = (points, "not_reviewed", "")
            continue
        returns = sorted((other for other in cases if is_return(case, other, rule)), key=place)
        if returns:
            left = round(points * Fraction(str(rule["kept_ratio"])))
            found[name] = (left, "returned", returns[0]["case_id"])
        else:
            found[name] = (points, "no_return", "")
    return found


def is_blank(case: Tables, rule: Tables) -> bool:
    columns = ["patient_id", "admitted_on", "discharged_on"]
    if rule["exempt_diagnoses"]:
        columns.append("principal_diagnosis")
    return any(not case[column] for column in columns)


def is_return(case: Tables, other: Tables, rule: Tables) -> bool:
    """Whether the patient came back by the other stay."""
    if is_blank(other, rule) or other["patient_id"] != case["patient_id"] or place(other) <= place(case):
        return False
    gap = (day(other, "admitted_on") - day(case, "discharged_on")).days
    if not 0 <= gap <= rule["window_days"]:
        return False
    if rule["same_group"] and (not case["group_code"] or other["group_code"] != case["group_code"]):
        return False
    if rule["same_hospital"] and other["hospital_id"] != case["hospital_id"]:
        return False
    planned = tuple(rule["exempt_diagnoses"]), tuple(rule["exempt_procedures"])
    by_diagnosis = bool(planned[0]) and other["principal_diagnosis"].startswith(planned[0])
    by_procedure = any(code.startswith(planned[1]) for code in filter(None, other["procedures"].split("|")))
    return not by_diagnosis and not (bool(planned[1]) and by_procedure)


def place(case: Tables) -> tuple[date, date, str]:
    """The order of stays: admission, discharge, case id."""
    return day(case, "admitted_on"), day(case, "discharged_on"), case["case_id"]


def day(case: Tables, column: str) -> date:
    return date.fromisoformat(case[column])
