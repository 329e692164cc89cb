"""Payment per bed-day by the text of METHODS 4 and the docstring of the rule: one day at a time, in fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

Tables = Mapping[str, Any]
Claim = tuple[int, str]
"""Millionths of a point or fen, and the flag."""


def number(value: object) -> Fraction:
    return Fraction(str(value))


def claims(
    cases: Sequence[Tables], levels: Mapping[str, str], factors: Mapping[str, Fraction], rule: Tables
) -> dict[str, Claim]:
    """What each case claims; `factors` is the factor of each hospital."""
    days_of_case, linked = numbered_days(cases, rule)
    payable = capped_days(cases, days_of_case, rule)
    share = hospital_shares(cases, payable, linked, levels, rule)
    found = {}
    for case in cases:
        name, hospital = case["case_id"], case["hospital_id"]
        rates = [rate(day, levels[hospital], rule) for day in payable[name]]
        factor = factors[hospital] if rule["hospital_factor"] else Fraction(1)
        earned = sum((one for one in rates if one is not None), Fraction(0)) * factor * share[hospital]
        is_whole = len(payable[name]) == len(days_of_case[name]) and None not in rates
        flag = "share_of_days" if share[hospital] < 1 else "every_day_paid" if is_whole else "days_unpaid"
        found[name] = round(earned * (100 if rule["unit"] == "yuan" else 10**6)), flag
    return found


def numbered_days(cases: Sequence[Tables], rule: Tables) -> tuple[dict[str, list[int]], dict[str, str]]:
    """The number of each day of each case, counted on over linked stays, and the first case it is linked with."""
    days: dict[str, list[int]] = {}
    linked: dict[str, str] = {}
    for person in persons(cases, rule):
        position, latest, first = 0, None, ""
        for case in person:
            counted = case["length_of_stay_days"]
            if counted == 0 and rule["count_first_day"]:
                counted = 1
            gap = rule["link_gap_days"]
            continues = (
                latest is not None and gap != "none" and (date.fromisoformat(case["admitted_on"]) - latest).days <= gap
            )
            if not continues:
                position, latest, first = 0, None, case["case_id"]
            days[case["case_id"]] = [position + day for day in range(1, counted + 1)]
            linked[case["case_id"]] = first
            position += counted
            left = date.fromisoformat(case["discharged_on"])
            latest = left if latest is None else max(latest, left)
    return days, linked


def persons(cases: Sequence[Tables], rule: Tables) -> list[list[Tables]]:
    """The cases of each patient by admission, discharge and case id; of each case alone where patients are not read."""
    if rule["link_gap_days"] == "none" and rule["cap_days_per_patient_year"] == "none":
        return [[{**case, "discharged_on": "2025-01-01"}] for case in cases]
    by_patient: dict[str, list[Tables]] = defaultdict(list)
    for case in cases:
        by_patient[case["patient_id"]].append(case)
    return [
        sorted(own, key=lambda case: (case["admitted_on"], case["discharged_on"], case["case_id"]))
        for own in by_patient.values()
    ]


def capped_days(cases: Sequence[Tables], days: Mapping[str, list[int]], rule: Tables) -> dict[str, list[int]]:
    """The days that the caps of a stay and of a patient's year leave."""
    stay_cap, year_cap = rule["cap_days_per_stay"], rule["cap_days_per_patient_year"]
    left = {}
    for person in persons(cases, rule):
        used = 0
        for case in person:
            kept = []
            for day in days[case["case_id"]]:
                if (stay_cap == "none" or day <= stay_cap) and (year_cap == "none" or used < year_cap):
                    kept.append(day)
                    used += 1
            left[case["case_id"]] = kept
    return left


def hospital_shares(
    cases: Sequence[Tables],
    payable: Mapping[str, list[int]],
    linked: Mapping[str, str],
    levels: Mapping[str, str],
    rule: Tables,
) -> dict[str, Fraction]:
    """The share of its days that each hospital is paid."""
    share = {}
    for hospital in {case["hospital_id"] for case in cases}:
        own = [case["case_id"] for case in cases if case["hospital_id"] == hospital]
        days = sum(len(payable[name]) for name in own)
        stays = len({linked[name] for name in own})
        cap = rule["cap_average_days"][levels[hospital]]
        is_above = cap != "none" and days > number(cap) * stays
        share[hospital] = number(cap) * stays / days if is_above else Fraction(1)
    return share


def rate(day: int, level: str, rule: Tables) -> Fraction | None:
    """The standard of a numbered day, None past the last tier."""
    for tier in rule["tiers"]:
        if day <= tier["up_to_day"]:
            return number(tier[level])
    return None
