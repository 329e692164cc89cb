"""A made-up scheme of the size and the shapes of DRG 3.0: 26 MDCs, 550 ADRGs, 33,000 diagnoses, 13,500 procedures.

More than 64 bits of state, counts, the ages 0, 6 and 70, newborns by days and weight. No group is anybody's.
"""

from __future__ import annotations

from itertools import count

import numpy as np

from dipsim.policy.drg_scheme import Complication, DrgChoices, DrgScheme, RuleRow
from dipsim.policy.params import Source

DIAGNOSES, PROCEDURES, SETS_OF_TRAUMA, EXCLUSION_TABLES = 33_000, 13_500, 9, 148
MDCS = "APZ" + "BCDEFGHIJKLMNOQRSTUVWXY"
SURGICAL, MEDICAL = 11, 9
ANY = "{ZYSS, QTSS}"
SPLITS = (
    ("",),
    ("QTZD in MCC", "QTZD in CC", ""),
    ("QTZD in MCC", ""),
    ("QTZD in {MCC, CC}", ""),
    ("QTZD in MCC and NL>=70", "QTZD in MCC", "QTZD in CC and NL>=70", "QTZD in CC", "NL>=70", ""),
    ("NL<=6", "NL>=70", ""),
    (f"{ANY} in OP_ARB", "QTZD in MCC", ""),
    ("ZYZD in DI_OBD or QTZD in MCC", ""),
)
"""How the DRG rows of an ADRG differ, dealt to the ADRGs in turn."""


class _Sets:
    """Sets of codes drawn as rules ask for them."""

    def __init__(self, draw: np.random.Generator) -> None:
        self.draw = draw
        self.diagnoses = [f"D{number:05d}" for number in range(DIAGNOSES)]
        self.procedures = [f"P{number:05d}" for number in range(PROCEDURES)]
        self.found: dict[str, frozenset[str]] = {
            "OP_ALL": frozenset(self.procedures[:9_500]),
            "OP_ARB": frozenset(self.procedures[:5]),
            "DI_OBD": frozenset(self.diagnoses[:811]),
        }

    def some(self, name: str, pool: list[str], size: int) -> str:
        """A new set of so many codes that follow each other, as codes of one kind do; returns its name."""
        start = int(self.draw.integers(len(pool) - size))
        self.found[name] = frozenset(pool[start : start + size])
        return name


def made_scheme() -> DrgScheme:
    """The scheme; the same at every call."""
    sets = _Sets(np.random.default_rng(30))
    pools = np.array_split(np.array(sets.diagnoses), len(MDCS))
    mdcs, adrgs, drgs = [], [], []
    splits = count()
    for number, letter in enumerate(MDCS):
        pool = pools[number].tolist()
        sets.found[f"DI_{letter}00"] = frozenset(pool)
        mdcs.append(RuleRow(f"MDC{letter}", "", _gate(letter, sets), "", number, f"MDC {letter}"))
        for order, (code, rule) in enumerate(_adrgs(letter, pool, sets)):
            adrgs.append(RuleRow(code, "", rule, f"MDC{letter}", order, f"ADRG {code}"))
            split = SPLITS[next(splits) % len(SPLITS)] if not code.endswith(("QY", "00")) else ("",)
            drgs += [RuleRow(f"{code}{n}", "", each, code, n, f"DRG {code}{n}") for n, each in enumerate(split)]
    return DrgScheme(
        name="made-3.0",
        title="Made up",
        title_zh="虚构",
        version="3.0",
        source=Source(doc="made up"),
        choices=DrgChoices(
            weight="admission_weight_g",
            unknown_codes="ignored",
            fallback=tuple(f"{letter}00" for letter in MDCS),
            surgery_unrelated=tuple(f"{letter}QY" for letter in MDCS),
            ungroupable="0000",
        ),
        mdc=tuple(mdcs),
        adrg=tuple(adrgs),
        drg=tuple(drgs),
        sets=sets.found,
        complications=_complications(sets),
        exclusions={code: f"EX_{sets.draw.integers(EXCLUSION_TABLES)}" for code in sets.diagnoses[:21_000]},
        fingerprint="made-3.0",
    )


def _gate(letter: str, sets: _Sets) -> str:
    if letter == "A":
        return ""
    if letter == "P":
        return "(NL=0 and XSRTL>=29 and XSRTL<366 and ZYZD in DI_P00 and ZYSS not in OP_ALL) or (NL=0 and XSRTL<29)"
    if letter == "Z":
        names = [sets.some(f"DI_Z0{part}", sets.diagnoses, 130) for part in range(1, SETS_OF_TRAUMA + 1)]
        others = {name: ", ".join(other for other in names if other != name) for name in names}
        return " or ".join(f"(ZYZD in {name} and QTZD in {{{others[name]}}})" for name in names)
    sex = {"M": " and XB=1", "N": " and XB=2"}
    return f"ZYZD in DI_{letter}00{sex.get(letter, '')}"


def _adrgs(letter: str, pool: list[str], sets: _Sets) -> list[tuple[str, str]]:
    """The ADRGs of an MDC: operations, QY, diagnoses, what is left."""
    found = []
    for number in range(SURGICAL):
        code = f"{letter}{'BCDEF'[number % 5]}{number}"
        first, second, third = (
            sets.some(f"OP{n}_{code}", sets.procedures, size) for n, size in ((1, 60), (2, 40), (3, 30))
        )
        diagnosis = sets.some(f"DI_{code}", pool, 60)
        shapes = (
            f"ZYSS in {first}",
            f"(ZYSS in {first} and {ANY} in {second}) or (ZYSS in {second} and {ANY} in {first})",
            f"ZYZD in {diagnosis} and ZYSS in {first}",
            f"ZYZD in {diagnosis} and (ZYSS in {first} or (ZYSS in {second} and {ANY} in {third}))",
            f"length({first} ∩ {ANY})>=2 and ZYSS in {first}",
            f"ZYSS in {first} and ({ANY} in {second} or QTZD in {diagnosis})",
        )
        rule = shapes[number % len(shapes)]
        found.append((code, f"XSRTL<29 and ({rule})" if letter == "P" else rule))
    if letter not in "ASTXY":
        found.append((f"{letter}QY", "ZYSS in OP_ALL" if letter != "P" else "XSRTL<29 and ZYSS in OP_ALL"))
    for number in range(MEDICAL if letter != "A" else 0):
        code = f"{letter}{'RSTU'[number % 4]}{number}"
        diagnosis = sets.some(f"DI_{code}", pool, 140)
        newborn = (
            f"XSRTL<29 and XSRTZ>={500 * number} and XSRTZ<={500 * number + 499} and {{ZYZD, QTZD}} in {diagnosis}"
        )
        found.append((code, newborn if letter == "P" else f"ZYZD in {diagnosis}"))
    return found if letter == "A" else [*found, (f"{letter}00", "")]


def _complications(sets: _Sets) -> dict[str, Complication]:
    codes = sets.draw.permutation(np.array(sets.diagnoses))[:7_918].tolist()
    return {
        code: Complication("MCC" if n < 1_581 else "CC", f"EX_{sets.draw.integers(EXCLUSION_TABLES)}")
        for n, code in enumerate(codes)
    }
