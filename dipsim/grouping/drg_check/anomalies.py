"""What is odd in a DRG scheme, each kind with what is done about it; nothing is silently repaired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum


class AnomalyKind(Enum):
    """Each kind of oddity: what it is and what is kept, in English and in Chinese."""

    HIDDEN_SHEET = ("the sheet is hidden in the workbook", "read", "工作表被隐藏", "已读取")
    OTHER_SHEET = ("a sheet that is none of the six", "not read", "六张工作表以外的工作表", "未读取")
    OTHER_COLUMN = ("a column that the format does not know", "not read", "格式以外的列", "未读取")
    DUPLICATE_ROW = ("a row that repeats another", "read once", "重复行", "只读一次")
    CODE_FORM = (
        "a code with blanks, full-width characters or an upper-case X",
        "the uniform spelling",
        "编码含空格、全角字符或大写 X",
        "保留规范写法",
    )
    CODE_OTHER_KIND = (
        "a code that is no diagnosis where diagnoses are listed (a letter, digits), or no operation (digits)",
        "as it is",
        "诊断列表中的编码不像诊断编码（字母加数字），或手术列表中的编码不像手术编码（数字）",
        "照录",
    )
    NAME_DIFFERS = ("one code under several names", "each row as it is", "同一编码名称不同", "各行照录")
    BLANK_NAME = ("a row without a name", "as it is", "名称为空", "照录")
    FULL_WIDTH_NAME = (
        "full-width letters, digits or comparison signs in a name",
        "as it is",
        "名称含全角字母、数字或比较符号",
        "照录",
    )
    FULL_WIDTH_RULE = (
        "full-width characters in a rule",
        "the text; read as the usual ones",
        "规则含全角字符",
        "原文照录；按半角读取",
    )
    CARRIAGE_RETURN = (
        "a carriage return in a cell, which Excel may show as _x000D_",
        "a plain line break",
        "单元格含回车符（或显示为 _x000D_）",
        "保留为换行",
    )
    OUTER_BLANK = ("blanks around the text of a cell", "the text without them", "单元格首尾有空白", "去除首尾空白")
    INNER_BLANK = (
        "a double blank, or a blank before a line break, in a rule",
        "the text; read as one blank",
        "规则含连续空格或行尾空格",
        "原文照录；按一个空格读取",
    )
    SHEET_ORDER = (
        "the sheet lists rows in another order than they are to be tried",
        "the stated order counts",
        "表中行序与排序不同",
        "以排序为准",
    )
    MDC_DISAGREES = (
        "a DRG row that names another MDC than its ADRG does",
        "the MDC of the ADRG counts",
        "DRG 行的 MDC 与其 ADRG 所属 MDC 不同",
        "以 ADRG 所属 MDC 为准",
    )
    CODE_OF_ANOTHER_PARENT = (
        "an ADRG or DRG whose code does not begin like that of its MDC or ADRG",
        "the stated parent counts",
        "ADRG 或 DRG 编码的开头与所属 MDC 或 ADRG 不符",
        "以所属列为准",
    )
    COLUMN_LEFT_OUT = (
        "a sheet without a column that nothing reads",
        "taken as blank",
        "工作表缺少计算中不使用的列",
        "视为空白",
    )
    TYPE_DISAGREES = (
        "a set of another type than most sets that begin alike",
        "the type is kept and nothing reads it",
        "集合类型编号与同前缀的集合不同",
        "照录，计算中不使用",
    )
    TWO_TABLES = (
        "a principal diagnosis in two exclusion tables",
        "the first row counts",
        "同一主要诊断在两张排除表中",
        "以首行为准",
    )
    REPEATED_ORDER = (
        "rows of one parent with the same order",
        "tried as they stand, fallback rows last",
        "同一上级下排序重复",
        "按行序，兜底行最后",
    )
    FALLBACK_NOT_LAST = (
        "a fallback row whose order is not the last of its MDC",
        "tried last all the same",
        "兜底行的排序不是所属 MDC 的最后",
        "仍最后判断",
    )
    ORDER_GAP = (
        "orders of one parent that do not run from 1 without a gap",
        "the orders as they are",
        "同一上级下排序不从 1 连续",
        "照录",
    )
    NEVER_HOLDS = (
        "a row whose rule no case fulfils, by itself or beside those of its MDC and ADRG",
        "as it is",
        "规则自相矛盾，或与所属 MDC、ADRG 的规则矛盾，任何病例都不满足",
        "照录",
    )
    UNREACHABLE_ROW = (
        "a row that no case reaches, since earlier ones (named behind it) take every case that it would take",
        "as it is",
        "不可达的行：其全部病例已被之前的行（列于其后）取走",
        "照录",
    )
    MDC_WITHOUT_ADRG = ("an MDC without an ADRG", "as it is", "MDC 下无 ADRG", "照录")
    ADRG_WITHOUT_DRG = (
        "an ADRG without a DRG; every case goes on to the next ADRG",
        "as it is",
        "ADRG 下无 DRG，病例转入下一 ADRG",
        "照录",
    )
    LAST_DRG_HAS_RULE = (
        "the last DRG of an ADRG has a rule; a case that does not fulfil it goes on to the next ADRG",
        "as it is",
        "ADRG 的最后一个 DRG 有条件，不满足者转入下一 ADRG",
        "照录",
    )
    UNUSED_SET = ("a set that no rule names", "as it is", "没有规则引用的集合", "照录")
    SET_PREFIX = (
        "a set whose name begins with neither DI nor OP",
        "as it is",
        "集合名称前缀不是 DI 或 OP",
        "照录",
    )
    SET_OTHER_KIND = (
        "a rule that looks for diagnoses in a set of procedures, or the reverse",
        "as it is; it holds for no case",
        "规则在手术集合中找诊断，或相反",
        "照录；对任何病例均不成立",
    )
    SET_NUMBERING = (
        "sets of a group with a lone number, a gap between numbers, or with and without a number",
        "as it is",
        "同一病组的集合只有一个编号、编号不连续，或有编号与无编号并存",
        "照录",
    )
    CC_WITHOUT_TABLE = (
        "a complication that names no exclusion table",
        "as it is; nothing excludes it",
        "CC 行未写排除表",
        "照录；无排除",
    )
    TABLE_WITHOUT_ROWS = (
        "a complication that refers to an exclusion table without rows",
        "as it is; nothing excludes it",
        "CC 引用的排除表没有行",
        "照录；无排除",
    )
    UNUSED_TABLE = (
        "an exclusion table that no complication refers to",
        "as it is",
        "没有 CC 引用的排除表",
        "照录",
    )
    TABLE_NUMBERING = (
        "numbers of exclusion tables that do not run from 1 without a gap",
        "as it is",
        "排除表编号不从 1 连续",
        "照录",
    )
    CC_NOT_EXCLUDED = (
        "a complication that is in no exclusion table; as principal diagnosis it excludes nothing",
        "as it is",
        "CC 编码不在任何排除表中，作主要诊断时无排除",
        "照录",
    )
    NOT_IN_SETS = (
        "a code of the complications or exclusion tables that is in no set",
        "as it is",
        "CC 或排除表的编码不在任何集合中",
        "照录",
    )
    NOT_IN_CODE_LIST = ("a code that the list of codes does not have", "as it is", "编码不在编码库中", "照录")
    WEIGHT_GAP = (
        "weights between two limits that no rule takes",
        "as it is; weights are whole grams",
        "两个体重界限之间无规则覆盖",
        "照录；体重按整克",
    )

    def __init__(self, label: str, kept: str, label_zh: str, kept_zh: str) -> None:
        self.label = label
        self.kept = kept
        self.label_zh = label_zh
        self.kept_zh = kept_zh

    @property
    def key(self) -> str:
        """The name in tables, such as `duplicate_row`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One oddity: where (`sheet:row`, or a sheet or file as a whole) and of what, in codes that need no language."""

    kind: AnomalyKind
    where: str
    what: str


def counted(anomalies: Iterable[Anomaly]) -> Mapping[AnomalyKind, int]:
    """How often each kind occurs, in the order of the kinds."""
    counts = Counter(anomaly.kind for anomaly in anomalies)
    return {kind: counts[kind] for kind in AnomalyKind if counts[kind]}
