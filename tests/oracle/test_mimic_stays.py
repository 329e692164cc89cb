"""Real stays in another code system, in three files: 129 admissions of the MIMIC-III demo, with invented costs.

The cost of a case is its length of stay x 1,000 yuan, marked as a demo: the data have none, and no money is claimed.
ICD-9 codes stand there without a point and have at most five characters, so the subcategory, which is the first five
characters of a code, is the whole code.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.mapping import CaseMapping, read_mapping
from dipsim.cases.read import CaseReading, read_cases
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Status
from dipsim.learn import Learned, learn
from dipsim.learn.rules import LearningRules, read_rules
from dipsim.paths import policy_roots
from tests.shared import shared_path

MAPPING = Path(__file__).parent / "mappings" / "mimic.toml"
ADMISSIONS = 129
DIAGNOSES = 1_761
PROCEDURES = 506
WITHOUT_PROCEDURES = 16
THRESHOLD = 3
DEMO_YUAN_PER_DAY = 1_000


def mapping() -> CaseMapping:
    return read_mapping(MAPPING)


@pytest.fixture(scope="module")
def stays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The admissions with the demo cost beside copies of the two further files; the path of the admissions."""
    source, folder = shared_path("data/mimic3-demo"), tmp_path_factory.mktemp("mimic")
    for name in ("DIAGNOSES_ICD.csv", "PROCEDURES_ICD.csv"):
        shutil.copy(source / name, folder / name)
    dates = read_cases([source / "ADMISSIONS.csv"], mapping(), ["admitted_on", "discharged_on"]).cases
    days = dates.integer("discharged_on") - dates.integer("admitted_on")
    cost = dict(zip(dates.case_ids.to_pylist(), (days * DEMO_YUAN_PER_DAY).tolist(), strict=True))
    with (source / "ADMISSIONS.csv").open(newline="") as text:
        rows = [{**row, "total_cost_yuan": cost[row["HADM_ID"]]} for row in csv.DictReader(text)]
    with (folder / "ADMISSIONS.csv").open("w", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder / "ADMISSIONS.csv"


@pytest.fixture(scope="module")
def reading(stays: Path) -> CaseReading:
    return read_cases([stays], mapping())


@pytest.fixture(scope="module")
def rules() -> LearningRules:
    """The national rules with what this test decides: one year, threshold 3, no trimming, no hospital factor."""
    stated = read_rules(policy_roots(None).learning("dip-national"))
    history = stated.history.model_copy(update={"year_basis": "none", "years": (), "year_weights": ()})
    chosen = {"core_threshold": THRESHOLD, "core_coverage": "none", "procedures": "main"}
    return stated.model_copy(
        update={
            "history": history,
            "catalogue": stated.catalogue.model_copy(update=chosen),
            "trimming": stated.trimming.model_copy(update={"method": "none"}),
            "hospital_factor": stated.hospital_factor.model_copy(update={"column": "none"}),
        }
    )


@pytest.fixture(scope="module")
def learned(reading: CaseReading, rules: LearningRules) -> Learned:
    return learn(reading.cases, rules, "mimic-demo", {})


def test_every_row_of_the_three_files_is_read(reading: CaseReading) -> None:
    assert (reading.counts.rows_in, reading.counts.rejected) == (ADMISSIONS, 0)
    accounts = {account.table: account for account in reading.tables}
    assert (accounts["diagnoses"].rows, accounts["diagnoses"].used) == (DIAGNOSES, DIAGNOSES)
    assert (accounts["procedures"].rows, accounts["procedures"].used) == (PROCEDURES, PROCEDURES)
    assert accounts["procedures"].cases_without == WITHOUT_PROCEDURES
    assert reading.cases.code_list("procedures").ids.size == PROCEDURES
    assert reading.cases.code_list("other_diagnoses").ids.size == DIAGNOSES - ADMISSIONS


def test_a_known_stay_has_its_codes_in_the_order_of_the_record(reading: CaseReading) -> None:
    row = reading.cases.case_ids.to_pylist().index("142345")
    assert reading.cases.code("principal_diagnosis").text(row) == "99591"
    assert reading.cases.code_list("other_diagnoses").texts(row)[0] == "99662"


def test_two_digit_years_lead_to_no_stay_that_ends_before_it_begins(reading: CaseReading) -> None:
    admitted = reading.cases.integer("admitted_on").astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    assert (admitted.min(), admitted.max()) == (2100, 2199)
    assert (reading.cases.integer("discharged_on") >= reading.cases.integer("admitted_on")).all()


def test_core_groups_are_the_combinations_of_three_stays_counted_by_hand(
    reading: CaseReading, learned: Learned
) -> None:
    catalogue, cases = learned.catalogue, reading.cases
    assert catalogue is not None
    assert catalogue.threshold == THRESHOLD
    pairs = Counter(
        (cases.code("principal_diagnosis").text(row), cases.code_list("procedures").texts(row)[:1])
        for row in range(len(cases))
    )
    frequent = {pair: count for pair, count in pairs.items() if count >= THRESHOLD}
    core = {
        (row.diagnosis, (row.main_procedure,) * bool(row.main_procedure))
        for row in learned.scheme.rows
        if row.kind == "core"
    }
    assert core == set(frequent)
    assert catalogue.core_cases == sum(frequent.values())


def test_admissions_are_grouped_or_rejected_and_none_is_lost(reading: CaseReading, learned: Learned) -> None:
    status = group_cases(reading.cases, learned.scheme).status
    is_grouped = np.isin(status, [Status.CORE, Status.COMPOSITE])
    is_rejected = np.isin(status, [Status.NO_MATCH, Status.NO_PROCEDURE_CLASS, Status.NO_PRINCIPAL_DIAGNOSIS])
    assert is_grouped.sum() + is_rejected.sum() + reading.counts.rejected == ADMISSIONS
    assert learned.cases == ADMISSIONS
    assert sum(learned.weights[""].points.cases) == is_grouped.sum()
