"""Cells of an .xlsx file that hold a formula: their values need not be in the file, so they are refused."""

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


def formula_cells(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The cells with a formula of each sheet of a workbook that opens, such as `C17`."""
    with ZipFile(path) as parts:
        relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        sheets = ElementTree.fromstring(parts.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        files = {sheet.get("name", ""): targets.get(sheet.get(_RELATION), "") for sheet in sheets}
        return {
            name: tuple(cell.decode() for cell in _FORMULA.findall(parts.read(_part(target))))
            for name, target in files.items()
            if _part(target) in parts.namelist()
        }


def _part(target: str) -> str:
    """The part of the archive that a relation of the workbook points to."""
    return normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
