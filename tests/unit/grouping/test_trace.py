from __future__ import annotations

from dipsim.grouping.trace import Reason, trace_case
from tests.unit.grouping.builders import case_table, composite, core, scheme_of

ROWS = (
    core("A", "K35.9"),
    core("B", "K35.9", "1"),
    core("C", "K35.9", "1", "2"),
    core("D", "K35.9", "1", "3"),
    core("E", "K35.9", "9"),
    composite("Z:SS", "K35", "surgery"),
    composite("Z:BSZL", "K35", "conservative"),
)


def reasons(procedures: list[str]) -> dict[str, Reason]:
    trace = trace_case(case_table([("K35.900", procedures)]), 0, scheme_of(*ROWS))
    return {candidate.row.group_code: candidate.reason for candidate in trace.candidates}


def test_every_core_row_of_the_subcategory_says_why() -> None:
    assert reasons(["1", "2"]) == {
        "A": Reason.HAS_PROCEDURE,
        "B": Reason.FEWER_PROCEDURES,
        "C": Reason.CHOSEN,
        "D": Reason.LACKS_PROCEDURE,
        "E": Reason.OTHER_MAIN_PROCEDURE,
    }


def test_the_missing_procedures_are_named() -> None:
    trace = trace_case(case_table([("K35.900", ["1"])]), 0, scheme_of(*ROWS))
    assert {candidate.row.group_code: candidate.missing for candidate in trace.candidates} == {
        "A": (),
        "B": (),
        "C": ("2",),
        "D": ("3",),
        "E": ("9",),
    }


def test_a_tied_row_says_so() -> None:
    found = reasons(["1", "2", "3"])
    assert (found["C"], found["D"]) == (Reason.CHOSEN, Reason.EQUALLY_MANY)


def test_composites_are_tried_only_without_a_core_row() -> None:
    assert "Z:SS" not in reasons([])
    found = reasons(["7"])
    assert (found["Z:SS"], found["Z:BSZL"]) == (Reason.UNKNOWN_CLASS, Reason.OTHER_CLASS)


def test_a_procedure_is_shown_with_its_treatment_and_class() -> None:
    scheme = scheme_of(*ROWS, procedure_treatments={"5": "conservative"}, procedure_classes={"7": "intervention"})
    trace = trace_case(case_table([("K35.900", ["5", "7"])]), 0, scheme)
    assert [(use.code, use.treatment, use.procedure_class) for use in trace.procedures] == [
        ("5", "conservative", ""),
        ("7", "", "intervention"),
    ]
    assert (trace.main_procedure, trace.group_class, trace.group_code) == ("7", "surgery", "Z:SS")
