"""Made-up cases for measurements: Parquet of any size as `dipsim convert` writes it, the same bytes for the same size.

About 9,000 diagnoses in 3,000 subcategories and 4,000 procedures; a few are common and most are rare, costs are
log-normal around the mean of their combination, 300 hospitals differ in size. No figure is anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dipsim.cases.canonical import ROWS_PER_GROUP, writer

SEED = 20251122
CASES_A_FILE = 1_000_000
SUBCATEGORIES, CODES_EACH, PROCEDURES, HOSPITALS = 3_000, 3, 4_000, 300
CHOICES = 24
"""Procedures that a diagnosis may lead to."""
INSURANCES = ("employee", "resident")
EMPLOYEES = 0.4
NO_PROCEDURE, RARE_PROCEDURE = 0.35, 0.002

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Region:
    """What all files share: dictionaries, how common each value is, mean log cost of subcategory and procedure."""

    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    hospitals: tuple[str, ...]
    diagnosis_share: F8
    choice_share: F8
    hospital_share: F8
    choices: I8
    diagnosis_cost: F8
    procedure_cost: F8


def made_cases(folder: Path, cases: int) -> Path:
    """The folder of Parquet files with so many cases, written on first use."""
    place = folder / f"cases-{cases}"
    if place.exists():
        return place
    part = folder / f"cases-{cases}.part"
    part.mkdir(parents=True, exist_ok=True)
    region = _region()
    for number, start in enumerate(range(0, cases, CASES_A_FILE)):
        table = _table(region, min(CASES_A_FILE, cases - start), np.random.default_rng((SEED, number)))
        path = part / f"part-{number:03d}.parquet"
        with writer(path, table.schema) as file:
            file.write_table(table, ROWS_PER_GROUP)
    return part.rename(place)


def _region() -> Region:
    draw = np.random.default_rng(SEED)
    letters = [chr(ord("A") + number // 1000) + f"{number // 10 % 100:02d}.{number % 10}" for number in range(26_000)]
    subcategories = sorted(draw.choice(np.array(letters), SUBCATEGORIES, replace=False).tolist())
    diagnoses = tuple(f"{code}x{end:03d}" for code in subcategories for end in range(CODES_EACH))
    procedures = tuple(f"{number // 100:02d}.{number % 100:02d}00" for number in range(PROCEDURES))
    return Region(
        diagnoses=diagnoses,
        procedures=procedures,
        hospitals=tuple(f"H{number:04d}" for number in range(HOSPITALS)),
        diagnosis_share=_zipf(len(diagnoses), 1.05, draw),
        choice_share=_zipf(CHOICES, 1.2, None),
        hospital_share=_zipf(HOSPITALS, 0.8, draw),
        choices=draw.choice(PROCEDURES, (len(diagnoses), CHOICES), p=_zipf(PROCEDURES, 0.9, draw)),
        diagnosis_cost=np.repeat(draw.normal(8.3, 0.6, SUBCATEGORIES), CODES_EACH),
        procedure_cost=draw.gamma(2.0, 0.3, PROCEDURES),
    )


def _zipf(size: int, power: float, draw: np.random.Generator | None) -> F8:
    """Shares that fall with the rank, in random order if asked."""
    share = np.arange(1, size + 1, dtype=np.float64) ** -power
    share /= share.sum()
    return share if draw is None else draw.permutation(share)


def _table(region: Region, cases: int, draw: np.random.Generator) -> Any:
    diagnosis = draw.choice(len(region.diagnoses), cases, p=region.diagnosis_share)
    lengths = np.where(draw.random(cases) < NO_PROCEDURE, 0, 1 + draw.poisson(0.8, cases))
    offsets = np.append(0, np.cumsum(lengths))
    of_case = np.repeat(np.arange(cases), lengths)
    choice = draw.choice(CHOICES, of_case.size, p=region.choice_share)
    is_rare = draw.random(of_case.size) < RARE_PROCEDURE
    procedure = np.where(
        is_rare, draw.integers(0, PROCEDURES, of_case.size), region.choices[diagnosis[of_case], choice]
    )
    log_cost = region.diagnosis_cost[diagnosis] + draw.normal(0.0, 0.5, cases)
    has_any = lengths > 0
    log_cost[has_any] += region.procedure_cost[procedure[offsets[:-1][has_any]]]
    columns = {
        "hospital_id": _coded(draw.choice(HOSPITALS, cases, p=region.hospital_share), region.hospitals),
        "insurance": _coded((draw.random(cases) >= EMPLOYEES).astype(np.int64), INSURANCES),
        "principal_diagnosis": _coded(diagnosis, region.diagnoses),
        "procedures": _lists(offsets, _coded(procedure, region.procedures)),
        "total_cost_yuan": _yuan(np.rint(np.exp(log_cost) * 100).astype(np.int64)),
    }
    fields = [pa.field(name, column.type, nullable=False) for name, column in columns.items()]
    return pa.Table.from_arrays([*columns.values()], schema=pa.schema(fields))


def _lists(offsets: I8, elements: Any) -> Any:
    """Lists without a blank element."""
    kind = pa.list_(pa.field("element", elements.type, nullable=False))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements, type=kind)


def _coded(ids: I8, values: tuple[str, ...]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(ids, pa.int32()), pa.array(values, pa.string()))


def _yuan(fen: I8) -> Any:
    """Fen as decimals of yuan: low and high words of 128 bits."""
    words = np.zeros((fen.size, 2), "<i8")
    words[:, 0] = fen
    return pa.Array.from_buffers(pa.decimal128(18, 2), fen.size, [None, pa.py_buffer(words)])
