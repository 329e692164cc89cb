"""What a reading has to say: columns left out or absent, words changed or odd, further tables, codes in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from dipsim.cli.answer import Screen

if TYPE_CHECKING:
    from dipsim.cases.code_map import CodeWarning
    from dipsim.cases.joining import TableAccount
    from dipsim.cases.normalise import Change
    from dipsim.cases.read import CaseReading

LEFT_OUT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ragged_row": ("rows of another length than the header", "行的列数与表头不符"),
        "blank_key": ("rows without a key", "关键字为空的行"),
        "no_such_case": ("rows whose case is not in the case file", "病例文件中没有对应病例的行"),
        "other_kind": ("rows of another kind, as the mapping says", "按映射文件排除的其他类别的行"),
        "blank_code": ("rows without a code", "编码为空的行"),
        "repeated": ("rows that repeat another row", "重复的行"),
        "no_main_code": ("rows of cases without a main code", "没有主要编码的病例的行"),
    }
)
"""Every reason why a row of a further table was not used."""
DOUBTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "means_two_things": (
            "were translated and are insurance codes of another meaning too: make sure that the cases are clinical",
            "已转换，但同一编码在医保版中另有含义，请确认病例确为临床版编码",
        ),
        "leads_to_two_codes": (
            "lead to two insurance codes each and were left as they are",
            "对应两个医保版编码，未转换",
        ),
        "not_in_code_map": ("are not in the code map and were left as they are", "不在编码映射表中，未转换"),
    }
)
"""Every doubt about a code, after `codes`."""


CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "full_width": "全角改半角",
        "blanks": "去除空白",
        "letter_case": "统一大小写",
        "blank_main": "首位为空，以后面的编码为主要手术操作",
        "rounded_to_fen": "四舍五入到分",
        "when_blank": "空值由另一列补出",
        "code_map": "临床版编码转换为医保版",
    }
)
"""Every kind of change of a cell."""


def reading_notes(reading: CaseReading, screen: Screen) -> Iterator[str]:
    """The notes in the reader's language, a line each: a misspelt column is seen before it is missed."""
    words = screen.words
    for ignored in reading.ignored_columns:
        hint = f"; {ignored.hint}" if ignored.hint else ""
        yield words(
            f"column '{ignored.column}' is not in the data dictionary and was left out{hint}",
            f"列 '{ignored.column}' 不在数据字典中，已略去{hint}",
        )
    for change in reading.changes:
        yield _change_note(change, screen)
    for column in reading.absent_columns:
        yield words(
            f"the files lack what the mapping names for {column}: it is left out",
            f"文件中没有映射到 {column} 的列，已略去",
        )
    for account in reading.tables:
        yield from _table_notes(account, screen)
    for warning in reading.code_warnings:
        yield _code_note(warning, screen)


def _change_note(change: Change, screen: Screen) -> str:
    from dipsim.cases.normalise import LOOKS_BLANK, LOOKS_SHORTENED

    words, column, cells = screen.words, change.column, f"{change.cells:,}"
    before, after = change.examples[0].before, change.examples[0].after
    if change.kind == LOOKS_BLANK:
        return words(
            f"{column}: '{before}' in {cells} cells is taken as a value; if it means a blank, "
            f"say blanks = ['{before}'] under [format] of a mapping file",
            f"{column}：{cells} 处的 '{before}' 按取值读入；"
            f"如表示空白，请在映射文件 [format] 中写 blanks = ['{before}']",
        )
    if change.kind == LOOKS_SHORTENED:
        return words(
            f"{column}: {cells} cells hold a number as a spreadsheet cuts it short, like 1.23E+17; export it as text",
            f"{column}：{cells} 处为电子表格截短的数字（如 1.23E+17），请按文本格式重新导出",
        )
    return words(
        f"{column}: {change.kind} changed in {cells} cells, as {before!r} -> {after!r}",
        f"{column}：{cells} 处{CHANGES[change.kind]}，如 {before!r} -> {after!r}",
    )


def _table_notes(account: TableAccount, screen: Screen) -> Iterator[str]:
    words = screen.words
    left = sum(part.rows for part in account.left_out)
    yield words(
        f"{account.table}: {account.rows:,} rows = {account.used:,} used + {left:,} left out; "
        f"{account.cases_without:,} cases have none",
        f"{account.table}：{account.rows:,} 行 = 采用 {account.used:,} + 未采用 {left:,}；"
        f"{account.cases_without:,} 例没有对应行",
    )
    for part in account.left_out:
        english, chinese = LEFT_OUT[part.reason]
        yield f"{account.table}: {part.rows:,} {words(english, chinese)}: {', '.join(part.places)}"


def _code_note(warning: CodeWarning, screen: Screen) -> str:
    english, chinese = DOUBTS[warning.kind]
    examples = ", ".join(warning.examples)
    return screen.words(
        f"{warning.column}: {warning.codes:,} codes in {warning.cells:,} cells {english}: {examples}",
        f"{warning.column}：{warning.codes:,} 个编码（{warning.cells:,} 处）{chinese}：{examples}",
    )
