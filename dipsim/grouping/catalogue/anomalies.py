"""What is odd in a published catalogue: counted with examples, never silently repaired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

EXAMPLES_KEPT = 5


class AnomalyKind(Enum):
    """Each kind of oddity, with what the import does about it."""

    HIDDEN_SHEET = ("the sheet is hidden in the workbook; it was read", "工作表被隐藏；已读取")
    FORMULA = (
        "points that a formula computes; the value that the workbook keeps was read",
        "分值为公式；读取工作簿中保存的计算结果",
    )
    UNDECLARED_KIND = (
        "a kind of group that the header does not name; read as the mapping says",
        "病种类型取值不在表头说明内；按映射读取",
    )
    DIAGNOSIS_FORM = (
        "a diagnosis not in normal form, such as one with the filler .X; normalised",
        "诊断编码格式不规范（如占位符 .X）；已规范",
    )
    PROCEDURE_FORM = (
        "an operation not in normal form, such as one with an upper-case X; normalised",
        "手术操作编码格式不规范（如大写 X）；已规范",
    )
    LINE_BREAK = ("a line break inside a name; taken out", "名称内有换行；已去除")
    OTHER_JOIN = ("the cell joins other operations differently from the group code", "其他操作的连接符与病种编码不同")
    CODE_DISAGREES = (
        "the group code does not say what the columns say; the columns count",
        "病种编码与各列不一致；以各列为准",
    )
    SAME_KEY = (
        "composite groups with the same columns; told apart by the suffix of the code",
        "综合病种各列相同；以编码后缀区分",
    )
    DUPLICATE_ROW = ("a row that repeats another; read once", "重复行；只读一次")
    ROUNDED = ("a number with more than six decimals; rounded half to even", "小数超过六位；四舍六入五成双")
    NO_COST = (
        "a group without a row in the table of costs; its mean cost stays blank",
        "费用表中无此病种；次均费用留空",
    )
    NOT_IN_CATALOGUE = (
        "a row of the table of costs with cases, not in the catalogue; kept in outside_catalogue.csv",
        "费用表中有病例但目录无此病种；记入 outside_catalogue.csv",
    )
    UNGROUPED_ROW = (
        "a row of the table of costs without cases, not in the catalogue; left out",
        "费用表中无病例且目录无此病种；未导入",
    )
    MEAN_DIFFERS = (
        "the stated mean cost of all cases is not the mean over the rows weighted by cases; the stated one counts",
        "所列全部病例次均费用与按病例数加权的均值不同；以所列为准",
    )
    POINTS_DIFFER = (
        "points of the catalogue and of the costs differ; the catalogue counts",
        "目录与费用表的分值不同；以目录为准",
    )

    def __init__(self, label: str, label_zh: str) -> None:
        self.label = label
        self.label_zh = label_zh

    @property
    def key(self) -> str:
        """The name in tables, such as `upper_case_x`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of oddity: how many rows have it, and the first of them."""

    kind: AnomalyKind
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnomalyLog:
    """Collects oddities while a catalogue is read."""

    found: Mapping[AnomalyKind, list[str]] = field(default_factory=lambda: {kind: [] for kind in AnomalyKind})

    def note(self, kind: AnomalyKind, example: str) -> None:
        """Count one more row of this kind."""
        self.found[kind].append(example)

    def anomalies(self) -> tuple[Anomaly, ...]:
        """What was found, in the order of the kinds."""
        return tuple(
            Anomaly(kind, len(examples), tuple(examples[:EXAMPLES_KEPT]))
            for kind, examples in self.found.items()
            if examples
        )
