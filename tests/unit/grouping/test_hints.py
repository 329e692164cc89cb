from __future__ import annotations

from dipsim.grouping.hints import Hint, hints
from tests import build
from tests.unit.grouping.builders import case_table, composite, core, scheme_of
from tests.unit.grouping.drg import random_rules


def test_a_drg_hangs_on_the_complication_that_counts_and_on_the_main_procedure() -> None:
    scheme = random_rules.scheme_of(
        [""], ["ZYSS in OP_A", ""], ["QTZD in MCC", "QTZD in CC", "", "QTZD in {MCC, CC}", ""]
    )
    cases = build.case_table(
        [
            {"principal_diagnosis": "D0", "other_diagnoses": "D3|D4|D10", "procedures": "P1|P7"},
            {"principal_diagnosis": "D2", "other_diagnoses": "D4|D4", "procedures": "P7|P1"},
        ]
    )
    assert hints(cases, 0, scheme) == (Hint("other_diagnoses", 1, "D4", "G2"), Hint("procedures", 0, "P1", "G1"))
    assert hints(cases, 1, scheme) == (Hint("procedures", 0, "P7", "G0"),)


def test_a_dip_group_hangs_on_procedures_only() -> None:
    scheme = scheme_of(core("A", "K35.9"), core("C", "K35.9", "1", "2"), composite("Z", "K35", "surgery"))
    cases = case_table([("K35.900", ["1", "2", "3"]), ("K35.900", []), ("Q1", ["1"])])
    assert hints(cases, 0, scheme) == (Hint("procedures", 0, "1", ""), Hint("procedures", 1, "2", ""))
    assert hints(cases, 1, scheme) == ()
    assert hints(cases, 2, scheme) == ()


def test_a_case_that_brings_its_group_hangs_on_nothing() -> None:
    assert hints(build.case_table([{"group_code": "G"}]), 0, build.brought_scheme()) == ()
