"""What is mutated and who reads it: sound files by name, the one that changes, and the reader."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet
import xlsxwriter

from dipsim.cases.aggregates import Calendar, read_aggregates
from dipsim.cases.code_map import read_code_map
from dipsim.cases.companions import read_budget, read_hospitals
from dipsim.cases.mapping import mapping_of, read_mapping
from dipsim.cases.read import CaseReading, read_cases
from dipsim.cases.year_tables import read_assessment, read_carry, read_deductions, read_prepaid
from dipsim.grouping.drg.language import parse
from dipsim.inputs import read_point_values
from dipsim.lab.settlements import read_settlement
from dipsim.learn.rules import read_rules
from dipsim.paths import PolicyRoots, policy_roots
from dipsim.policy.drg_folder import read_drg_scheme
from dipsim.policy.scheme import read_procedure_classes, read_scheme
from dipsim.policy.weights import read_weights
from dipsim.scenario import load_scenario
from tests.property import seeds
from tests.property.mutating import edits_of_bytes, mutated, table_of
from tests.unit.policy import small_drg

FOREIGN = mapping_of(tomllib.loads(seeds.MAPPING), "mapping.toml")
FURTHER = mapping_of(tomllib.loads(seeds.TABLES_MAPPING), "mapping.toml")
BUNDLED = policy_roots(None).roots
RULES = (BUNDLED[0] / "groupers" / "learn" / "dip-national.toml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of one or more files below a folder; `mutable` are those of them that change."""

    read: Callable[[Path], object]
    files: Mapping[str, bytes]
    mutable: tuple[str, ...] = field(default=())

    @property
    def changing(self) -> tuple[str, ...]:
        """The files that change: all of them when none is named."""
        return self.mutable or tuple(self.files)


def accounted(reading: CaseReading) -> None:
    """Every row is accepted or rejected, with a reason and a text in both languages."""
    counts = reading.counts
    assert counts.rows_in == counts.accepted + counts.rejected
    assert len(reading.cases) == counts.accepted
    assert counts.rows_in == reading.files[0].rows
    assert len({(row.file, row.line) for row in reading.rejects}) >= (1 if counts.rejected else 0)
    assert all(row.text_zh and row.text_en and "{" not in row.text_en for row in reading.rejects)


def _one(name: str, read: Callable[[Path], object], text: str, codec: str = "utf-8") -> Target:
    return Target(lambda folder: read(folder / name), {name: text.encode(codec)})


def _cases(path: Path) -> None:
    accounted(read_cases([path]))


def _foreign_cases(path: Path) -> None:
    accounted(read_cases([path], FOREIGN))


def _further_cases(folder: Path) -> None:
    reading = read_cases([folder / "cases.csv"], FURTHER)
    accounted(reading)
    for table in reading.tables:
        assert table.rows == table.used + sum(left.rows for left in table.left_out)


def _cells(path: Path) -> None:
    reading = read_aggregates(path, (), Calendar("discharged_on", 2025))
    counts = reading.counts
    assert counts.rows_in == counts.accepted + counts.rejected


def _roots(folder: Path) -> PolicyRoots:
    return PolicyRoots((folder, *BUNDLED))


def _in(folder: str, files: Mapping[str, str]) -> dict[str, bytes]:
    return {f"{folder}/{name}": text.encode() for name, text in files.items()}


SCHEME_FILES = _in(
    "groupers/small",
    {
        "scheme.toml": seeds.SCHEME,
        "groups.csv": seeds.GROUPS,
        "procedure_classes.csv": seeds.PROCEDURE_CLASSES,
        "procedure_treatments.csv": seeds.PROCEDURE_TREATMENTS,
    },
)
WEIGHT_FILES = _in(
    "weights/small",
    {
        "weights.toml": seeds.WEIGHTS,
        "group_points.csv": seeds.GROUP_POINTS,
        "level_means.csv": seeds.LEVEL_MEANS,
        "hospital_factors.csv": seeds.HOSPITAL_FACTORS,
        "grassroots.csv": seeds.GRASSROOTS,
    },
)
SCENARIO_FILES = _in("scenarios", {"mine/here.toml": seeds.SCENARIO, "overlays/mine.toml": seeds.OVERLAY})
DRG_FILES = _in("groupers/small", small_drg.BASE)

