"""What real files have wrong with them: odd spellings, blank diagnoses, cells that make a row unreadable."""

from __future__ import annotations

from dipsim.synth.draws import Draws
from dipsim.synth.settings import Untidy

TextColumns = dict[str, list[str]]

CODE_COLUMNS = ("principal_diagnosis", "procedures")
REPEATED = "repeated case_id"


def faulty_rows(untidy: Untidy) -> int:
    """How many rows the stated faults need."""
    return untidy.repeated_case_ids + sum(fault.cases for fault in untidy.fault)


def spoil(cases: TextColumns, truth: TextColumns, untidy: Untidy, source: Draws) -> None:
    """Spoil the text of some cells, in place, and say so in the truth."""
    _spell_badly(cases, untidy, source)
    _blank_diagnoses(cases, truth, untidy, source)
    _plant_faults(cases, truth, untidy, source)


def _spell_badly(cases: TextColumns, untidy: Untidy, source: Draws) -> None:
    """Put the codes of some cases into capitals, with a blank behind: harmless, and put right on reading."""
    chosen = source.chance(untidy.spelling_ratio).nonzero()[0].tolist()
    for name in CODE_COLUMNS:
        for row in chosen:
            cases[name][row] = f"{cases[name][row].upper()} "


def _blank_diagnoses(cases: TextColumns, truth: TextColumns, untidy: Untidy, source: Draws) -> None:
    for row in source.chance(untidy.blank_diagnosis_ratio).nonzero()[0].tolist():
        cases["principal_diagnosis"][row] = ""
        truth["group_code"][row], truth["status"][row] = "", "no_principal_diagnosis"


def _plant_faults(cases: TextColumns, truth: TextColumns, untidy: Untidy, source: Draws) -> None:
    """Spoil one cell in each of the rows chosen; a repeated case_id is that of the row before."""
    spoilt = [(fault.column, fault.text) for fault in untidy.fault for _ in range(fault.cases)]
    order = source.order()
    rows = order[order > 0].tolist()
    for row in rows[: untidy.repeated_case_ids]:
        cases["case_id"][row] = cases["case_id"][row - 1]
        truth["fault"][row] = REPEATED
    for row, (column, text) in zip(rows[untidy.repeated_case_ids :], spoilt, strict=False):
        cases[column][row] = text
        truth["fault"][row] = column
