"""The table by MDC adds up to the table by group; a DIP result has none."""

from __future__ import annotations

from dipsim.grouping.drg.group import group_drg
from dipsim.paths import policy_roots
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.policy.drg_scheme import DrgScheme
from dipsim.report.mdc_table import mdc_table
from dipsim.report.tables import group_table
from dipsim.scenario import load_scenario
from tests import build

OWN = {"settlement.point_value.budget_yuan": {"employee": 50_000.0, "resident": "none"}}
CASE = {"hospital_id": "H1", "insurance": "employee", "insured_region": "local", "care_type": "inpatient"}
STAY = {"discharged_on": "2025-03-01", "length_of_stay_days": "5", "age_years": "60", "sex": "1"}
CASES = [
    {"principal_diagnosis": "J18.900", "other_diagnoses": "", "procedures": "", "total_cost_yuan": 4000},
    {"principal_diagnosis": "J18.900", "other_diagnoses": "I50.000", "procedures": "", "total_cost_yuan": 9000},
    {"principal_diagnosis": "I63.900", "other_diagnoses": "", "procedures": "", "total_cost_yuan": 7000},
    {"principal_diagnosis": "", "other_diagnoses": "", "procedures": "", "total_cost_yuan": 1000},
]


def paid(scenario: str) -> Result:
    cases = build.case_table([{**CASE, **STAY, "fund_paid_yuan": 500, **case} for case in CASES])
    chosen = load_scenario(scenario, policy_roots(None)).override(OWN, "test")
    return simulate(Inputs(cases, hospitals=build.hospitals({"H1": "secondary"})), chosen)


def test_mdcs_add_up_to_the_groups_and_to_all_that_is_paid() -> None:
    result = paid("demo-city/drg-2025")
    table = mdc_table(result)
    assert table is not None
    rows, groups = list(table.rows()), list(group_table(result).rows())
    scheme = result.scenario.scheme
    assert isinstance(scheme, DrgScheme)
    found = group_drg(result.inputs.cases, scheme, 1)
    assert {row["mdc"] for row in rows} == {found.mdcs.codes[number] for number in found.mdc}
    for name in ("cases", "total_cost", "points", "pay"):
        assert sum(row[name] for row in rows) == sum(row[name] for row in groups)
    assert table.total["pay"] == sum(row["pay"] for row in rows) == 5_000_000
    pneumonia = next(row for row in rows if row["mdc"] == "MDCE")
    assert (pneumonia["cases"], pneumonia["total_cost"], pneumonia["mean_cost"]) == (2, 1_300_000, 650_000)
    assert pneumonia["groups"] == len({found.group_code_of(0), found.group_code_of(1)})


def test_a_dip_scheme_has_no_mdcs() -> None:
    assert mdc_table(paid("demo-city/baseline-2025")) is None