CASES = {
    "cases in UTF-8": _one("cases.csv", _cases, seeds.CASES),
    "cases in GB18030": _one("cases.csv", _cases, seeds.CASES, "gb18030"),
    "cases through a mapping": _one("export.csv", _foreign_cases, seeds.FOREIGN_CASES),
    "cases and further tables": Target(_further_cases, {k: v.encode() for k, v in seeds.TABLES.items()}),
}
COMPANIONS = {
    "hospitals": _one("hospitals.csv", read_hospitals, seeds.HOSPITALS),
    "budget": _one("budget.csv", read_budget, seeds.BUDGET),
    "prepaid": _one("prepaid.csv", read_prepaid, seeds.PREPAID),
    "assessment": _one("assessment.csv", read_assessment, seeds.ASSESSMENT),
    "deductions": _one("deductions.csv", read_deductions, seeds.DEDUCTIONS),
    "carry": _one("carry.csv", read_carry, seeds.CARRY),
    "point_values": _one("point_values.csv", read_point_values, seeds.POINT_VALUES),
    "cells": _one("cells.csv", _cells, seeds.CELLS),
    "a code map": _one("map.csv", read_code_map, seeds.CODE_MAP),
    "procedure classes": _one("classes.csv", read_procedure_classes, seeds.PROCEDURE_CLASSES),
    "a settlement": _one("settlement.csv", read_settlement, seeds.SETTLEMENT),
}
POLICY = {
    "a mapping": _one("mapping.toml", read_mapping, seeds.MAPPING),
    "a mapping with tables": _one("mapping.toml", read_mapping, seeds.TABLES_MAPPING),
    "a scheme": Target(lambda folder: read_scheme(folder / "groupers/small"), SCHEME_FILES),
    "weights": Target(lambda folder: read_weights(folder / "weights/small"), WEIGHT_FILES),
    "a DRG scheme": Target(lambda folder: read_drg_scheme(folder / "groupers/small", _roots(folder)), DRG_FILES),
    "rules of learning": _one("rules.toml", read_rules, RULES),
    "a scenario": Target(
        lambda folder: load_scenario("mine/here", _roots(folder)),
        {**SCHEME_FILES, **WEIGHT_FILES, **SCENARIO_FILES},
        tuple(SCENARIO_FILES),
    ),
}


def read_rule(text: bytes) -> None:
    """A rule of a DRG scheme."""
    parse(text.decode(errors="replace"))


# ---- containers


def _parquet(is_dictionary: bool) -> bytes:
    """The cases as Parquet, text or dictionaries of text with codes in lists."""
    header, *rows = table_of(seeds.CASES)
    columns = {name: pa.array([cell or None for cell in cells]) for name, *cells in zip(header, *rows, strict=True)}
    if is_dictionary:
        columns = {name: column.dictionary_encode() for name, column in columns.items()}
        lists = [code.split("|") for code in columns["other_diagnoses"].fill_null("").to_pylist()]
        columns["other_diagnoses"] = pa.array(lists, pa.list_(pa.string()))
    stream = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def _workbook() -> bytes:
    """The cases as a workbook, amounts and lengths of stay as numbers, one of them an error."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("病例")
        for line, row in enumerate(table_of(seeds.CASES)):
            for place, cell in enumerate(row):
                if line and cell.replace(".", "").isdigit():
                    sheet.write_number(line, place, float(cell))
                elif cell:
                    sheet.write_string(line, place, cell)
        sheet.write_formula(3, 4, "=1/0", value="#DIV/0!")
    return stream.getvalue()


def repacked(data: bytes, random: Random) -> bytes:
    """A workbook with one of its parts mutated, zipped again so that no checksum tells."""
    with ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chosen = random.choice(sorted(parts))
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, mutated(part, edits_of_bytes(random)) if name == chosen else part)
    return stream.getvalue()


CONTAINERS = {
    "Parquet of text": Target(lambda folder: _cases(folder / "cases.parquet"), {"cases.parquet": _parquet(False)}),
    "Parquet of dictionaries": Target(
        lambda folder: _cases(folder / "cases.parquet"), {"cases.parquet": _parquet(True)}
    ),
    "a workbook": Target(lambda folder: _cases(folder / "cases.xlsx"), {"cases.xlsx": _workbook()}),
    "a workbook's parts": Target(lambda folder: _cases(folder / "cases.xlsx"), {"cases.xlsx": _workbook()}),
}
