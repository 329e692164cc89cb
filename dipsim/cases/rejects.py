"""Rejected rows: where each stands, what is wrong with it and what to do, in Chinese and English."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dipsim.cases.columns import COLUMNS


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is rejected and the next step; braces are filled with the details of a fault."""

    zh: str
    en: str


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "ragged_row": Reason(
            "本行有 {cells} 个单元格，表头有 {expected} 列；请查找缺少的分隔符或未加引号的分隔符",
            "{cells} cells, but {expected} columns; look for a missing or an unquoted delimiter",
        ),
        "blank_case_id": Reason(
            '病例标识为空；请补填，或在映射文件中写 case_id = "row_number"',
            'case_id is blank; fill it in, or say case_id = "row_number" in a mapping file',
        ),
        "duplicate_case_id": Reason(
            "同一病例标识还出现在 {places}；全部不予采用，请只保留一条",
            "the same case_id also stands at {places}; none is taken, keep one of them",
        ),
        "not_an_amount": Reason(
            "不是金额（元）；请写成 1234.50 的形式，千位分隔符须在映射文件 [format] 的 thousands 中说明",
            "not an amount in yuan; write it like 1234.50, or state thousands under [format] of a mapping file",
        ),
        "not_an_integer": Reason("不是整数；请改为整数或留空", "not a whole number; correct it or leave it blank"),
        "not_a_number": Reason("不是数字；请改正或留空", "not a number; correct it or leave it blank"),
        "not_a_date": Reason(
            "不是日期；请写成 2025-01-31 的形式（时间须为北京时间），或在映射文件 [format] 中写明 date_format；"
            "45688 一类的数字是 Excel 的日期序号，请把该列设为日期格式后重新保存",
            "not a date; write it like 2025-01-31 (times as in China), or state date_format in a mapping file; a "
            "number like 45688 is how Excel counts days: give the column a date format and save it again",
        ),
        "below_minimum": Reason("小于允许的最小值 {minimum}；请改正", "below the least allowed, {minimum}; correct it"),
        "number_for_code": Reason(
            "单元格 {cell} 存的是数字或日期，不是文本；47.0100 会变成 47.01；请按文本重新填写，或从系统导出 CSV",
            "cell {cell} holds a number or a date, no text, and 47.0100 becomes 47.01; fill it as text, or export CSV",
        ),
        "error_cell": Reason(
            "单元格 {cell} 是错误值（如 #REF!）；请修正公式，或改填数值",
            "cell {cell} holds an error, such as #REF!; correct the formula, or fill in the value",
        ),
        "unknown_category": Reason(
            "不在允许取值 {values} 之内；请改正，或在映射文件 [values.{field}] 中对应",
            "not among {values}; correct it, or translate it under [values.{field}] of a mapping file",
        ),
        "discharged_before_admitted": Reason(
            "出院日期早于入院日期 {admitted_on}；请核对两个日期",
            "discharged before admission on {admitted_on}; check both dates",
        ),
        "fees_not_total": Reason(
            "六项费用合计 {fees_yuan} 元，与总费用不符；请核对费用",
            "the six fees add up to {fees_yuan} yuan, not to the total; check the fees",
        ),
        "replaces_itself": Reason(
            "所替代的病例标识就是本病例；请填原病例的标识",
            "names itself as the case it replaces; name the earlier case",
        ),
        "replaced": Reason("已由病例 {by} 更正替代；无需处理", "replaced by the corrected claim {by}; nothing to do"),
        "no_main_code": Reason(
            "有其他编码而没有主要编码，且顺序不能说明何者为主；请标明主要编码，或在映射文件中写 without_main",
            "codes, but none is the main one, and their order does not say which; mark it, or say without_main in the "
            "mapping file",
        ),
        "two_main_codes": Reason(
            "{table} 表中有两行均标为主要：{places}；请只保留一行",
            "two rows of {table} are the main one: {places}; keep one",
        ),
        "rows_differ": Reason(
            "{table} 表中本病例有内容不同的多行：{places}；请只保留一行",
            "{table} has several rows of this case that differ: {places}; keep one",
        ),
        "blank_but_read": Reason(
            "为空，但 {reader} 需要读取；请补填", "blank, but {reader} reads it; fill it in or route the case elsewhere"
        ),
        "out_of_range": Reason(
            "不在 {minimum} 至 {maximum} 之间；请改正", "not between {minimum} and {maximum}; correct it"
        ),
        "unknown_group": Reason(
            "病种编码不在分值表中；请改正编码，或在分值表中补充",
            "no such group among the weights; correct the code, or add the group to the weights",
        ),
        "duplicate_cell": Reason(
            "同一医疗机构、险种、病种（及月份）还出现在第 {lines} 行；全部不予采用，请合并为一行",
            "the same hospital, insurance, group (and month) also stand in line {lines}; none is taken, join them",
        ),
        "reversed": Reason(
            "结算已冲正，不再申报费用；无需处理", "the claim was reversed and claims no money; nothing to do"
        ),
    }
)
"""Every reason by its stable key."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason to reject one row of a reading; `row` counts from 0.

    file, line   where the cell stands, when it is not in the row itself but in a further table
    """

    row: int
    field: str
    value: str
    reason: str
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """One reason why one row was rejected; a row has as many as it has faults. An identifier is never shown."""

    file: str
    line: int
    case_id: str
    field: str
    value: str
    reason: str
    text_zh: str
    text_en: str


def reject(file: str, line: int, case_id: str, fault: Fault) -> Reject:
    """The reject that a fault makes of the row at this place."""
    reason = REASONS[fault.reason]
    details = {"field": fault.field, **fault.details}
    spec = COLUMNS.get(fault.field)
    value = "" if spec is not None and spec.identifier else fault.value
    text_zh, text_en = reason.zh.format_map(details), reason.en.format_map(details)
    file, line = (fault.file, fault.line) if fault.file else (file, line)
    return Reject(file, line, case_id, fault.field, value, fault.reason, text_zh, text_en)
