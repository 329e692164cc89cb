"""Workbooks in the official six-sheet layout, small or of full size, whole or broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import xlsxwriter

HEADERS: Mapping[str, Sequence[str]] = {
    "MDC": ("编码", "名称", "规则", "排序"),
    "ADRG": ("编码", "名称", "规则", "所属MDC", "MDC内排序"),
    "DRG": ("编码", "名称", "规则", "所属ADRG", "所属MDC", "排序"),
    "集合": ("集合编号", "ICD编码", "ICD名称", "类型编号"),
    "CC": ("编码", "名称", "排除表", "类型"),
    "排除表": ("集合编号", "ICD编码", "名称"),
}
FIRST_ROW = 3
Sheets = dict[str, list[list[Any]]]
Plant = Callable[[Sheets], object]
"""Puts a fault or an oddity into a workbook."""

SMALL: Sheets = {
    "MDC": [
        ["MDCA", "先期分组", "", 1],
        ["MDCB", "神经系统疾病", "ZYZD in DI_B00", 2],
    ],
    "ADRG": [
        ["AA1", "移植", "ZYSS in OP_AA1", "MDCA", 1],
        ["BB1", "颅脑手术", "ZYSS in OP_BB1", "MDCB", 1],
        ["BQY", "无关手术", "ZYSS in OP_ALL", "MDCB", 2],
        ["BR1", "脑卒中", "ZYZD in DI_BR1", "MDCB", 3],
        ["B00", "其余", "", "MDCB", 4],
    ],
    "DRG": [
        ["AA19", "移植", "", "AA1", "MDCA", 1],
        ["BB11", "颅脑手术，伴MCC", "QTZD in MCC", "BB1", "MDCB", 1],
        ["BB15", "颅脑手术", "", "BB1", "MDCB", 2],
        ["BQY", "无关手术", "", "BQY", "MDCB", 1],
        ["BR13", "脑卒中，伴CC", "QTZD in {MCC, CC}", "BR1", "MDCB", 1],
        ["BR15", "脑卒中", "", "BR1", "MDCB", 2],
        ["B000", "其余", "", "B00", "MDCB", 1],
    ],
    "集合": [
        ["DI_B00", "I60.000", "蛛网膜下腔出血", "1"],
        ["DI_B00", "I63.900", "脑梗死", "1"],
        ["DI_B00", "G40.900", "癫痫", "1"],
        ["DI_BR1", "I60.000", "蛛网膜下腔出血", "1"],
        ["DI_BR1", "I63.900", "脑梗死", "1"],
        ["OP_AA1", "50.5900x001", "肝移植", "2"],
        ["OP_BB1", "01.2400", "开颅", "2"],
        ["OP_ALL", "01.2400", "开颅", "2"],
        ["OP_ALL", "50.5900x001", "肝移植", "2"],
        ["OP_ALL", "81.5100", "髋关节置换", "2"],
    ],
    "CC": [
        ["G40.900", "癫痫", "EX_1", "MCC"],
        ["I63.900", "脑梗死", "EX_2", "CC"],
    ],
    "排除表": [
        ["EX_1", "G40.900", "癫痫"],
        ["EX_2", "I63.900", "脑梗死"],
        ["EX_2", "I60.000", "蛛网膜下腔出血"],
    ],
}
"""A scheme without any oddity."""


def small() -> Sheets:
    return deepcopy(SMALL)


def put(sheet: str, row: int, column: int, value: object) -> Plant:
    """Another value in one cell; rows and columns of the data count from 0."""
    return lambda sheets: sheets[sheet][row].__setitem__(column, value)


def add(sheet: str, *cells: object) -> Plant:
    """One more row at the end."""
    return lambda sheets: sheets[sheet].append([*cells])


def write(
    path: Path,
    sheets: Sheets,
    headers: Mapping[str, Sequence[str]] = HEADERS,
    touch: Callable[[xlsxwriter.Workbook], object] | None = None,
) -> Path:
    """Write the sheets with a title in row 1, the header in row 2 and the data from row 3; `touch` comes last."""
    workbook = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        sheet.write_string(0, 0, f"{name} 表")
        for column, text in enumerate(headers[name]):
            sheet.write_string(1, column, text)
        for number, row in enumerate(rows, start=FIRST_ROW - 1):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(number, column, cell)
    if touch is not None:
        touch(workbook)
    workbook.close()
    return path


def full_size() -> Sheets:
    """As large as the official workbook: 100,000 rows of sets, 500 ADRGs, 870 DRGs, 8,000 CC, 21,000 exclusions."""
    codes = [f"{letter}{number:02}.{tail:03}" for letter in "BCDE" for number in range(99) for tail in range(60)]
    procedures = [f"{number:02}.{tail:04}" for number in range(1, 98) for tail in range(98)]
    sheets: Sheets = {"MDC": [], "ADRG": [], "DRG": [], "集合": [], "CC": [], "排除表": []}
    letters = "BCDEFGHIJKLMNOQRSTUVWXY"
    for order, letter in enumerate(letters, start=1):
        sheets["MDC"].append([f"MDC{letter}", f"大类{letter}", f"ZYZD in DI_{letter}00", order])
    sheets["集合"] += [["OP_ALL", code, "名称", "2"] for code in procedures]
    adrgs = list(_adrgs(letters))
    for number, (letter, adrg, order) in enumerate(adrgs):
        gate = letters.index(letter) * 1000
        kind, pool, first = ("OP", procedures, number * 37) if number % 2 else ("DI", codes, gate + order * 40)
        variable = "ZYSS" if number % 2 else "ZYZD"
        sheets["ADRG"].append([adrg, f"病组{adrg}", f"{variable} in {kind}_{adrg}", f"MDC{letter}", order])
        members = [pool[(first + step) % len(pool)] for step in range(99)]
        sheets["集合"] += [[f"{kind}_{adrg}", code, "名称", "2" if number % 2 else "1"] for code in members]
        split = number < 370
        if split:
            sheets["DRG"].append([f"{adrg}1", "伴MCC", "QTZD in MCC", adrg, f"MDC{letter}", 1])
        sheets["DRG"].append([f"{adrg}5", "其他", "", adrg, f"MDC{letter}", 2 if split else 1])
    for place, letter in enumerate(letters):
        pool = codes[place * 1000 : place * 1000 + 1000]
        sheets["集合"] += [[f"DI_{letter}00", code, "名称", "1"] for code in pool]
    missing = 100_000 - len(sheets["集合"])
    for number in range(missing):
        adrg = adrgs[2 * (number % 100)][1]
        sheets["集合"].append([f"DI_{adrg}", f"Z{number // 100:02}.{number:05}", "名称", "1"])
    sheets["CC"] = [
        [code, "名称", f"EX_{number % 148 + 1}", "MCC" if number % 5 == 0 else "CC"]
        for number, code in enumerate(codes[:8000])
    ]
    sheets["排除表"] = [[f"EX_{number % 148 + 1}", code, "名称"] for number, code in enumerate(codes[:21000])]
    return sheets


def _adrgs(letters: str) -> Iterator[tuple[str, str, int]]:
    """500 ADRGs as letter of the MDC, code and order, MDC by MDC."""
    for number in range(500):
        place = number % 22 + 1
        letter = letters[number // 22]
        yield letter, f"{letter}{'ABCDEFGHJK'[place // 9]}{place % 9 + 1}", place
