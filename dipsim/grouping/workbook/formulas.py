"""Cells of an .xlsx file that hold a formula or an error such as #N/A.

Both are refused: they may read as blank, and a blank rule is true for every case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath
from xml.etree import ElementTree
from zipfile import ZipFile

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]+[0-9]+)"[^>]*>\s*<(?:\w+:)?f\b')
_ERROR = re.compile(rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+[0-9]+)"')


def unsafe_cells(path: Path) -> Mapping[str, Mapping[str, str]]:
    """The cells with a formula or an error, such as `C17`, and which of the two, of each sheet of a workbook."""
    with ZipFile(path) as parts:
        relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        sheets = ElementTree.fromstring(parts.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        files = {sheet.get("name", ""): targets.get(sheet.get(_RELATION), "") for sheet in sheets}
        stored = set(parts.namelist())
        return {name: _unsafe(parts.read(_part(target))) for name, target in files.items() if _part(target) in stored}


def _unsafe(sheet: bytes) -> Mapping[str, str]:
    formulas = {cell.decode(): "a formula" for cell in _FORMULA.findall(sheet)}
    return {**{cell.decode(): "an error" for cell in _ERROR.findall(sheet)}, **formulas}


def _part(target: str) -> str:
    """The part of the archive that a relation of the workbook points to."""
    return normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
