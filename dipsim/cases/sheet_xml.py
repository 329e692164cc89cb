"""What the reader of workbooks does not tell of cells: errors such as #REF!, which it gives as blanks, and formulas.

Both are found in the XML of .xlsx and .xlsm files; the other formats keep them to themselves.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zlib
from lzma import LZMAError
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*\bt="e"[^>]*>')
_FORMULA_CELL = re.compile(rb"(<(?:\w+:)?c\s[^>]*>)\s*<(?:\w+:)?f\b")
_ADDRESS = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
DAMAGES = (
    *(BadZipFile, EOFError, LookupError, RuntimeError, ValueError),
    *(ElementTree.ParseError, LZMAError, struct.error, zlib.error),
)
"""What reading the XML of a damaged workbook may raise; LookupError and ValueError: it names an unknown encoding."""
XML_SUFFIXES = (".xlsx", ".xlsm")
"""Formats whose cells can be looked into."""


def error_cells(path: Path, sheet: str) -> frozenset[tuple[int, int]]:
    """Row from 1 and column from 0 of every cell of a sheet that holds an error; none where the format hides them.

    Raises one of `DAMAGES`.
    """
    return _cells(path, sheet, _ERROR_CELL)


def formula_cells(path: Path, sheet: str) -> frozenset[tuple[int, int]]:
    """Row from 1 and column from 0 of every cell of a sheet whose value is that of a formula; raises as above."""
    return _cells(path, sheet, _FORMULA_CELL)


def column_letters(column: int) -> str:
    """A, B, ..., Z, AA, ... for columns from 0."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _cells(path: Path, sheet: str, pattern: re.Pattern[bytes]) -> frozenset[tuple[int, int]]:
    if path.suffix.lower() not in XML_SUFFIXES:
        return frozenset()
    with ZipFile(path) as archive:
        member = _member(archive, sheet)
        text = archive.read(member) if member in archive.namelist() else b""
    found = (_ADDRESS.search(cell) for cell in pattern.findall(text))
    return frozenset((int(match[2]), _column_number(match[1].decode())) for match in found if match)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _member(archive: ZipFile, sheet: str) -> str:
    """The name in the archive of the XML of a sheet, '' when the workbook does not say."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {entry.get("Id", ""): entry.get("Target", "") for entry in relations}
    for entry in book.iter(f"{_MAIN}sheet"):
        if entry.get("name") == sheet:
            return posixpath.normpath(posixpath.join("/xl", targets.get(entry.get(_RELATION, ""), ""))).lstrip("/")
    return ""
