"""Mutations of bytes and of tables: a few edits each, all from one number that hypothesis draws.

Drawing each edit from hypothesis would take longer than reading what comes of it. A failure shows its edits.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

Rows: TypeAlias = list[list[str]]
"""A table as text, its header first."""

_FURTHEST = (1 << 16) - 1
_LONGEST_PIECE = 40
_EDITS = (1, 1, 2, 4)
_NASTY_SHARE = 0.7
NASTY_CELLS = (
    *("", " ", "\u3000", "-", "nan", "inf", "-inf", "None", "#REF!", "=1+1", '"', "a\nb", "\r", "\0", "\x1a", "\ufeff"),
    *("-1", "0", "1e300", "1e-300", "9" * 20, "9223372036854775807", "-9223372036854775808", "1,234.50", "12.345"),
    *("１２３", "１２.５", "²", "٣", "½", "1_000", "0x10", "+5", ".5", "5.", "1/2", "--1", "5E9999"),
    *("2025-02-30", "2025/1/3", "20250103", "2025年1月3日", "0000-00-00", "9999-12-31", "1-1-1", "45688"),
    *("I10", "i10.x00", "Ｉ10.x00", "I10|", "|", "||I10", "47.01", "x" * 300, "病" * 50, "\U0001f600", "e\u0301"),
)
NASTY_BYTES = (
    *(cell.encode() for cell in NASTY_CELLS if cell),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x80", b"\xb2\xa1", "病例".encode("gb18030")),
    *(
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r\n",
        b"\r\r\n",
        b'""',
        b"'",
        b"\\",
        b"[",
        b"]",
        b"[[",
        b"{",
        b"}",
        b"=",
        b".",
        b"#",
    ),
    *(
        b"true",
        b"1979-05-27",
        b"[1, 2]",
        b"{ a = 1 }",
        b"[a.b]\n",
        b"\x00\x00\x00\x00",
        b"\xff\xff\xff\x7f",
        b"PAR1",
        b"PK",
    ),
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change at a place; a place beyond the end counts again from the beginning."""

    kind: str
    at: int
    length: int
    piece: bytes


@dataclass(frozen=True, slots=True)
class TableEdit:
    """One change of a table at a row and a column, and what another row, column or cell has to do with it."""

    kind: str
    row: int
    column: int
    other: int
    cell: str


_ON_BYTES: Mapping[str, Callable[[bytes, int, Edit], bytes]] = {
    "overwrite": lambda data, at, edit: data[:at] + edit.piece + data[at + len(edit.piece) :],
    "insert": lambda data, at, edit: data[:at] + edit.piece + data[at:],
    "delete": lambda data, at, edit: data[:at] + data[at + edit.length :],
    "repeat": lambda data, at, edit: data[: at + edit.length] + data[at:],
    "flip": lambda data, at, edit: data[:at] + bytes([data[at] ^ 1 << edit.length % 8]) + data[at + 1 :],
    "cut": lambda data, at, edit: data[:at],
}


def mutated(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Bytes after some edits."""
    for edit in edits:
        if data:
            data = _ON_BYTES[edit.kind](data, edit.at % len(data), edit)
    return data


def edits_of_bytes(random: Random) -> list[Edit]:
    """The edits of one mutation."""
    return [
        Edit(
            random.choice(_BYTE_KINDS),
            random.randint(0, _FURTHEST),
            random.randint(1, _LONGEST_PIECE),
            random.choice(NASTY_BYTES) if random.random() < _NASTY_SHARE else random.randbytes(random.randint(1, 4)),
        )
        for _ in range(random.choice(_EDITS))
    ]


def _on_columns(change: Callable[[list[str], int, int], object]) -> Callable[[Rows, TableEdit], None]:
    """A change of every row at two columns."""

    def apply(rows: Rows, edit: TableEdit) -> None:
        for row in rows:
            if row:
                change(row, edit.column % len(row), edit.other % len(row))

    return apply


def _set_cell(rows: Rows, row: int, column: int, cell: str) -> None:
    if rows[row]:
        rows[row][column % len(rows[row])] = cell


def _swap_rows(rows: Rows, edit: TableEdit) -> None:
    one, other = edit.row % len(rows), edit.other % len(rows)
    rows[one], rows[other] = rows[other], rows[one]


_ON_TABLES: Mapping[str, Callable[[Rows, TableEdit], object]] = {
    "set a cell": lambda rows, edit: _set_cell(rows, edit.row % len(rows), edit.column, edit.cell),
    "set a cell below the header": lambda rows, edit: _set_cell(rows, -1, edit.column, edit.cell),
    "rename a column": lambda rows, edit: _set_cell(rows, 0, edit.column, edit.cell),
    "drop a column": _on_columns(lambda row, column, _: row.pop(column)),
    "double a column": _on_columns(lambda row, column, _: row.append(row[column])),
    "move a column": _on_columns(lambda row, column, other: row.insert(other, row.pop(column))),
    "swap rows": _swap_rows,
    "double a row": lambda rows, edit: rows.append([*rows[edit.row % len(rows)]]),
    "drop a row": lambda rows, edit: rows.pop(edit.row % len(rows)) if len(rows) > 1 else None,
    "shorten a row": lambda rows, edit: rows[edit.row % len(rows)].__delitem__(slice(edit.column, None)),
    "lengthen a row": lambda rows, edit: rows[edit.row % len(rows)].append(edit.cell),
}

_BYTE_KINDS, _TABLE_KINDS = sorted(_ON_BYTES), sorted(_ON_TABLES)


def edits_of_tables(random: Random) -> list[TableEdit]:
    """The edits of one mutation."""
    return [
        TableEdit(
            kind=random.choice(_TABLE_KINDS),
            row=random.randint(0, _FURTHEST),
            column=random.randint(0, _FURTHEST),
            other=random.randint(0, _FURTHEST),
            cell=random.choice(NASTY_CELLS) if random.random() < _NASTY_SHARE else chr(random.randint(0, 0x10FFFF)),
        )
        for _ in range(random.choice(_EDITS))
    ]


def mutated_table(rows: Rows, edits: Sequence[TableEdit]) -> Rows:
    """A table after some edits."""
    changed = [[*row] for row in rows]
    for edit in edits:
        _ON_TABLES[edit.kind](changed, edit)
    return changed


def table_of(text: str) -> Rows:
    """The cells of a CSV text."""
    return list(csv.reader(io.StringIO(text, newline="")))


def csv_bytes(rows: Rows, codec: str = "utf-8") -> bytes:
    """A table as CSV; a lone surrogate, which no encoding has, becomes a question mark."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode(codec, errors="replace")
