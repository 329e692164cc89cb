"""A weights folder: the points and mean costs of the groups of a scheme, as published or decided for a region and year.

`weights/<name>/weights.toml` says what the numbers are; the tables beside it hold them: `group_points.csv` (needed
unless the points come from the cases' own means), and where there are any `level_means.csv`, `hospital_factors.csv`,
`grassroots.csv` and `day_surgery_points.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from dipsim.errors import PolicyError, Problem
from dipsim.money import micro
from dipsim.policy.document import read_document
from dipsim.policy.fingerprint import fingerprint
from dipsim.policy.params import Source, Strict
from dipsim.policy.tables import Column, TableSpec, read_table

I8 = NDArray[np.int64]

LEVELS = ("primary", "secondary", "tertiary")

GROUP_POINTS = TableSpec(
    (
        Column("group_code", "code", required=True),
        Column("group_points", "points", required=True, minimum=0),
        Column("mean_cost_yuan", "yuan_micro", minimum=0),
        Column("parent_group_code", "code"),
    ),
    unique_key=("group_code",),
    allow_extra=True,
)
LEVEL_MEANS = TableSpec(
    (
        Column("group_code", "code", required=True),
        Column("level", "choice", required=True, choices=LEVELS),
        Column("mean_cost_yuan", "yuan_micro", required=True, minimum=0),
    ),
    unique_key=("group_code", "level"),
)
HOSPITAL_FACTORS = TableSpec(
    (
        Column("hospital_id", "text", required=True),
        Column("hospital_factor", "factor", required=True, minimum=0),
    ),
    unique_key=("hospital_id",),
    allow_extra=True,
)
GRASSROOTS = TableSpec((Column("group_code", "code", required=True),), unique_key=("group_code",), allow_extra=True)

DAY_SURGERY_POINTS = TableSpec(
    (
        Column("group_code", "code", required=True),
        Column("group_points", "points", required=True, minimum=0),
        Column("mean_cost_yuan", "yuan_micro", minimum=0),
    ),
    unique_key=("group_code",),
    allow_extra=True,
)


Mean: TypeAlias = Annotated[float, Field(gt=0)]


class _Document(Strict):
    """What weights.toml may say; `kind` tells whether points stand in a table or follow from the cases themselves."""

    title: str
    title_zh: str
    kind: Literal["table", "own_means"]
    scheme: str
    scale: float = Field(gt=0, description="Points of a group whose mean cost is the mean of all cases")
    mean_cost_yuan: Mean | Literal["none"] | None = Field(
        default=None, description="Mean cost of all cases (kind = table); 'none' where it is not published"
    )
    mean_over: Literal["all_cases", "grouped_cases"] | None = Field(
        default=None, description="Whose mean is the denominator (kind = own_means)"
    )
    source: Source


@dataclass(frozen=True, slots=True)
class DaySurgeryGroup:
    """A group's own points for day surgery, millionths, and its mean cost there, millionths of a yuan, 0: unknown."""

    points_micro: int
    mean_micro_yuan: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Points and mean costs by group; group_codes are sorted and the arrays aligned with them.

    points_micro       int64, millionths of a point
    mean_micro_yuan    int64, millionths of a yuan, 0 when unknown; the city's mean cost of the group
    overall_mean_micro_yuan   0 when it is not published
    level_means        by hospital level, the same unit and alignment
    parents            the composite group a group falls back to, '' for none
    hospital_factors   millionths, by hospital_id
    mean_over          with kind own_means: "all_cases" or "grouped_cases"
    day_surgery        groups with points of their own for day surgery, by group_code
    """

    name: str
    title: str
    title_zh: str
    kind: str
    scheme: str
    scale_micro: int
    overall_mean_micro_yuan: int
    mean_over: str
    group_codes: tuple[str, ...]
    points_micro: I8
    mean_micro_yuan: I8
    level_means: Mapping[str, I8]
    parents: tuple[str, ...]
    hospital_factors: Mapping[str, int]
    grassroots: frozenset[str]
    fingerprint: str
    day_surgery: Mapping[str, DaySurgeryGroup] = field(default_factory=dict)


def read_weights(folder: Path) -> Weights:
    """The weights folder as frozen arrays; PolicyError with every problem of weights.toml or of a faulty table."""
    document = _checked(folder / "weights.toml")
    codes, points, means, parents = _group_points(folder / "group_points.csv", document.kind)
    grassroots = folder / "grassroots.csv"
    return Weights(
        name=folder.name,
        title=document.title,
        title_zh=document.title_zh,
        kind=document.kind,
        scheme=document.scheme,
        scale_micro=micro(document.scale),
        overall_mean_micro_yuan=_mean_micro(document),
        mean_over=document.mean_over or "",
        group_codes=codes,
        points_micro=points,
        mean_micro_yuan=means,
        level_means=_level_means(folder / "level_means.csv", codes),
        parents=parents,
        hospital_factors=_hospital_factors(folder / "hospital_factors.csv"),
        grassroots=frozenset(read_table(grassroots, GRASSROOTS).text("group_code") if grassroots.exists() else ()),
        fingerprint=fingerprint(folder),
        day_surgery=_day_surgery(folder / "day_surgery_points.csv", document.kind, codes),
    )


def _checked(path: Path) -> _Document:
    shown = f"weights/{path.parent.name}/{path.name}"
    document = read_document(path, shown, path.parent.name)
    try:
        checked = _Document.model_validate(document.table(""))
    except ValidationError as error:
        raise PolicyError(document.problems(error, "", tuple(_Document.model_fields))) from error
    needed = "mean_cost_yuan" if checked.kind == "table" else "mean_over"
    if getattr(checked, needed) is None:
        raise PolicyError(Problem(shown, f"kind = {checked.kind!r} needs {needed}", next_step=f"state {needed}"))
    return checked


def _mean_micro(document: _Document) -> int:
    stated = document.mean_cost_yuan
    return 0 if stated is None or stated == "none" else micro(stated)


def _group_points(path: Path, kind: str) -> tuple[tuple[str, ...], I8, I8, tuple[str, ...]]:
    if kind == "own_means":
        return (), np.zeros(0, np.int64), np.zeros(0, np.int64), ()
    table = read_table(path, GROUP_POINTS)
    codes = np.array(table.text("group_code"))
    order = np.argsort(codes)
    parents = table.text("parent_group_code") if table.has("parent_group_code") else ("",) * codes.size
    means = table.micro("mean_cost_yuan") if table.has("mean_cost_yuan") else np.zeros(codes.size, np.int64)
    return (
        tuple(str(code) for code in codes[order]),
        table.micro("group_points")[order],
        np.maximum(means, 0)[order],
        tuple(parents[i] for i in order),
    )


def _level_means(path: Path, codes: tuple[str, ...]) -> Mapping[str, I8]:
    if not path.exists():
        return {}
    table = read_table(path, LEVEL_MEANS)
    position = {code: i for i, code in enumerate(codes)}
    means = {level: np.zeros(len(codes), np.int64) for level in LEVELS}
    rows = zip(table.text("group_code"), table.text("level"), table.micro("mean_cost_yuan"), strict=True)
    _require_known(path, table.text("group_code"), codes)
    for code, level, mean in rows:
        means[level][position[code]] = mean
    return means


def _hospital_factors(path: Path) -> Mapping[str, int]:
    if not path.exists():
        return {}
    table = read_table(path, HOSPITAL_FACTORS)
    return dict(zip(table.text("hospital_id"), (int(v) for v in table.micro("hospital_factor")), strict=True))


def _day_surgery(path: Path, kind: str, codes: tuple[str, ...]) -> Mapping[str, DaySurgeryGroup]:
    if not path.exists():
        return {}
    table = read_table(path, DAY_SURGERY_POINTS)
    if kind == "table":
        _require_known(path, table.text("group_code"), codes)
    points = table.micro("group_points").tolist()
    means = np.maximum(table.micro("mean_cost_yuan"), 0).tolist()
    return dict(zip(table.text("group_code"), map(DaySurgeryGroup, points, means), strict=True))


def _require_known(path: Path, named: Sequence[str], codes: tuple[str, ...]) -> None:
    unknown = sorted(set(named) - set(codes))
    if unknown:
        what = f"groups without points: {', '.join(unknown[:5])}"
        raise PolicyError(Problem(path.name, what, next_step="add them to group_points.csv or drop them"))
