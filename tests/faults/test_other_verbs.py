"""Broken files that only some verbs read: DRG schemes, rules of learning, aggregates, classes, settlements."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.city import BASELINE, Fault, Plant, both, put, require_refused
from tests.unit.policy.small_drg import BASE

OUT = ("-s", BASELINE, "--policy", "{city}", "-o", "{out}")
CHECK = ("scheme", "check", "small", "--policy", "{city}")
LEARN = ("scheme", "learn", "{city}/data", "--name", "new", "--into", "{out}", "--rules", "{city}/rules.toml")
CELLS = ("run", "--cells", "{city}/cells.csv", "--hospitals", "{city}/data/hospitals.csv", *OUT)
CLASSES = ("run", "{city}/data", "--procedure-classes", "{city}/classes.csv", *OUT)
VALUES = ("run", "{city}/data", "--point-values", "{city}/values.csv", *OUT)
RECONCILE = ("reconcile", "{city}/run", "--actual", "{city}/paid.csv", "-o", "{out}")
IMPORT = ("scheme", "import", "{city}/drg.xlsx", "--name", "new", "--into", "{out}")
MAP = ("map", "{city}/export.csv", "-o", "{out}")


def drg(file: str, text: str) -> Plant:
    """A small DRG scheme with another text in one of its files."""
    return both(
        *(put(f"groupers/small/{name}", old) for name, old in BASE.items()), put(f"groupers/small/{file}", text)
    )


def mdc(rule: str) -> Plant:
    """The DRG scheme with this rule of an MDC."""
    return drg("mdc.csv", f"code,name,rule,order\nMDCO,x,{rule},2\nMDCA,x,,1\n")


DRG_FAULTS = [
    Fault(
        "a rule that does not end",
        mdc("ZYZD in"),
        ("small/mdc.csv:2: rule: line 1, column 8", "the end of the rule is not expected here", "correct the rule"),
    ),
    Fault(
        "a rule with an unknown set",
        mdc("ZYZD in DI_X99"),
        ("small/mdc.csv:2: rule: no set 'DI_X99'", "the rule of MDCO names it", "give it rows among the sets"),
    ),
    Fault(
        "a group without its parent",
        drg("drg.csv", BASE["drg.csv"] + "XX11,x,,XX1,9\n"),
        ("small/drg.csv:8: adrg: no ADRG 'XX1'", "XX11 belongs to it", "name an ADRG that is there"),
    ),
    Fault(
        "a table without a column",
        drg("sets.csv", "sett,code\nDI_O00,O00.900\n"),
        ("small/sets.csv:1: column 'set' is missing", "did you mean 'sett'?"),
    ),
    Fault(
        "an unknown degree of a complication",
        drg("cc.csv", "code,name,table,level\nD62.x00,x,EX_1,CCC\n"),
        ("small/cc.csv:2: level: 'CCC' is not allowed", "did you mean"),
    ),
]
OTHERS = [
    (
        LEARN,
        Fault(
            "rules of learning with a misspelt key",
            put("rules.toml", "[history]\nyear_bassis = 'none'\n"),
            ("rules.toml:2: history.year_bassis", "did you mean 'year_basis'?"),
        ),
    ),
    (
        LEARN,
        Fault(
            "rules of learning that are no TOML",
            put("rules.toml", "[history\n"),
            ("rules.toml:1: not valid TOML", "correct this line"),
        ),
    ),
    (
        CELLS,
        Fault(
            "aggregates without a column",
            put("cells.csv", "hospital_id,insurance,group_code,total_cost_yuan\nA,employee,J18.9,5\n"),
            ("cells.csv: no column cases", "the table `cells` needs it", "add it"),
        ),
    ),
    (
        CLASSES,
        Fault(
            "an unknown class of procedures",
            put("classes.csv", "code,class\n47.0100,surgry\n"),
            ("classes.csv:2: class: 'surgry' is not allowed", "did you mean 'surgery'?"),
        ),
    ),
    (
        CLASSES,
        Fault(
            "classes without a column",
            put("classes.csv", "code,klass\n47.0100,surgery\n"),
            ("classes.csv:1: column 'class' is missing", "did you mean 'klass'?"),
        ),
    ),
    (
        VALUES,
        Fault(
            "point values of another kind",
            put("values.csv", "insurance,price\nemployee,6.3\n"),
            ("values.csv:1: column 'pool_fen' is missing", "add the column 'pool_fen'"),
        ),
    ),
    (
        RECONCILE,
        Fault(
            "no run to compare with",
            put("paid.csv", "case_id,amount_yuan\ndemo-01,1\n"),
            (
                "run: no cases.csv",
                "a case is compared with a case",
                "give the output folder",
            ),
        ),
    ),
    (
        IMPORT,
        Fault("text named .xlsx", put("drg.xlsx", "code\n"), ("drg.xlsx: not an .xlsx workbook", "save it as .xlsx")),
    ),
    (MAP, Fault("an empty export", put("export.csv", ""), ("export.csv: the file is empty", "a line of column names"))),
]


@pytest.mark.parametrize("fault", DRG_FAULTS, ids=str)
def test_a_broken_drg_scheme_is_refused_with_file_and_line(fault: Fault, tmp_path: Path) -> None:
    require_refused(fault, tmp_path, *CHECK)


@pytest.mark.parametrize(("words", "fault"), OTHERS, ids=[fault.kind for _, fault in OTHERS])
def test_a_broken_file_is_refused_and_nothing_is_written(words: tuple[str, ...], fault: Fault, tmp_path: Path) -> None:
    require_refused(fault, tmp_path, *words)
