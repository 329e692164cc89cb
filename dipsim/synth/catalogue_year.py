"""A year of cases drawn from a published catalogue: its counts, mean costs and CVs, spread over made-up hospitals.

A group is drawn in proportion to its count. Its cost is log-normal with the group's mean m and coefficient of variation:
sigma^2 = ln(1 + CV^2), mu = ln m - sigma^2 / 2. The diagnosis of a case is the key of its row, the procedures are the row's.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import OutputError, PolicyError, Problem
from dipsim.money import MICRO, MISSING, yuan_text
from dipsim.policy.scheme import GROUP_CLASS_OF, GroupRow, Scheme
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
class CatalogueYear:
    """Drawn cases, one entry a case: index into `rows`, index of hospital and insurance, cost in fen."""

    rows: tuple[GroupRow, ...]
    procedures: tuple[str, ...]
    row: I8
    hospital: I8
    insurance: I8
    cost_fen: I8
    hospital_ids: tuple[str, ...]


def draw_year(scheme: Scheme, weights_folder: Path, cases: int, hospitals: int, seed: int) -> CatalogueYear:
    """Draw a year from the counts, mean costs and CVs of a weights folder; the same seed draws the same year.

    Raises PolicyError when the folder has no counts, or a composite group needs a procedure of a class that the scheme's
    procedure classes do not have.
    """
    table = read_table(weights_folder / "group_points.csv", STATISTICS)
    by_code = {row.group_code: row for row in scheme.rows}
    count, mean, cv = table.integers("cases"), table.micro("mean_cost_yuan"), table.numbers("cv")
    codes = table.text("group_code")
    drawn = [i for i, code in enumerate(codes) if code in by_code and count[i] > 0 and mean[i] > 0]
    if not drawn:
        raise PolicyError(Problem(table.file, "no group with a count and a mean cost", "", "fill cases and mean_cost_yuan"))
    rows = tuple(by_code[codes[i]] for i in drawn)
    random = np.random.default_rng(seed)
    weight = count[drawn].astype(np.float64)
    row = np.sort(random.choice(len(rows), cases, p=weight / weight.sum()))
    row = random.permutation(row)
    size = 1.0 / np.arange(1, hospitals + 1)
    return CatalogueYear(
        rows=rows,
        procedures=tuple(_procedures(scheme, row) for row in rows),
        row=row,
        hospital=random.choice(hospitals, cases, p=size / size.sum()),
        insurance=(random.random(cases) >= EMPLOYEE_SHARE).astype(np.int64),
        cost_fen=_costs(random, mean[drawn][row], np.nan_to_num(cv[drawn])[row]),
        hospital_ids=tuple(f"H{number:03d}" for number in range(1, hospitals + 1)),
    )


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
    columns = zip(year.row.tolist(), year.hospital.tolist(), year.insurance.tolist(), year.cost_fen.tolist(), strict=True)
    names = ("employee", "resident")
    for number, (row, hospital, insurance, cost) in enumerate(columns, start=1):
        diagnosis = year.rows[row].diagnosis
        yield (
            f"C{number:08d}",
            year.hospital_ids[hospital],
            names[insurance],
            diagnosis,
            year.procedures[row],
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
    return np.maximum(np.rint(yuan * 100), 1).astype(np.int64)


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
