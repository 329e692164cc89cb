"""Every verb of `dipsim` by name: where its function stands, and what it does in one line of each language.

A module named here is imported when its verb is called, so that the help of the others costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: `module:function` below dipsim.cli, and its line in the list."""

    place: str
    summary: str
    summary_zh: str

    def function(self) -> Any:
        """The function that carries it out."""
        module, _, name = self.place.partition(":")
        return getattr(import_module(f"dipsim.cli.{module}"), name)


@dataclass(frozen=True, slots=True)
class Family:
    """Verbs that share a first word: `scheme import`, `scheme learn`."""

    summary: str
    summary_zh: str
    verbs: Mapping[str, Verb]


VERBS: Mapping[str, Verb | Family] = {
    "demo": Verb("demo:demo", "the whole story on a made-up region", "演示全过程"),
    "init": Verb("init:init", "a policy folder to begin with", "新建本地政策文件夹"),
    "doctor": Verb("doctor:doctor", "whether this machine is ready", "检查运行环境"),
    "run": Verb("run:run", "pay hospitals by a scenario", "按情景付费"),
    "compare": Verb("compare:compare", "scenarios side by side", "情景比较"),
    "hospital": Verb("hospital:hospital", "one hospital from within", "单家医院视角"),
    "reconcile": Verb("reconcile:reconcile", "what was really paid, beside a run", "与实际结算对账"),
    "explain": Family(
        "why a case is paid so; a rule",
        "解释病例或规则",
        {
            "case": Verb("explain:case", "why a case is paid what it is paid", "解释一例病例"),
            "group": Verb("explain_group:group", "which rules and codes lead to a group", "解释一个病组"),
            "rule": Verb("explain:rule", "what a rule does and what its table holds", "解释一条规则"),
        },
    ),
    "group": Verb("group:group", "groups and statuses only", "只分组不付费"),
    "quality": Verb("quality:quality", "how good a grouping is, and its case mix", "分组效能与病例组合指数"),
    "scheme": Family(
        "import, learn, check, compare or show a scheme",
        "分组方案：导入、测算、检查、比较、查看",
        {
            "import": Verb(
                "scheme:import_table", "bring in a published catalogue or DRG workbook", "导入公布的目录或工作簿"
            ),
            "check": Verb("scheme_check:check_scheme", "whether a scheme holds together", "检查分组方案"),
            "diff": Verb(
                "scheme_diff:diff_schemes", "what a new scheme changes, and which cases move", "比较两个分组方案"
            ),
            "show": Verb(
                "scheme_show:show_scheme", "a scheme with its variants applied, or one group", "查看分组方案或病组"
            ),
            "learn": Verb("learn:learn", "learn a catalogue from past years", "用历史病例测算目录"),
        },
    ),
    "weights": Family(
        "import, learn, compare or check weights",
        "病组权重：导入、测算、比较、检查",
        {
            "import": Verb("weights_import:import_table", "bring in published weights", "导入公布的权重"),
            "learn": Verb(
                "weights_learn:learn_weights", "relative weights of a scheme from past years", "用历史病例测算权重"
            ),
            "diff": Verb("weights_diff:diff_weights", "what new weights say otherwise", "比较两套权重"),
            "check": Verb("weights_check:check_weights", "weights beside the groups of a scheme", "权重与分组方案对照"),
        },
    ),
    "map": Verb("map:map_columns", "propose a mapping for unknown headers", "为陌生表头建议映射"),
    "convert": Verb("convert:convert", "any case files as one canonical file", "转换为标准病例文件"),
    "synth": Verb("synth:synth", "make up cases", "生成模拟病例"),
    "list": Verb("policy:list_policy", "what policy there is", "列出政策文件"),
    "check": Verb("policy:check", "whether policy holds together", "检查政策文件"),
    "show": Verb("policy:show_values", "the values in force and their source", "查看取值与出处"),
}
