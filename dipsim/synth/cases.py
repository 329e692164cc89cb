"""A region drawn from its parameters: cases as a first file from hospitals would hold them, and the truth of each.

Tables are text, column by column. A folder of a region holds the settlement year as cases.csv, where a run finds it,
the years before in the folder history, and in truth.csv what no hospital would tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dipsim.cases.write import write_columns
from dipsim.errors import CaseDataError, OutputError, Problem
from dipsim.policy.tables import write_table
from dipsim.synth.claims import Planted
from dipsim.synth.draws import Topic
from dipsim.synth.periods import history_period, settlement_period
from dipsim.synth.records import case_ids, coded, hospital_columns
from dipsim.synth.region import RegionParams
from dipsim.synth.reversals import date_reversals
from dipsim.synth.text import text_cells
from dipsim.synth.untidy import TextColumns, faulty_rows, spoil
from dipsim.synth.year import CaseYear, draw_case_year
from dipsim.synth.year_tables import year_tables


@dataclass(frozen=True, slots=True)
class Region:
    """Tables of text, column by column, all columns of a table of one length.

    cases       the columns of cases.csv
    hospitals   the columns of hospitals.csv
    truth       the columns of truth.csv, for each row of cases:
        case_id         before a fault
        condition       what the patient had
        group_code, status      what grouping should find
        original_group_code     what it would find, were the row coded truly and completely
        planted         none, upcoded or split
        split_from      case_id of the first part of a stay that was cut in two
        fault           the column that was spoilt, '' for none
    year        the companion tables of the settlement year by name
    """

    cases: TextColumns
    hospitals: TextColumns
    truth: TextColumns
    year: Mapping[str, TextColumns]


def generate(params: RegionParams, seed: int, cases: int) -> Region:
    """Draw the settlement year with so many rows, faulty ones included; the same seed gives the same text.

    Raises CaseDataError when there are too few rows to hold the faults.
    """
    return region_of(draw_settlement_year(params, seed, cases))


def draw_settlement_year(params: RegionParams, seed: int, cases: int) -> CaseYear:
    """The settlement year before anything is spoilt; CaseDataError when it is too small to hold the faults."""
    faulty = faulty_rows(params.settings.untidy)
    if cases <= faulty:
        what = f"{cases} cases cannot hold {faulty} faulty rows"
        raise CaseDataError(Problem("cases", what, next_step=f"ask for more than {faulty} cases"))
    return draw_case_year(settlement_period(params, seed), cases)


def region_of(year: CaseYear) -> Region:
    """A drawn year as text, some cells of it spoilt."""
    rows = year.claims.stay.size
    cases = {name: text_cells(column) for name, column in year.columns.items()}
    truth = _truth(year)
    date_reversals(cases, truth)
    untidy = year.period.params.settings.untidy
    spoil(cases, truth, untidy, year.period.draws(Topic.FAULT, rows))
    return Region(cases, hospital_columns(year.period.params), truth, year_tables(year))


def write_region(region: Region, folder: Path) -> None:
    """Write cases, hospitals, truth and the tables of the year as CSV into a folder, made if need be.

    Each file is written whole or not at all.
    """
    tables = {"cases": region.cases, "hospitals": region.hospitals, "truth": region.truth, **region.year}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in tables.items():
            write_table(folder / f"{name}.csv", columns)
    except OSError as error:
        raise _unwritable(folder, error) from error


def write_history(params: RegionParams, seed: int, cases: int, folder: Path) -> None:
    """Draw the years before a settlement year of so many cases and write each as history/<year>.parquet."""
    try:
        (folder / "history").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    for past in params.settings.history:
        year = draw_case_year(history_period(params, seed, past.year), round(cases * past.cases_ratio))
        write_columns(folder / "history" / f"{past.year}.parquet", year.columns)


def _truth(year: CaseYear) -> TextColumns:
    conditions, claims = year.period.params.conditions, year.claims
    own = year.stays.patients.condition[claims.stay].tolist()
    shown = claims.coded.tolist()
    return {
        "case_id": text_cells(case_ids(year.period, np.arange(claims.stay.size))),
        "condition": [conditions.keys[row] for row in own],
        "group_code": [conditions.group_code[row] for row in shown],
        "status": [conditions.status[row] for row in shown],
        "original_group_code": [conditions.group_code[row] for row in own],
        "planted": text_cells(coded([planted.name.lower() for planted in Planted], claims.planted)),
        "split_from": text_cells(case_ids(year.period, claims.first_part)),
        "fault": [""] * claims.stay.size,
    }


def _unwritable(folder: Path, error: OSError) -> OutputError:
    step = "check the folder and the space on the disk"
    return OutputError(Problem(str(folder), "cannot be written", error.strerror or str(error), step))
