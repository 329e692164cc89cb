"""A scheme folder: the groups of DIP as rows, and the choices that rows cannot say, as one frozen Scheme.

`groupers/<name>/` holds `scheme.toml`, `groups.csv` and, where there are any, `excluded_diagnoses.csv`,
`excluded_procedures.csv` and `procedure_classes.csv`. A scheme of kind "brought" holds scheme.toml alone: the cases
bring their group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from dipsim.errors import PolicyError, Problem
from dipsim.policy.document import read_document
from dipsim.policy.files import thawed
from dipsim.policy.fingerprint import fingerprint
from dipsim.policy.params import Source, Strict
from dipsim.policy.tables import Column, TableSpec, read_table

T = TypeVar("T")
Model = TypeVar("Model", bound=Strict)

KINDS = ("core", "composite")
GROUP_CLASSES = ("conservative", "diagnostic", "therapeutic", "surgery")
"""Classes of composite groups in rising rank; a case without a procedure is conservative."""
GROUP_CLASS_OF = {
    "diagnostic": "diagnostic",
    "therapeutic": "therapeutic",
    "surgery": "surgery",
    "intervention": "surgery",
}
"""The class of a procedure and the class of composite group it leads to."""
TREATMENTS = ("conservative", "not_main")
"""conservative: the procedure is left out; not_main: it cannot be the main procedure, but one of the others."""
JOIN = "|"

GROUPS = TableSpec(
    (
        Column("group_code", "code", required=True),
        Column("kind", "choice", required=True, choices=KINDS),
        Column("diagnosis", "code", required=True),
        Column("main_procedure", "code"),
        Column("other_procedures", "text"),
        Column("procedure_class", "choice", choices=GROUP_CLASSES),
        Column("name", "text"),
        Column("name_zh", "text"),
    ),
    unique_key=("group_code",),
)
EXCLUDED_DIAGNOSES = TableSpec((Column("code", "code", required=True),), unique_key=("code",), allow_extra=True)
EXCLUDED_PROCEDURES = TableSpec(
    (Column("code", "code", required=True), Column("treatment", "choice", required=True, choices=TREATMENTS)),
    unique_key=("code",),
    allow_extra=True,
)
PROCEDURE_CLASSES = TableSpec(
    (Column("code", "code", required=True), Column("class", "choice", required=True, choices=tuple(GROUP_CLASS_OF))),
    unique_key=("code",),
    allow_extra=True,
)


class Semantics(Strict):
    """What the rows of a DIP scheme cannot say; a scheme states each of them."""

    main_procedure: Literal["first", "any"] = Field(
        description="Which procedure of the case a row's main procedure may be: the first one, or any"
    )
    empty_procedure: Literal["conservative_only", "any"] = Field(
        description="Whether a row without procedure takes only cases without one, or any case that no other row takes"
    )
    class_of: Literal["main", "highest"] = Field(
        description="Whose class leads to the composite group: the main procedure's, or the highest of all"
    )
    tie: Literal["smallest_code", "no_match"] = Field(
        description="What becomes of a case that several rows match with equally many procedures"
    )


class Head(Strict):
    """What scheme.toml says of the scheme itself."""

    title: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    kind: Literal["dip", "brought"] = Field(description="dip: groups.csv decides; brought: the cases bring group_code")
    version: str = Field(min_length=1, description="The scheme's own version, such as 2.0 or 2025")
    source: Source


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group: a core row matches a diagnosis key and procedures, a composite row a category and a class."""

    group_code: str
    kind: str
    diagnosis: str
    main_procedure: str
    other_procedures: tuple[str, ...]
    procedure_class: str
    name: str
    name_zh: str

    @property
    def procedures(self) -> tuple[str, ...]:
        """All procedures that a case must have, the main one first; empty for a row without."""
        return (self.main_procedure, *self.other_procedures) if self.main_procedure else ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """A grouping scheme as read; `semantics` is None and `rows` is empty when the cases bring their group.

    procedure_treatments   code -> conservative | not_main, of procedures that do not count like others
    procedure_classes      code -> surgery | intervention | therapeutic | diagnostic
    """

    name: str
    title: str
    title_zh: str
    kind: str
    version: str
    source: Source
    semantics: Semantics | None
    rows: tuple[GroupRow, ...]
    excluded_diagnoses: frozenset[str]
    procedure_treatments: Mapping[str, str]
    procedure_classes: Mapping[str, str]
    fingerprint: str

    def with_procedure_classes(self, classes: Mapping[str, str]) -> Scheme:
        """The same scheme with a user's classes on top of its own; the user's win."""
        return replace(self, procedure_classes={**self.procedure_classes, **classes})


