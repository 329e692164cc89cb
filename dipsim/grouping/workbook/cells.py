"""The text of the cells of a sheet in one spelling; every change of spelling is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dipsim.cases.normalise import half_width, normalise_code, without_blanks
from dipsim.errors import Problem
from dipsim.grouping.drg_check import Anomaly, AnomalyKind
from dipsim.grouping.workbook.layout import BLANKS_ALLOWED, SheetColumn
from dipsim.grouping.workbook.sheets import Sheet

_CARRIAGE_RETURN = re.compile(r"(?:_x000D_|\r)\n?")
_INNER_BLANK = re.compile(r"[ \t\u00a0\u3000]{2,}|[ \t\u00a0\u3000]+\n")
_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")
_FULL_WIDTH_SIGN = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff0f\uff1c-\uff1e]")
"""Full-width digits, letters, slash and signs of comparison; Chinese punctuation in a name is as it should be."""
NO_ORDER = "0"
"""Stands for an order that cannot be read, so that the other checks can go on."""
_WHOLE = re.compile(r"[+-]?[0-9]+")


class CellReader:
    """Reads the columns of a sheet and gathers what is wrong and what is odd."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []
        self.anomalies: list[Anomaly] = []

    def texts(self) -> Mapping[str, list[str]]:
        """The text of each column by its name in the scheme folder, one entry a row."""
        return {column.name: list(self._column(column)) for column in self.sheet.columns}

    def _column(self, column: SheetColumn) -> Iterator[str]:
        spellings: dict[str, str] = {}
        for line, cell in self.sheet.cells(column.name):
            given = cell if isinstance(cell, str) else _written(cell)
            text = given
            if "\r" in given or "_x000D_" in given:
                text = _CARRIAGE_RETURN.sub("\n", given)
                self._note(AnomalyKind.CARRIAGE_RETURN, line, column, text)
            if text != text.strip():
                text = text.strip()
                self._note(AnomalyKind.OUTER_BLANK, line, column, text)
            if text not in spellings:
                spellings[text] = _spelling(text, column)
            yield self._spelled(text, spellings[text], line, column)

    def _spelled(self, text: str, spelling: str, line: int, column: SheetColumn) -> str:
        """The uniform spelling, after a note of what is odd and a problem for what no cell of the column may hold."""
        fault = _fault(text, column)
        if fault is not None:
            self.problems.append(Problem(self.sheet.place(line, column.name), *fault))
            return NO_ORDER if column.content == "order" else spelling
        if text != spelling:
            self._note(AnomalyKind.CODE_FORM, line, column, f"'{text}' -> '{spelling}'")
        if column.content == "rule" and _INNER_BLANK.search(text):
            self._note(AnomalyKind.INNER_BLANK, line, column, text)
        if column.content == "rule" and _FULL_WIDTH.search(text):
            self._note(AnomalyKind.FULL_WIDTH_RULE, line, column, text)
        if column.content == "name" and _FULL_WIDTH_SIGN.search(text):
            self._note(AnomalyKind.FULL_WIDTH_NAME, line, column, text)
        return spelling

    def _note(self, kind: AnomalyKind, line: int, column: SheetColumn, what: str) -> None:
        shown = " ".join(what.split())
        self.anomalies.append(Anomaly(kind, f"{self.sheet.name}:{line}", f"{column.header}: {shown}"))


def _fault(text: str, column: SheetColumn) -> tuple[str, str, str] | None:
    """What no cell of the column may hold: the fault, why (left open) and the next step."""
    if not text and column.content not in BLANKS_ALLOWED:
        return f"{column.header} is blank", "", "fill it in"
    if column.content == "order" and not _WHOLE.fullmatch(text):
        return f"'{text}' is not a whole number", "", "give the order"
    return None


def _spelling(text: str, column: SheetColumn) -> str:
    """The uniform spelling of a code; other text as it is."""
    if column.content == "icd":
        return normalise_code(text)
    return without_blanks(half_width(text)) if column.content in ("code", "table") else text


def _written(cell: object) -> str:
    """A number as Excel shows it: a whole one without `.0`."""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)
