"""CHS-DRG 1.1 in the official rule language and its published cases, from the tables of the shared folder.

`adrg.csv` names each rule by one of 17 conditions; here they are rules. Nothing is kept: a test builds the scheme anew.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from dipsim.cases.table import CaseTable
from dipsim.policy.drg_scheme import Complication, DrgChoices, DrgScheme, RuleRow
from dipsim.policy.params import Source
from tests.build import case_table
from tests.shared import shared_path

NEWBORN = "XSRTL<29"
ANY = "{ZYSS, QTSS}"
CONDITIONS: Mapping[str, str] = {
    "main_procedure": "ZYSS in OP1",
    "principal_dx": "ZYZD in DI1",
    "principal_dx+main_procedure": "ZYZD in DI1 and ZYSS in OP1",
    "any_procedure_list1+any_procedure_list2": f"{ANY} in OP1 and {ANY} in OP2",
    "principal_dx+any_procedure_list1+any_procedure_list2": f"ZYZD in DI1 and {ANY} in OP1 and {ANY} in OP2",
    "principal_dx+procs[1|(2&3)]": f"ZYZD in DI1 and ({ANY} in OP1 or ({ANY} in OP2 and {ANY} in OP3))",
    "principal_dx+procs[(1&2)|(1&3&4)]": (
        f"ZYZD in DI1 and (({ANY} in OP1 and {ANY} in OP2) or ({ANY} in OP1 and {ANY} in OP3 and {ANY} in OP4))"
    ),
    "main_procedure+neonate(age_days<=28)": f"{NEWBORN} and ZYSS in OP1",
    "principal_dx+neonate(age_days<=28)": f"{NEWBORN} and ZYZD in DI1",
    "any_dx+weight<1500+neonate": f"{NEWBORN} and XSRTZ<1500 and {{ZYZD, QTZD}} in DI1",
    "any_dx+1500<=weight<2000+neonate": f"{NEWBORN} and XSRTZ>=1500 and XSRTZ<2000 and {{ZYZD, QTZD}} in DI1",
    "any_dx+2000<=weight<2500+neonate": f"{NEWBORN} and XSRTZ>=2000 and XSRTZ<2500 and {{ZYZD, QTZD}} in DI1",
    "any_dx+weight>=2500+neonate": f"{NEWBORN} and XSRTZ>=2500 and {{ZYZD, QTZD}} in DI1",
    "any_dx+main_procedure_is_valid_OR": "{ZYZD, QTZD} in DI1 and ZYSS in OP_ALL",
    "main_procedure_is_valid_OR": "ZYSS in OP_ALL",
    "no_valid_OR_procedure": f"{ANY} not in OP_ALL",
    "always(remainder)": "",
}
"""Conditions of adrg.csv as rules: DI1 is the first list of diagnoses of the ADRG, OP2 its second of procedures."""

SEVERITY = {"mcc": "QTZD in MCC", "mcc_or_cc": "QTZD in {MCC, CC}", "always": ""}
GATES = {"A": "", "P": "NL=0 and ZYZD in DI_P00", "M": "XB=1 and ZYZD in DI_M00", "N": "XB=2 and ZYZD in DI_N00"}


def table(name: str) -> list[dict[str, str]]:
    """The rows of one table of the shared scheme."""
    path = shared_path(f"schemes/chs-drg-1.1/{name}.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def chs_drg() -> DrgScheme:
    """The scheme; its rows stand in the order in which they are tried."""
    adrg = sorted(table("adrg"), key=lambda row: int(row["global_order"]))
    mdcs = dict.fromkeys(row["mdc"] for row in adrg)
    drg_rows = {row["drg"]: row for row in table("drg")}
    return DrgScheme(
        name="chs-drg-1.1",
        title="CHS-DRG 1.1",
        title_zh="CHS-DRG 1.1",
        version="1.1",
        source=Source(doc="CHS-DRG 1.1"),
        choices=DrgChoices(
            weight="admission_weight_g",
            unknown_codes="ignored",
            fallback=(),
            surgery_unrelated=(),
            ungroupable="0000",
        ),
        mdc=tuple(RuleRow(f"MDC{mdc}", "", _gate(mdc), "", n, f"mdc {mdc}") for n, mdc in enumerate(mdcs)),
        adrg=tuple(
            RuleRow(row["adrg"], "", _rule(row), f"MDC{row['mdc']}", int(row["order_in_mdc"]), f"adrg {row['adrg']}")
            for row in adrg
        ),
        drg=tuple(
            RuleRow(code, "", SEVERITY[drg_rows[code]["condition"]], row["adrg"], order, f"drg {code}")
            for row in adrg
            for order, code in enumerate(row["drgs_in_test_order"].split("|"))
        ),
        sets=_sets(),
        complications={row["dx"]: Complication(row["level"], row["exclusion_group"]) for row in table("cc")},
        exclusions={row["principal_dx"]: row["exclusion_group"] for row in table("cc_exclusions")},
        fingerprint="chs-drg-1.1",
    )


def oracle() -> list[dict[str, str]]:
    """The published cases with their expected DRG."""
    text = shared_path("oracles/chs-drg-1.1-cases.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def table_of(rows: list[dict[str, str]]) -> CaseTable:
    """Published cases as a table."""
    return case_table(
        [
            {
                "principal_diagnosis": row["principal_dx"],
                "other_diagnoses": row["secondary_dx"],
                "procedures": row["procedures"],
                "sex": row["sex"],
                "age_years": row["age"],
                "age_days": row["age_days"],
                "admission_weight_g": float(row["weight"] or "nan"),
            }
            for row in rows
        ]
    )


def _rule(row: Mapping[str, str]) -> str:
    """The condition of an ADRG, its lists named after it: DI1 becomes DI1_AB1."""
    rule = CONDITIONS[row["condition"]]
    for name in ("DI1", "OP1", "OP2", "OP3", "OP4"):
        rule = rule.replace(name, f"{name}_{row['adrg']}")
    return rule


def _gate(mdc: str) -> str:
    if mdc == "Z":
        parts = range(1, 1 + len(_body_parts()))
        others = {part: ", ".join(f"DI_Z{other:02}" for other in parts if other != part) for part in parts}
        return " or ".join(f"(ZYZD in DI_Z{part:02} and QTZD in {{{others[part]}}})" for part in parts)
    return GATES.get(mdc, f"ZYZD in DI_{mdc}00")


def _body_parts() -> dict[str, frozenset[str]]:
    """The diagnoses of each part of the body; a code that stands in two parts belongs to the later row."""
    part_of = {row["dx"]: row["body_part"] for row in table("mdc_principal_dx") if row["mdc"] == "Z"}
    parts = sorted(set(part_of.values()))
    return {part: frozenset(code for code, its_part in part_of.items() if its_part == part) for part in parts}


def _sets() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in table("mdc_principal_dx"):
        found[f"DI_{row['mdc']}00"].add(row["dx"])
    for prefix, name in (("DI", "adrg_diagnoses"), ("OP", "adrg_procedures")):
        for row in table(name):
            found[f"{prefix}{row['list_no']}_{row['adrg']}"].add(row["code"])
    found["OP_ALL"] = {row["code"] for row in table("valid_procedures")}
    parts = {f"DI_Z{part:02}": codes for part, codes in enumerate(_body_parts().values(), 1)}
    return {name: frozenset(codes) for name, codes in found.items()} | parts