def diagnosis_key(code: str) -> str:
    """The subcategory that core rows name: the first five characters (`K35.900x001` -> `K35.9`)."""
    return code[:5]


def diagnosis_category(code: str) -> str:
    """The category that composite rows name: the first three characters."""
    return code[:3]


def read_scheme(folder: Path) -> Scheme:
    """The scheme of a folder; PolicyError with every problem of scheme.toml, else of all tables, else of the rows."""
    head, semantics = _read_document(folder)
    problems: list[Problem] = []
    rows: tuple[GroupRow, ...] = _gather(problems, lambda: _read_rows(folder, head.kind), ())
    excluded: frozenset[str] = _gather(
        problems, lambda: _read_excluded_diagnoses(folder / "excluded_diagnoses.csv"), frozenset()
    )
    treatments: Mapping[str, str] = _gather(problems, lambda: _read_treatments(folder / "excluded_procedures.csv"), {})
    classes_file = folder / "procedure_classes.csv"
    classes: Mapping[str, str] = _gather(
        problems, lambda: read_procedure_classes(classes_file) if classes_file.exists() else {}, {}
    )
    if problems:
        raise PolicyError(problems)
    scheme = Scheme(
        name=folder.name,
        title=head.title,
        title_zh=head.title_zh,
        kind=head.kind,
        version=head.version,
        source=head.source,
        semantics=semantics,
        rows=rows,
        excluded_diagnoses=excluded,
        procedure_treatments=treatments,
        procedure_classes=classes,
        fingerprint=fingerprint(folder),
    )
    if found := check_scheme(scheme):
        raise PolicyError(found)
    return scheme


def read_procedure_classes(path: Path) -> Mapping[str, str]:
    """The class of each procedure (columns code, class) from a scheme's or a user's own table; raises PolicyError."""
    table = read_table(path, PROCEDURE_CLASSES)
    return dict(zip(table.text("code"), table.text("class"), strict=True))


def check_scheme(scheme: Scheme) -> tuple[Problem, ...]:
    """What is wrong with the rows: parts that do not fit the kind, the same row twice, rows that no case can reach."""
    problems = [problem for row in scheme.rows for problem in _row_problems(row, scheme)]
    first_with: dict[tuple[str, ...], str] = {}
    for row in scheme.rows:
        key = (row.kind, row.diagnosis, row.procedure_class, row.main_procedure, *sorted(row.other_procedures))
        earlier = first_with.setdefault(key, row.group_code)
        if earlier != row.group_code:
            why = f"group {earlier} has the same diagnosis, procedures and class"
            problems.append(Problem(_where(row, scheme), "the same row twice", why, "keep one of the two"))
    return tuple(problems)


def _row_problems(row: GroupRow, scheme: Scheme) -> Iterator[Problem]:
    where = _where(row, scheme)
    if row.kind == "core":
        yield from _core_problems(row, where)
    else:
        yield from _composite_problems(row, where)
    for position, code in enumerate(row.procedures):
        treatment = scheme.procedure_treatments.get(code, "")
        if treatment == "conservative" or (treatment == "not_main" and position == 0):
            why = f"excluded_procedures.csv treats {code} as {treatment}"
            yield Problem(where, "no case can reach this row", why, "take the code out of one of the two tables")


