"""The tables of a report as an Excel workbook: one sheet each, exact numbers, the same bytes for the same results."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dipsim.money import FEN, MICRO
from dipsim.pipeline import Result
from dipsim.report.labels import Kind, Lang, Text, Value, formatted, term
from dipsim.report.lettering import columns as display_width
from dipsim.report.report_table import NUMBERS, ReportColumn, ReportTable
from dipsim.report.workbook_sheets import cover_rows, sheets

_CREATED = datetime.datetime(1980, 1, 1)  # noqa: DTZ001 - Excel knows no time zone; fixed, so that bytes repeat
_UNITS: dict[Kind, int] = {"yuan": FEN, "price": MICRO, "points": MICRO}
_FORMATS: dict[Kind, str] = {
    "count": "#,##0",
    "days": "#,##0",
    "yuan": "#,##0.00",
    "price": "0.000000",
    "points": "#,##0.000000",
    "ratio": "#,##0.0000",
    "decimal": "#,##0.0",
    "share": "0.00%",
    "change": "+0.00%;-0.00%;0.00%",
}
_NARROWEST, _WIDEST = 8, 56
_HEADER_ROWS = 2
_COVER = Text("About", "说明")


@dataclass(frozen=True, slots=True)
class _Styles:
    """The formats of a workbook; numbers by kind, those of the total in bold."""

    title: Format
    head: Format
    subhead: Format
    text: Format
    total: Format
    numbers: dict[Kind, Format]
    totals: dict[Kind, Format]


def write_workbook(results: Sequence[Result], path: Path, lang: Lang = "zh") -> None:
    """Write the workbook of one result, or of several with the baseline first; headers stand in both languages.

    Raises OSError; the caller puts the file in place.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    tables, content = sheets(results), io.BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": "dipsim", "created": _CREATED})
        styles = _styles(book)
        _write_cover(book.add_worksheet(_COVER.of(lang)), cover_rows(results, tables), styles, lang)
        for sheet in tables:
            _write_sheet(book.add_worksheet(sheet.name.of(lang)), sheet.table, styles, lang)
    path.write_bytes(content.getvalue())


def _styles(book: Workbook) -> _Styles:
    bold = {"bold": True, "top": 1}
    return _Styles(
        title=book.add_format({"bold": True, "font_size": 14}),
        head=book.add_format({"bold": True, "bg_color": "#F4F6F8", "text_wrap": True, "valign": "bottom"}),
        subhead=book.add_format({"font_color": "#5C5C5C", "bg_color": "#F4F6F8", "bottom": 1, "text_wrap": True}),
        text=book.add_format({"text_wrap": True, "valign": "top"}),
        total=book.add_format(bold),
        numbers={kind: book.add_format({"num_format": code, "valign": "top"}) for kind, code in _FORMATS.items()},
        totals={kind: book.add_format({"num_format": code, **bold}) for kind, code in _FORMATS.items()},
    )


def _write_cover(sheet: Worksheet, rows: Sequence[tuple[Text, Text]], styles: _Styles, lang: Lang) -> None:
    """What the workbook is, line by line: a label and what it says."""
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    for number, (label, told) in enumerate(rows):
        sheet.write_string(number, 0, label.of(lang), styles.title if number == 0 else styles.text)
        sheet.write_string(number, 1, told.of(lang), styles.title if number == 0 else styles.text)


def _write_sheet(sheet: Worksheet, table: ReportTable, styles: _Styles, lang: Lang) -> None:
    """A table: two frozen header rows, the rows with a filter, and the total below them."""
    columns = [column for column in table.columns if column.language in (None, lang)]
    sheet.freeze_panes(_HEADER_ROWS, 1)
    for number, column in enumerate(columns):
        first, second = (column.label_zh, column.label) if lang == "zh" else (column.label, column.label_zh)
        sheet.write_string(0, number, first, styles.head)
        sheet.write_string(1, number, second, styles.subhead)
        values = table.values(column.name)
        for row, value in enumerate(values, _HEADER_ROWS):
            _write_value(sheet, (row, number), value, column.kind, styles, lang)
        sheet.set_column(number, number, _width(column, [*values, table.total.get(column.name)], lang))
    if len(table):
        sheet.autofilter(1, 0, len(table) + 1, len(columns) - 1)
    if table.total:
        _write_total(sheet, table, columns, styles, lang)


def _write_total(
    sheet: Worksheet, table: ReportTable, columns: Sequence[ReportColumn], styles: _Styles, lang: Lang
) -> None:
    row = _HEADER_ROWS + len(table)
    for number, column in enumerate(columns):
        value = Text("Total", "合计").of(lang) if number == 0 else table.total.get(column.name)
        kind: Kind = "text" if number == 0 else column.kind
        _write_value(sheet, (row, number), value, kind, styles, lang, is_total=True)


def _write_value(
    sheet: Worksheet,
    place: tuple[int, int],
    value: Value,
    kind: Kind,
    styles: _Styles,
    lang: Lang,
    is_total: bool = False,
) -> None:
    """One cell: text as text, whatever it begins with; a number that is not known stays blank."""
    if kind not in NUMBERS:
        text = "" if value is None else str(value)
        style = styles.total if is_total else styles.text
        sheet.write_string(*place, term(text).of(lang) if kind == "term" and text else text, style)
        return
    style = (styles.totals if is_total else styles.numbers)[kind]
    if value is None or value != value:
        sheet.write_blank(*place, None, style)
    else:
        sheet.write_number(*place, float(value) / _UNITS.get(kind, 1), style)


def _width(column: ReportColumn, values: Sequence[Value], lang: Lang) -> int:
    """A column's width by display width: a Chinese character takes two."""
    if column.kind in NUMBERS:
        texts = [formatted(value, column.kind) for value in values if value is not None]
        longest = max(map(display_width, texts), default=0) + _decimals_not_shown(column.kind)
    else:
        texts = [term(str(value)).of(lang) for value in values if value]
        longest = max(map(display_width, texts), default=0)
    header = max(display_width(column.label), display_width(column.label_zh))
    return min(max(longest, min(header, 22), _NARROWEST) + 2, _WIDEST)


def _decimals_not_shown(kind: Kind) -> int:
    """How many signs a number of the workbook is longer than that of the page."""
    return {"yuan": 3, "price": 2, "points": 5, "share": 1}.get(kind, 0)
