"""The smallest Excel workbook that can hold a published catalogue: texts, numbers and a hidden sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

Cell = str | float
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]], hidden: str) -> None:
    """Write the sheets in order, the one called `hidden` as a hidden sheet."""
    state = {True: "hidden", False: "visible"}
    numbers = range(1, len(sheets) + 1)
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{state[name == hidden]}" r:id="r{n}"/>'
        for n, name in zip(numbers, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPE}.worksheet+xml"/>' for n in numbers
    )
    main_part = f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    rels_type = f'<Default Extension="rels" ContentType="{RELATIONSHIPS}"/>'
    top = f'<Relationship Id="r0" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{rels_type}{main_part}{parts}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{top}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
    }
    files |= {f"xl/worksheets/sheet{n}.xml": sheet_xml(rows) for n, rows in zip(numbers, sheets.values(), strict=True)}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def sheet_xml(rows: Sequence[Sequence[Cell]]) -> str:
    """One sheet; an empty text is an empty cell."""
    lines = (
        f'<row r="{line}">{"".join(cell_xml(line, place, cell) for place, cell in enumerate(row))}</row>'
        for line, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def cell_xml(line: int, place: int, cell: Cell) -> str:
    """One cell in one of the first 26 columns."""
    where = f"{chr(ord('A') + place)}{line}"
    if isinstance(cell, str):
        return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>' if cell else ""
    return f'<c r="{where}"><v>{cell!r}</v></c>'
