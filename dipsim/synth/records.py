"""The records of synthetic cases as text, column by column, as a hospital would deliver them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dipsim.ledger import INSURANCES
from dipsim.money import FEN
from dipsim.synth.bills import FEES, Bills
from dipsim.synth.draws import Draws, Topic, draws
from dipsim.synth.patients import LOCAL, Patients
from dipsim.synth.region import RegionParams

I8 = NDArray[np.int64]

Columns = dict[str, list[str]]

DEATH = "5"
"""离院方式 of those who died."""


def case_columns(params: RegionParams, patients: Patients, bills: Bills, seed: int) -> Columns:
    """Every column of cases.csv in the order of the file, before anything is spoilt."""
    source = draws(seed, Topic.RECORD, patients.condition.size)
    conditions, hospitals = params.conditions, params.settings.hospital
    principal = _principal_diagnoses(params, patients, source)
    regions = (*params.settings.population.elsewhere_regions, LOCAL)  # -1 counts from the end: local
    return {
        "case_id": [f"D{number:07d}" for number in range(1, source.count + 1)],
        "hospital_id": _named([hospital.hospital_id for hospital in hospitals], patients.hospital),
        "insurance": _named(INSURANCES, patients.insurance),
        "insured_region": _named(regions, patients.region),
        "sex": ["2" if is_female else "1" for is_female in patients.is_female.tolist()],
        "age_years": [str(years) for years in patients.age_years.tolist()],
        "age_days": ["" if days < 0 else str(days) for days in patients.age_days.tolist()],
        "principal_diagnosis": principal,
        "other_diagnoses": _other_diagnoses(params, patients, principal, source),
        "procedures": _named(conditions.procedures, patients.condition),
        "length_of_stay_days": [str(days) for days in bills.stay_days.tolist()],
        **_dates(params, bills, source),
        "discharge_way": _discharge_ways(params, patients, source),
        "care_type": _named(conditions.care_type, patients.condition),
        "specialty": _named(conditions.specialty, patients.condition),
        "department": _named(conditions.department, patients.condition),
        "physician_id": _physicians(params, patients, source),
        "total_cost_yuan": _yuan(bills.total_fen),
        **{f"fee_{name}_yuan": _yuan(fee) for name, fee in zip(FEES, bills.fee_fen, strict=True)},
        "eligible_cost_yuan": _yuan(bills.eligible_fen),
        "out_of_pocket_yuan": _yuan(bills.total_fen - bills.fund_fen),
        "fund_paid_yuan": _yuan(bills.fund_fen),
    }


def hospital_columns(params: RegionParams) -> Columns:
    """Every column of hospitals.csv."""
    hospitals = params.settings.hospital
    names = (
        "hospital_id",
        "name",
        "level",
        "grade",
        "type",
        "county",
        "consortium_id",
        "role",
        "ownership",
        "designated_from",
    )
    return {name: [str(getattr(hospital, name)) for hospital in hospitals] for name in names}


def _principal_diagnoses(params: RegionParams, patients: Patients, source: Draws) -> list[str]:
    choices = np.array([len(codes) for codes in params.conditions.diagnoses], np.int64)
    which = source.below(choices[patients.condition]).tolist()
    diagnoses = params.conditions.diagnoses
    return [diagnoses[row][choice] for row, choice in zip(patients.condition.tolist(), which, strict=True)]


def _other_diagnoses(params: RegionParams, patients: Patients, principal: list[str], source: Draws) -> list[str]:
    """Comorbidities that the age brings, the principal diagnosis left out; joined by `|`."""
    found: list[list[str]] = [[] for _ in principal]
    for comorbidity in params.settings.comorbidity:
        has = source.chance(comorbidity.ratio) & (patients.age_years >= comorbidity.from_age)
        for row in np.flatnonzero(has).tolist():
            if principal[row] != comorbidity.code:
                found[row].append(comorbidity.code)
    return ["|".join(codes) for codes in found]


def _dates(params: RegionParams, bills: Bills, source: Draws) -> Columns:
    """Days of admission, discharge and settlement; case ids rise with the day of discharge."""
    stay, year = params.settings.stay, params.settings.year
    first, last = np.datetime64(f"{year}-01-01"), np.datetime64(f"{year}-12-31")
    length = np.full(source.count, (last - first).astype(np.int64) + 1)
    day = source.below(length)
    days_off = 1 + source.below(np.full(source.count, stay.outside_year_days))
    before = source.chance(0.5)
    outside = source.chance(stay.outside_year_ratio)
    day = np.where(outside, np.where(before, -days_off, length - 1 + days_off), day)
    discharged = first + np.sort(day).astype("timedelta64[D]")
    waited = source.below(np.full(source.count, stay.settled_within_days + 1))
    return {
        "admitted_on": np.datetime_as_string(discharged - bills.stay_days.astype("timedelta64[D]")).tolist(),
        "discharged_on": np.datetime_as_string(discharged).tolist(),
        "settled_on": np.datetime_as_string(discharged + waited.astype("timedelta64[D]")).tolist(),
    }


def _discharge_ways(params: RegionParams, patients: Patients, source: Draws) -> list[str]:
    ways = params.settings.discharge_way
    drawn = source.pick(np.array([way.share for way in ways]))
    died = source.chance(params.conditions.death_ratio[patients.condition])
    return _named([*(way.code for way in ways), DEATH], np.where(died, len(ways), drawn))


def _physicians(params: RegionParams, patients: Patients, source: Draws) -> list[str]:
    """Hospital, number of the department and number of the physician in it, as in H01-07-3."""
    departments = sorted(set(params.conditions.department))
    number = np.array([departments.index(name) + 1 for name in params.conditions.department], np.int64)
    staff = params.settings.physicians.array().astype(np.int64)[params.level[patients.hospital]]
    physician = source.below(staff) + 1
    hospitals = [hospital.hospital_id for hospital in params.settings.hospital]
    rows = zip(patients.hospital.tolist(), number[patients.condition].tolist(), physician.tolist(), strict=True)
    return [f"{hospitals[hospital]}-{department:02d}-{person}" for hospital, department, person in rows]


def _named(names: Sequence[str], index: I8) -> list[str]:
    return [names[number] for number in index.tolist()]


def _yuan(amount_fen: I8) -> list[str]:
    return [f"{fen // FEN}.{fen % FEN:02d}" for fen in amount_fen.tolist()]
