"""A year of cases drawn from a published catalogue: its counts, mean costs and CVs, spread over made-up hospitals.

A group is drawn in proportion to its count. Its cost is log-normal with the group's mean m and coefficient of
variation: sigma^2 = ln(1 + CV^2), mu = ln m - sigma^2 / 2. The diagnosis of a case is the key of its row, the
procedures are the row's. Cases that the costs count outside the catalogue (outside_catalogue.csv) are drawn too: their
diagnosis is the first part of the code they are counted under, which no group of the catalogue takes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import OutputError, PolicyError, Problem
from dipsim.money import MICRO, yuan_text
from dipsim.policy.scheme import GROUP_CLASS_OF, GroupRow, Scheme, diagnosis_category, diagnosis_key
from dipsim.policy.tables import Column, TableSpec, read_table
from dipsim.policy.weights import LEVELS

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

STATISTICS = TableSpec(
    (
        Column("group_code", "code", required=True),
        Column("mean_cost_yuan", "yuan_micro"),
        Column("cv", "number", minimum=0),
        Column("cases", "integer", minimum=0),
    ),
    unique_key=("group_code",),
    allow_extra=True,
)
EMPLOYEE_SHARE = 0.3
"""Made up, as the hospitals are: only groups and costs come from the catalogue."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """What the cases of one group are drawn from: how often, how dear, and the codes of each."""

    group_code: str
    diagnosis: str
    procedures: str
    cases: int
    mean_micro_yuan: int
    cv: float


@dataclass(frozen=True, slots=True)
class CatalogueYear:
    """Drawn cases, one entry a case: index into `strata`, index of hospital and insurance, cost in fen."""

    strata: tuple[Stratum, ...]
    stratum: I8
    hospital: I8
    insurance: I8
    cost_fen: I8
    hospital_ids: tuple[str, ...]


def draw_year(scheme: Scheme, weights_folder: Path, cases: int, hospitals: int, seed: int) -> CatalogueYear:
    """Draw a year from the counts, mean costs and CVs of a weights folder; the same seed draws the same year.

    Raises PolicyError when the folder has no counts, a composite group needs a procedure of a class that the scheme's
    procedure classes do not have, or a group of the catalogue would take a case from outside it.
    """
    strata = _strata(scheme, weights_folder)
    random = np.random.default_rng(seed)
    weight = np.array([each.cases for each in strata], np.float64)
    drawn = np.sort(random.choice(len(strata), cases, p=weight / weight.sum()))
    drawn = random.permutation(drawn)
    size = 1.0 / np.arange(1, hospitals + 1)
    mean = np.array([each.mean_micro_yuan for each in strata], np.int64)
    cv = np.array([each.cv for each in strata], np.float64)
    return CatalogueYear(
        strata=strata,
        stratum=drawn,
        hospital=random.choice(hospitals, cases, p=size / size.sum()),
        insurance=(random.random(cases) >= EMPLOYEE_SHARE).astype(np.int64),
        cost_fen=_costs(random, mean[drawn], cv[drawn]),
        hospital_ids=tuple(f"H{number:03d}" for number in range(1, hospitals + 1)),
    )


def _strata(scheme: Scheme, folder: Path) -> tuple[Stratum, ...]:
    """The groups of the catalogue that have cases and a mean cost, then what was counted outside it."""
    by_code = {row.group_code: row for row in scheme.rows}

    def from_row(code: str) -> tuple[str, str] | None:
        return (by_code[code].diagnosis, _procedures(scheme, by_code[code])) if code in by_code else None

    inside = tuple(_read_strata(folder / "group_points.csv", from_row))
    if not inside:
        where = f"{folder.name}/group_points.csv"
        raise PolicyError(Problem(where, "no group with a count and a mean cost", "", "fill cases and mean_cost_yuan"))
    outside = folder / "outside_catalogue.csv"
    if not outside.exists():
        return inside
    taken = {row.diagnosis for row in scheme.rows}
    return (*inside, *_read_strata(outside, lambda code: (_free_diagnosis(code, taken, outside), "")))


def _read_strata(path: Path, codes_of: Callable[[str], tuple[str, str] | None]) -> Iterator[Stratum]:
    """The rows that have cases and a mean cost; `codes_of` tells diagnosis and procedures, None for no group."""
    table = read_table(path, STATISTICS)
    numbers = (table.integers("cases").tolist(), table.micro("mean_cost_yuan").tolist())
    rows = zip(table.text("group_code"), *numbers, np.nan_to_num(table.numbers("cv")).tolist(), strict=True)
    for code, cases, mean, cv in rows:
        if cases > 0 and mean > 0 and (codes := codes_of(code)) is not None:
            yield Stratum(code, *codes, cases, mean, cv)


def _free_diagnosis(group_code: str, taken: set[str], path: Path) -> str:
    """The first part of a group code, as a diagnosis that no group of the catalogue takes."""
    diagnosis = group_code.partition(":")[0]
    if diagnosis_key(diagnosis) in taken or diagnosis_category(diagnosis) in taken:
        what = f"{group_code}: the catalogue has groups of {diagnosis}, so its cases would not be outside"
        raise PolicyError(Problem(f"{path.parent.name}/{path.name}", what, next_step="take the row out"))
    return diagnosis


def write_year(year: CatalogueYear, folder: Path) -> None:
    """Write cases.csv and hospitals.csv; OutputError when they cannot be written."""
    levels = {name: LEVELS[::-1][i * len(LEVELS) // len(year.hospital_ids)] for i, name in enumerate(year.hospital_ids)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "hospitals.csv", ("hospital_id", "level"), levels.items())
        _write(folder / "cases.csv", tuple(_HEADER), _case_rows(year))
    except OSError as error:
        step = "check the folder and the space on the disk"
        raise OutputError(Problem(str(folder), "cannot be written", error.strerror or str(error), step)) from error


_HEADER = ("case_id", "hospital_id", "insurance", "principal_diagnosis", "procedures", "total_cost_yuan")


def _case_rows(year: CatalogueYear) -> Iterator[Sequence[str]]:
    columns = zip(
        year.stratum.tolist(), year.hospital.tolist(), year.insurance.tolist(), year.cost_fen.tolist(), strict=True
    )
    names = ("employee", "resident")
    for number, (index, hospital, insurance, cost) in enumerate(columns, start=1):
        stratum = year.strata[index]
        yield (
            f"C{number:08d}",
            year.hospital_ids[hospital],
            names[insurance],
            stratum.diagnosis,
            stratum.procedures,
            yuan_text(cost),
        )


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _costs(random: np.random.Generator, mean_micro_yuan: I8, cv: F8) -> I8:
    sigma = np.sqrt(np.log1p(cv**2))
    mu = np.log(mean_micro_yuan / MICRO) - sigma**2 / 2
    yuan = np.exp(mu + sigma * random.standard_normal(mu.size))
    fen: I8 = np.maximum(np.rint(yuan * 100), 1).astype(np.int64)
    return fen


def _procedures(scheme: Scheme, row: GroupRow) -> str:
    """The row's own procedures, or one of the class that a composite row asks for."""
    if row.kind == "core" or row.procedure_class == "conservative":
        return "|".join(row.procedures)
    for code, its_class in sorted(scheme.procedure_classes.items()):
        if GROUP_CLASS_OF[its_class] == row.procedure_class:
            return code
    raise PolicyError(
        Problem(
            f"groupers/{scheme.name}",
            f"group {row.group_code} asks for a procedure of class {row.procedure_class}, and no procedure has it",
            "its cases cannot be drawn",
            "give --procedure-classes with at least one procedure of every class",
        )
    )