def _core_problems(row: GroupRow, where: str) -> Iterator[Problem]:
    if row.diagnosis != diagnosis_key(row.diagnosis):
        step = f"write {diagnosis_key(row.diagnosis)}"
        yield Problem(where, f"diagnosis {row.diagnosis}", "a core row names the first five characters", step)
    if row.procedure_class:
        yield Problem(where, "a core row has no procedure_class", next_step="clear the cell")
    if row.other_procedures and not row.main_procedure:
        yield Problem(where, "other procedures without a main one", next_step="name the main procedure")
    named = [*filter(None, (row.main_procedure,)), *row.other_procedures]
    if len(set(named)) < len(named) or "" in row.other_procedures:
        step = f"join different codes by '{JOIN}', none of them the main procedure"
        yield Problem(where, "a procedure is blank or named twice", next_step=step)


def _composite_problems(row: GroupRow, where: str) -> Iterator[Problem]:
    if row.diagnosis != diagnosis_category(row.diagnosis):
        step = f"write {diagnosis_category(row.diagnosis)}"
        yield Problem(where, f"diagnosis {row.diagnosis}", "a composite row names the first three characters", step)
    if not row.procedure_class:
        step = f"one of {', '.join(GROUP_CLASSES)}"
        yield Problem(where, "a composite row needs a procedure_class", next_step=step)
    if row.main_procedure or row.other_procedures:
        yield Problem(where, "a composite row has no procedures", "its class stands for them", "clear the cells")


def _where(row: GroupRow, scheme: Scheme) -> str:
    return f"groupers/{scheme.name}/groups.csv: group {row.group_code}"


def _read_document(folder: Path) -> tuple[Head, Semantics | None]:
    document = read_document(folder / "scheme.toml", f"groupers/{folder.name}/scheme.toml", folder.name)
    values = {key: thawed(value) for key, value in document.values.items()}
    is_dip = values.get("kind") == "dip"
    choices = {key: values.pop(key) for key in Semantics.model_fields if is_dip and key in values}
    problems: list[Problem] = []

    def checked(model: type[Model], stated: dict[str, object]) -> Model | None:
        try:
            return model.model_validate(stated)
        except ValidationError as error:
            problems.extend(document.problems(error, "", (*Head.model_fields, *Semantics.model_fields)))
            return None

    head = checked(Head, values)
    semantics = checked(Semantics, choices) if is_dip else None
    if head is None or problems:
        raise PolicyError(problems)
    return head, semantics


def _gather(problems: list[Problem], read: Callable[[], T], otherwise: T) -> T:
    """What `read` returns; its problems join the others, so that all tables are reported at once."""
    try:
        return read()
    except PolicyError as error:
        problems.extend(error.problems)
        return otherwise


def _read_rows(folder: Path, kind: str) -> tuple[GroupRow, ...]:
    path = folder / "groups.csv"
    if kind == "brought":
        if path.exists():
            why = "with kind = 'brought' the cases bring their group"
            raise PolicyError(
                Problem(f"groupers/{folder.name}/groups.csv", "not used", why, "delete it or change kind")
            )
        return ()
    table = read_table(path, GROUPS)
    columns = (table.text(column.name) for column in GROUPS.columns)
    return tuple(
        GroupRow(code, kind, diagnosis, main, tuple(others.split(JOIN)) if others else (), group_class, name, name_zh)
        for code, kind, diagnosis, main, others, group_class, name, name_zh in zip(*columns, strict=True)
    )


def _read_excluded_diagnoses(path: Path) -> frozenset[str]:
    return frozenset(read_table(path, EXCLUDED_DIAGNOSES).text("code")) if path.exists() else frozenset()


def _read_treatments(path: Path) -> Mapping[str, str]:
    if not path.exists():
        return {}
    table = read_table(path, EXCLUDED_PROCEDURES)
    return dict(zip(table.text("code"), table.text("treatment"), strict=True))
