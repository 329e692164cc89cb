"""DIP grouping as slowly and plainly as it can be said: one case against every row of the scheme."""

from __future__ import annotations

from dipsim.policy.scheme import GroupRow, Scheme, Semantics

RANK = {"diagnostic": 1, "therapeutic": 2, "surgery": 3, "intervention": 3}
NAME = {1: "diagnostic", 2: "therapeutic", 3: "surgery"}

Answer = tuple[str, str, bool]


def naive_group(diagnosis: str, procedures: list[str], scheme: Scheme) -> Answer:
    """Return group code ('' for none), the name of the status, and whether several rows matched equally well."""
    choice = scheme.semantics
    assert choice is not None
    if diagnosis == "":
        return "", "no_principal_diagnosis", False
    if diagnosis in scheme.excluded_diagnoses:
        return "", "excluded_diagnosis", False
    kept = [code for code in procedures if scheme.procedure_treatments.get(code) != "conservative"]
    mains = [code for code in kept if scheme.procedure_treatments.get(code) != "not_main"]
    cores = [row for row in scheme.rows if row.kind == "core" and row.diagnosis == diagnosis[:5]]
    hits = sorted((-asked(row), row.group_code) for row in cores if is_hit(row, mains, kept, choice))
    if hits:
        tied = len(hits) > 1 and hits[0][0] == hits[1][0]
        return ("", "no_match", True) if tied and choice.tie == "no_match" else (hits[0][1], "core", tied)
    composites = [row for row in scheme.rows if row.kind == "composite" and row.diagnosis == diagnosis[:3]]
    looked_at = mains[:1] if choice.class_of == "main" else mains
    return composite({row.procedure_class: row.group_code for row in composites}, looked_at, scheme)


def asked(row: GroupRow) -> int:
    """Return how many procedures a core row asks for."""
    return (1 if row.main_procedure else 0) + len(row.other_procedures)


def is_hit(row: GroupRow, mains: list[str], kept: list[str], choice: Semantics) -> bool:
    """Return whether a core row matches the procedures that may be main and all that count."""
    if row.main_procedure == "":
        return mains == [] or choice.empty_procedure == "any"
    if choice.main_procedure == "first" and mains[:1] != [row.main_procedure]:
        return False
    return row.main_procedure in mains and set(row.other_procedures) <= set(kept)


def composite(group: dict[str, str], looked_at: list[str], scheme: Scheme) -> Answer:
    """Return the answer from the composites of a category, given as class -> group code."""
    if looked_at == []:
        return (group["conservative"], "composite", False) if "conservative" in group else ("", "no_match", False)
    ranks = [RANK.get(scheme.procedure_classes.get(code, "")) for code in looked_at]
    known = [rank for rank in ranks if rank is not None]
    if 3 in known or None not in ranks:
        wanted = NAME[max(known)]
        return (group[wanted], "composite", False) if wanted in group else ("", "no_match", False)
    could_have_applied = [name for name in group if RANK.get(name, 0) >= max(known, default=1)]
    return "", "no_procedure_class" if could_have_applied else "no_match", False
