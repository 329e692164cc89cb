"""What a scheme makes of codes: arrays over the codes that it names, then over the distinct codes of a case table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.grouping.drg.classes import CodeClasses
from dipsim.grouping.drg.expression import MAIN_PROCEDURE, OTHER_DIAGNOSES, OTHER_PROCEDURES, PRINCIPAL, Count
from dipsim.grouping.drg.layout import DEGREE_OF_LEVEL, Layout, bits_of
from dipsim.kernels import drg_state as kernel
from dipsim.policy.drg_scheme import DrgScheme

_DIAGNOSES, _PROCEDURES = {PRINCIPAL, OTHER_DIAGNOSES}, {MAIN_PROCEDURE, OTHER_PROCEDURES}
I4 = NDArray[np.int32]
U8 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class CodeTables:
    """The codes that a scheme names and what it makes of each; entry 0 is a code that it does not name.

    Arrays as in kernels.drg_state.Codes; `counts` of diagnoses hold for a principal and another one alike.
    """

    diagnoses: Mapping[str, int]
    procedures: Mapping[str, int]
    principal: I4
    barred: I4
    complication: I4
    diagnosis_bits: U8
    diagnosis_counts: U8
    main: NDArray[np.uint32]
    procedure_bits: U8
    procedure_counts: U8

    def __contains__(self, code: object) -> bool:
        return code in self.diagnoses or code in self.procedures

    def of(self, principal: Sequence[str], others: Sequence[str], procedures: Sequence[str]) -> kernel.Codes:
        """The entries of the distinct codes of three columns of a case table."""
        first, other, procedure = (
            np.fromiter((known.get(code, 0) for code in codes), np.int64, len(codes))
            for known, codes in ((self.diagnoses, principal), (self.diagnoses, others), (self.procedures, procedures))
        )
        # Only a count asks whether the principal diagnosis stands among the others too.
        id_of = {code: number for number, code in enumerate(others)} if self.diagnosis_counts.any() else {}
        as_other = np.fromiter((id_of.get(code, kernel.NONE) for code in principal), np.int32, len(principal))
        return kernel.Codes(
            principal=_and_none(self.principal[first], kernel.NO_PRINCIPAL),
            barred=_and_none(self.barred[first], kernel.NONE),
            main=np.append(self.main[procedure], np.uint32(0)),
            as_other=_and_none(as_other, kernel.NONE),
            complication=self.complication[other],
            diagnosis_bits=self.diagnosis_bits[other],
            procedure_bits=self.procedure_bits[procedure],
            principal_counts=np.concatenate((self.diagnosis_counts[first], np.zeros(1, np.uint64))),
            diagnosis_counts=self.diagnosis_counts[other],
            procedure_counts=self.procedure_counts[procedure],
        )


def code_tables(
    scheme: DrgScheme,
    layout: Layout,
    by_variable: Mapping[str, Mapping[str, int]],
    principal: CodeClasses,
    main: CodeClasses,
) -> CodeTables:
    """The codes of a scheme; `by_variable` says what a code fulfils in each variable."""
    diagnosis_counts, procedure_counts = _counts(scheme, layout)
    diagnoses = _numbered(*scheme.sets.values(), scheme.complications, scheme.exclusions)
    procedures = _numbered(by_variable[MAIN_PROCEDURE], by_variable[OTHER_PROCEDURES], procedure_counts)
    table_of = _numbered(scheme.exclusions.values(), (each.table for each in scheme.complications.values()))
    unknown = 0 if scheme.choices.unknown_codes == "ignored" else kernel.UNKNOWN_PRINCIPAL
    none = kernel.NONE
    complication = [0] * (1 + len(diagnoses))
    for code, each in scheme.complications.items():
        table = table_of[each.table] if each.table else 0
        complication[diagnoses[code]] = table << kernel.DEGREE_BITS | DEGREE_OF_LEVEL[each.level]
    return CodeTables(
        diagnoses=diagnoses,
        procedures=procedures,
        principal=np.array([unknown, *(principal.class_of.get(code, 0) for code in diagnoses)], np.int32),
        barred=np.array([none, *(table_of.get(scheme.exclusions.get(code, ""), none) for code in diagnoses)], np.int32),
        complication=np.array(complication, np.int32),
        diagnosis_bits=_states(diagnoses, by_variable[OTHER_DIAGNOSES], layout),
        diagnosis_counts=np.array([0, *(diagnosis_counts.get(code, 0) for code in diagnoses)], np.uint64),
        main=np.array([0, *(main.class_of.get(code, 0) for code in procedures)], np.uint32),
        procedure_bits=_states(procedures, by_variable[OTHER_PROCEDURES], layout),
        procedure_counts=np.array([0, *(procedure_counts.get(code, 0) for code in procedures)], np.uint64),
    )


def _numbered(*names: Iterable[str]) -> dict[str, int]:
    """Distinct names but '' in sorted order, numbered from 1."""
    distinct = {name for part in names for name in part} - {""}
    return {name: number for number, name in enumerate(sorted(distinct), 1)}


def _counts(scheme: DrgScheme, layout: Layout) -> tuple[dict[str, int], dict[str, int]]:
    """The counts that take each code as a diagnosis, and as a procedure, by their place among the counts."""
    diagnoses: dict[str, int] = defaultdict(int)
    procedures: dict[str, int] = defaultdict(int)
    for place, number in enumerate(bits_of(layout.counts)):
        count = layout.conditions[number]
        assert isinstance(count, Count)
        for variables, taken in ((_DIAGNOSES, diagnoses), (_PROCEDURES, procedures)):
            for code in scheme.sets.get(count.set_name, ()) if variables & set(count.variables) else ():
                taken[code] |= 1 << place
    return dict(diagnoses), dict(procedures)


def _states(codes: Mapping[str, int], fulfilled_by: Mapping[str, int], layout: Layout) -> U8:
    """The state that each code sets; each distinct one is spelled out once."""
    spelled = {fulfilled: layout.state(fulfilled) for fulfilled in {0, *fulfilled_by.values()}}
    return np.array([spelled[0], *(spelled[fulfilled_by.get(code, 0)] for code in codes)], np.uint64)


def _and_none(of_codes: I4, of_none: int) -> I4:
    return np.append(of_codes, np.int32(of_none))
