"""A DRG scheme checked as a whole, whether it comes from a folder or from a workbook."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.drg.expression import sets_of
from dipsim.grouping.drg_check.anomalies import Anomaly
from dipsim.grouping.drg_check.codes import code_anomalies, nested_sets
from dipsim.grouping.drg_check.rows import row_anomalies
from dipsim.grouping.drg_check.rules import parsed_rules, sets_of_another_kind, undefined_sets, weight_gaps
from dipsim.paths import PolicyRoots
from dipsim.policy.any_scheme import AnyScheme, is_drg
from dipsim.policy.drg_folder import DrgFolder, Place, column_of, drg_scheme, read_drg_folder, structure_problems
from dipsim.policy.scheme import read_scheme


@dataclass(frozen=True, slots=True)
class Checked:
    """What stops a scheme, and what is odd about it; `syntax` are the problems of rules that cannot be read."""

    syntax: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    anomalies: tuple[Anomaly, ...]


def read_sound_scheme(folder: Path, roots: PolicyRoots) -> AnyScheme:
    """A scheme of any kind, a DRG scheme with its rules read too; PolicyError with every problem."""
    if not is_drg(folder):
        return read_scheme(folder)
    found = read_drg_folder(folder, roots)
    if problems := check_drg(found).problems:
        raise PolicyError(problems)
    return drg_scheme(found)


def check_drg(folder: DrgFolder, place: Place = column_of, code_list: Collection[str] | None = None) -> Checked:
    """Every fault and every oddity of a scheme; codes are looked up in `code_list` where there is one."""
    tables = folder.tables
    rows = (*tables.mdc, *tables.adrg, *tables.drg)
    expressions, syntax = parsed_rules(rows, place)
    sets = {row.set_name for row in tables.sets}
    used = {name for expression in expressions.values() for name in sets_of(expression)}
    problems = (
        *structure_problems(folder, place),
        *syntax,
        *undefined_sets(rows, expressions, sets, place),
        *nested_sets(tables, place),
    )
    anomalies = (
        *row_anomalies(tables, expressions, folder.choices.fallback),
        *sets_of_another_kind(rows, expressions),
        *weight_gaps(tables, expressions),
        *code_anomalies(tables, used, code_list),
    )
    return Checked(tuple(syntax), problems, anomalies)
