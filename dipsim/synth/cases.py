"""A region drawn from its parameters: cases as a first file from hospitals would hold them, and the truth of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dipsim.errors import CaseDataError, Problem
from dipsim.policy.tables import write_table
from dipsim.synth.bills import draw_bills
from dipsim.synth.draws import Draws, Topic, draws
from dipsim.synth.patients import draw_patients
from dipsim.synth.records import Columns, case_columns, hospital_columns
from dipsim.synth.region import RegionParams, Untidy

CODE_COLUMNS = ("principal_diagnosis", "procedures")
REPEATED = "repeated case_id"


@dataclass(frozen=True, slots=True)
class Region:
    """Tables of text, column by column, all columns of a table of one length.

    cases       the columns of cases.csv
    hospitals   the columns of hospitals.csv
    truth       for each row of cases: condition, the group_code and the status that grouping should find, and the fault
                planted in the row ('' for none, else the column that was spoilt)
    """

    cases: Columns
    hospitals: Columns
    truth: Columns


def generate(params: RegionParams, seed: int, cases: int) -> Region:
    """Draw a region with so many rows of cases, faulty ones included; the same seed gives the same text.

    Raises CaseDataError when there are too few rows to hold the faults.
    """
    untidy = params.settings.untidy
    faulty = untidy.repeated_case_ids + sum(fault.cases for fault in untidy.fault)
    if cases <= faulty:
        what = f"{cases} cases cannot hold {faulty} faulty rows"
        raise CaseDataError(Problem("cases", what, next_step=f"ask for more than {faulty} cases"))
    patients = draw_patients(params, seed, cases)
    columns = case_columns(params, patients, draw_bills(params, patients, seed), seed)
    rows = patients.condition.tolist()
    truth = {
        "condition": [params.conditions.keys[row] for row in rows],
        "group_code": [params.conditions.group_code[row] for row in rows],
        "status": [params.conditions.status[row] for row in rows],
        "fault": [""] * cases,
    }
    source = draws(seed, Topic.FAULT, cases)
    _spell_badly(columns, untidy, source)
    _blank_diagnoses(columns, truth, untidy, source)
    _plant_faults(columns, truth, untidy, source)
    return Region(columns, hospital_columns(params), truth)


def write_region(region: Region, folder: Path) -> None:
    """Write cases.csv and hospitals.csv into a folder, made if need be; each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "hospitals.csv", region.hospitals)
    write_table(folder / "cases.csv", region.cases)


def _spell_badly(columns: Columns, untidy: Untidy, source: Draws) -> None:
    """Put the codes of some cases into capitals, with a blank behind: harmless, and put right on reading."""
    chosen = source.chance(untidy.spelling_ratio).nonzero()[0].tolist()
    for name in CODE_COLUMNS:
        for row in chosen:
            columns[name][row] = f"{columns[name][row].upper()} "


def _blank_diagnoses(columns: Columns, truth: Columns, untidy: Untidy, source: Draws) -> None:
    for row in source.chance(untidy.blank_diagnosis_ratio).nonzero()[0].tolist():
        columns["principal_diagnosis"][row] = ""
        truth["group_code"][row], truth["status"][row] = "", "no_principal_diagnosis"


def _plant_faults(columns: Columns, truth: Columns, untidy: Untidy, source: Draws) -> None:
    """Spoil one cell in each of the rows chosen; a repeated case_id is that of the row before."""
    spoilt = [(fault.column, fault.text) for fault in untidy.fault for _ in range(fault.cases)]
    order = source.order()
    rows = order[order > 0].tolist()
    for row in rows[: untidy.repeated_case_ids]:
        columns["case_id"][row] = columns["case_id"][row - 1]
        truth["fault"][row] = REPEATED
    for row, (column, text) in zip(rows[untidy.repeated_case_ids :], spoilt, strict=False):
        columns[column][row] = text
        truth["fault"][row] = column
