"""The words of reports in Chinese and English, and numbers as a reader sees them; terms follow GLOSSARY.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from dipsim.grouping.result import Status
from dipsim.money import FEN, MICRO, half_even
from dipsim.registry import RULES

Lang: TypeAlias = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
Kind: TypeAlias = Literal[
    "text", "code", "term", "count", "yuan", "price", "points", "ratio", "days", "decimal", "share", "change"
]
Value: TypeAlias = str | int | float | None
NO_VALUE = "–"
_PLACES: Mapping[str, tuple[int, int]] = {"yuan": (FEN, 0), "price": (MICRO, 4), "points": (MICRO, 1)}
"""Kinds held as whole units: how many make one, and the decimals that are shown."""


class Text(NamedTuple):
    """One phrase in both languages."""

    en: str
    zh: str

    def of(self, lang: Lang) -> str:
        """The phrase in one language."""
        return self.en if lang == "en" else self.zh


def same(text: str) -> Text:
    """A name that is the same in both languages."""
    return Text(text, text)


_STATUS_EN = {
    Status.CORE: "core group",
    Status.COMPOSITE: "composite group",
    Status.BROUGHT: "group brought by the case",
    Status.NO_MATCH: "no group matches",
    Status.NO_PROCEDURE_CLASS: "class of a procedure unknown",
    Status.NO_PRINCIPAL_DIAGNOSIS: "no principal diagnosis",
    Status.EXCLUDED_DIAGNOSIS: "diagnosis excluded from grouping",
    Status.GROUPED: "grouped",
    Status.FALLBACK: "no finer group than the MDC (00)",
    Status.SURGERY_UNRELATED: "operation unrelated to the diagnosis (QY)",
    Status.UNGROUPABLE: "no rule matches",
    Status.UNKNOWN_DIAGNOSIS: "diagnosis unknown to the scheme",
}

TERMS: Mapping[str, Text] = {
    **{key: Text(key.replace("_", " "), label_zh) for rule in RULES for key, label_zh in rule.flags},
    "all": Text("All", "合计"),
    "employee": Text("Employee", "职工"),
    "resident": Text("Resident", "居民"),
    "other": Text("Other", "其他"),
    "tertiary": Text("Tertiary", "三级"),
    "secondary": Text("Secondary", "二级"),
    "primary": Text("Primary", "一级及以下"),
    "unknown": Text("Unknown", "未知"),
    "general": Text("general", "综合"),
    "tcm": Text("TCM", "中医"),
    "psychiatric": Text("psychiatric", "精神专科"),
    "maternal_child": Text("maternal and child", "妇幼"),
    "specialist": Text("specialist", "专科"),
    "rehabilitation": Text("rehabilitation", "康复"),
    "township": Text("township", "乡镇卫生院"),
    "community": Text("community", "社区卫生"),
    "none": Text("none binds", "未触发"),
    "scaled": Text("rates scaled down to the ceiling", "按总额等比例下调"),
    "minimum": Text("lowest value binds", "触发下限"),
    "maximum": Text("highest value binds", "触发上限"),
    "normal": Text("normal", "正常病例"),
    "low_outlier": Text("low outlier", "低倍率病例"),
    "high_outlier": Text("high outlier", "高倍率病例"),
    "extreme": Text("extreme cost", "极高费用病例"),
    "no_match": Text("no group", "未入组病例"),
    "low_limit": Text("low limit", "低倍率界限"),
    "high_limit": Text("high limit", "高倍率界限"),
    "extreme_limit": Text("extreme limit", "极高费用界限"),
    "below_limit": Text("below", "界限以下"),
    "above_limit": Text("above", "界限以上"),
    "rejected_reading": Text("rejected when read", "读入时剔除"),
    "rejected_rule": Text("rejected: a rule needs a blank field", "剔除：规则所需字段为空"),
    "outside_year": Text("outside the pool: another year", "不纳入预算：非本年度"),
    "not_arrived": Text("not yet arrived", "尚未上传"),
    "outside_route": Text("outside the pool: by route", "不纳入预算：按分流规则"),
    **{f"status.{status.key}": Text(text, status.label_zh) for status, text in _STATUS_EN.items()},
    **{f"rule.{rule.key}": Text(rule.label, rule.label_zh) for rule in RULES},
}
"""Key words of tables, by key."""

REJECT_REASONS: Mapping[str, Text] = {
    "ragged_row": Text("more or fewer cells than columns", "单元格数与表头不符"),
    "blank_case_id": Text("case_id is blank", "病例标识为空"),
    "duplicate_case_id": Text("case_id occurs more than once", "病例标识重复"),
    "not_an_amount": Text("not an amount", "不是金额"),
    "not_an_integer": Text("not a whole number", "不是整数"),
    "not_a_number": Text("not a number", "不是数字"),
    "not_a_date": Text("not a date", "不是日期"),
    "number_for_code": Text("a number or a date where a code should stand", "编码单元格为数字或日期"),
    "error_cell": Text("an error cell of a sheet", "单元格为错误值"),
    "no_main_code": Text("codes without a main one", "没有主要编码"),
    "two_main_codes": Text("more than one main code", "主要编码多于一个"),
    "rows_differ": Text("rows of a further table that differ", "附表中同一病例的各行不一致"),
    "below_minimum": Text("below the least allowed value", "小于允许的最小值"),
    "unknown_category": Text("value not allowed", "不在允许取值之内"),
    "discharged_before_admitted": Text("discharged before admitted", "出院早于入院"),
    "fees_not_total": Text("fees do not add up to the total", "分项费用与总费用不符"),
    "replaces_itself": Text("replaces itself", "替代自身"),
    "replaced": Text("replaced by a corrected claim", "已被更正结算替代"),
    "reversed": Text("claim reversed", "结算已冲正"),
    "blank_but_read": Text("blank, and a rule reads it", "规则需要读取的字段为空"),
    "out_of_range": Text("outside the allowed range", "超出允许范围"),
    "unknown_group": Text("no such group among the weights", "病组（种）不在分值表中"),
    "duplicate_cell": Text("the same cell occurs more than once", "汇总行重复"),
}
"""Why rows are rejected, by the stable key of the reason."""

PARAMETERS: Mapping[str, Text] = {
    "grouper": Text("Grouping scheme", "分组方案"),
    "weights": Text("Weights", "病组（种）分值表"),
    "year": Text("Year", "年度"),
    "year_basis": Text("Date that counts a case to the year", "归属年度的日期"),
    "valid_from": Text("In force from", "施行日期"),
    "route": Text("Which cases go to which rule", "病例分流"),
    "report.smallest_cell": Text("Fewest cases of a group shown by itself", "单独列示病组（种）的最少病例数"),
    "payment.drg.without_weight": Text("What cases of groups without a weight get", "无权重病组病例支付办法"),
    "payment.drg.cost_ratio": Text("Without a weight: points per its cost", "无权重病组按费用折算比例"),
    "payment.drg.basis": Text("Without a weight: bill that is paid", "无权重病组支付基数"),
    "payment.drg.ratio": Text("Without a weight: share of the bill", "无权重病组支付比例"),
    "payment.dip.no_match_ratio": Text(
        "Points of a case without a group, per its relative cost", "未入组病例分值折算比例"
    ),
    "payment.fee_for_service.basis": Text("Bill paid by fee for service", "按项目付费的费用口径"),
    "payment.fee_for_service.ratio": Text("Share of that bill", "按项目付费比例"),
    "payment.day_surgery.points": Text("Points of day surgery", "日间手术分值"),
    "payment.day_surgery.factor": Text("Day surgery, share of inpatient points", "日间手术占住院分值的比例"),
    "payment.day_surgery.without_own_group": Text("Day surgery without points of its own", "无日间手术分值的病种"),
    "payment.day_surgery.bands": Text("Deviation corrects day surgery", "日间手术按费用偏差调整"),
    "payment.day_surgery.hospital_factor": Text("Hospital factor for day surgery", "日间手术适用机构系数"),
    "payment.day_surgery.no_match_ratio": Text("Ungrouped day surgery per its cost", "日间手术未入组折算比例"),
    "payment.day_surgery.basis": Text("Bill paid for day surgery", "日间手术按项目付费的费用口径"),
    "payment.day_surgery.ratio": Text("Share of that bill", "日间手术按项目付费比例"),
    "payment.bed_day.unit": Text("Bed-day standards are in", "床日标准单位"),
    "payment.bed_day.tiers": Text("Standards of a bed-day", "床日标准分段"),
    "payment.bed_day.hospital_factor": Text("Hospital factor for bed-days", "床日付费适用机构系数"),
    "payment.bed_day.count_first_day": Text("A stay within one day counts one", "当日出入院计一天"),
    "payment.bed_day.link_gap_days": Text("Longest gap that links two stays (days)", "合并住院的最长间隔（天）"),
    "payment.bed_day.cap_days_per_stay": Text("Most days paid of a stay", "每次住院计付天数上限"),
    "payment.bed_day.cap_average_days": Text("Highest average of paid days", "平均住院床日上限"),
    "payment.bed_day.cap_days_per_patient_year": Text("Most days paid of a patient in a year", "每人每年计付天数上限"),
    "payment.incomplete_stay.form": Text("Formula of incomplete stays", "住院过程不完整病例公式"),
    "payment.incomplete_stay.no_match_ratio": Text(
        "Ungrouped incomplete stay per its cost", "不完整病例未入组折算比例"
    ),
    "supervision.high_cases.largest_share": Text("Most high cases, share of discharges", "高倍率病例占比上限"),
    "supervision.high_cases.discharges": Text("What counts as a discharge", "出院病例口径"),
    "supervision.high_cases.by_insurance": Text("High cases ranked by insurance", "分险种排序"),
    "supervision.high_cases.rounding": Text("Rounding of the number of high cases", "例数取整方式"),
    "supervision.high_cases.rank_by": Text("High cases ranked by", "高倍率病例排序依据"),
    "supervision.high_cases.over_cap": Text("What high cases over the cap earn", "超出上限的高倍率病例支付办法"),
    "supervision.readmission.window_days": Text("Longest gap to a readmission (days)", "再入院的最长间隔（天）"),
    "supervision.readmission.same_group": Text("Only readmissions in the same group", "仅限同一病组（种）再入院"),
    "supervision.readmission.same_hospital": Text("Only readmissions to the same hospital", "仅限同一机构再入院"),
    "supervision.readmission.kept_ratio": Text("Points kept by the earlier stay", "前次住院保留分值比例"),
    "supervision.readmission.exempt_diagnoses": Text("Returns left out, by diagnosis", "不计再入院的诊断"),
    "supervision.readmission.exempt_procedures": Text("Returns left out, by procedure", "不计再入院的操作"),
    "weighting.outlier.form": Text("Formula of cost-deviation cases", "费用偏差病例公式"),
    "weighting.outlier.low_ratio": Text("Low below (times the reference cost)", "低倍率界限（倍）"),
    "weighting.outlier.high_ratio": Text("High above (times the reference cost)", "高倍率界限（倍）"),
    "weighting.outlier.extreme_ratio": Text("Special review above (times)", "极高费用界限（倍）"),
    "weighting.outlier.low_includes_limit": Text("The low limit itself is low", "等于低倍率界限时按低倍率"),
    "weighting.outlier.high_includes_limit": Text("The high limit itself is high", "等于高倍率界限时按高倍率"),
    "weighting.outlier.classify_by": Text("Reference cost that chooses the band", "判定倍率的参照费用"),
    "weighting.outlier.compute_by": Text("Reference cost that sets the points", "计算分值的参照费用"),
    "weighting.outlier.budget_point_value_yuan": Text("Budget point value (yuan)", "预算点值（元）"),
    "weighting.outlier.high_limits": Text("High above, by weight and level (times)", "分权重、分级别高倍率界限（倍）"),
    "weighting.hospital_factor.by": Text("Hospital factor by", "机构系数依据"),
    "weighting.hospital_factor.level_factor": Text("Hospital factor by level", "等级系数"),
    "weighting.hospital_factor.grassroots_factor": Text("Factor of grassroots groups", "基层病种系数"),
    "settlement.base_rate.form": Text("What a rate is worth", "费率口径"),
    "settlement.base_rate.rate_yuan": Text("Yuan for a weight of 1", "费率（元/权重）"),
    "settlement.base_rate.predicted_cost_yuan": Text("Predicted total cost (yuan)", "预测住院总费用（元）"),
    "settlement.base_rate.predicted_weight": Text("Predicted total weight", "预测总权重"),
    "settlement.base_rate.over": Text("Claims above the ceiling", "超出总额时"),
    "settlement.base_rate.budget_yuan": Text("Budget (yuan)", "预算总额（元）"),
    "settlement.base_rate.budget_factor": Text("Share of the budget paid out", "总额使用比例"),
    "settlement.point_value.mode": Text("Point value is", "点值确定方式"),
    "settlement.point_value.form": Text("What points share", "点值口径"),
    "settlement.point_value.budget_yuan": Text("Budget ceiling (yuan)", "预算总额（元）"),
    "settlement.point_value.budget_factor": Text("Share of the budget paid out", "总额使用比例"),
    "settlement.point_value.reimbursement_ratio": Text("Fund share of the whole bill", "实际报销比例"),
    "settlement.point_value.minimum_yuan": Text("Lowest point value (yuan)", "点值下限（元）"),
    "settlement.point_value.maximum_yuan": Text("Highest point value (yuan)", "点值上限（元）"),
    "settlement.point_value.hospital_cap_ratio": Text("Highest pay per yuan of cost", "医疗机构支付上限（与费用之比）"),
    "settlement.point_value.given_yuan": Text("Point value given (yuan)", "给定点值（元）"),
    "fund.ceilings.scope": Text("Who shares a ceiling", "总控范围"),
    "fund.ceilings.divide_by": Text("The ceiling is divided by", "预算分配依据"),
    "fund.budget.income_yuan": Text("Income of the year (yuan)", "年度基金收入（元）"),
    "fund.budget.risk_reserve_ratio": Text("Risk reserve, share of income", "风险金占收入比例"),
    "fund.budget.out_of_area_ratio": Text("Care elsewhere, share of income", "异地就医占收入比例"),
    "fund.budget.outpatient_ratio": Text("Outpatient care, share of income", "门诊支出占收入比例"),
    "fund.budget.large_disease_ratio": Text("Large-disease premium, share of income", "大病等保费占收入比例"),
    "fund.budget.other_items_ratio": Text("Other items, share of income", "其他支出占收入比例"),
    "fund.budget.transfer_yuan": Text("Transfer received (yuan)", "转移收入（元）"),
    "fund.budget.adjustment_reserve_ratio": Text("Adjustment reserve, share of the pool", "调剂金占比"),
    "settlement.prepayment.base": Text("What a share is prepaid of", "预付基数"),
    "settlement.prepayment.ratio": Text("Share prepaid", "预付比例"),
    "settlement.prepayment.budget_point_value_yuan": Text("Yuan a point is prepaid at", "预付点值（元）"),
    "settlement.prepayment.deposit_ratio": Text("Quality deposit, share of a prepayment", "质量保证金比例"),
    "settlement.prepayment.interim_budget": Text("Ceiling of a part of the year", "年中测算所用预算"),
    "settlement.risk_sharing.actual": Text("Actual cost that is compared", "实际发生费用口径"),
    "settlement.risk_sharing.start_ratio": Text("Paid at no cost, share of the standard", "结余留用起点（占标准比例）"),
    "settlement.risk_sharing.bands": Text("The fund's share of actual cost, by band", "超支分担分段（基金负担比例）"),
    "settlement.risk_sharing.minimum_savings_ratio": Text("Least savings that are shared", "参与留用的最低结余比例"),
    "settlement.risk_sharing.surplus_to": Text("Where a surplus not retained goes", "未留用结余的去向"),
    "settlement.risk_sharing.reserve_yuan": Text("Most the risk reserve adds (yuan)", "风险金补充上限（元）"),
    "settlement.risk_sharing.shortage": Text("When the reserves are too small", "调剂金不足时"),
    "settlement.assessment.base": Text("What assessment applies to", "考核挂钩对象"),
    "settlement.assessment.bands": Text("Coefficient by score", "考核分档系数"),
    "settlement.carry_over.debts": Text("What becomes of a debt", "欠款处理"),
}
"""Parameters of a scenario by dotted key; a value by insurance or level stands below one of these."""


def term(key: str) -> Text:
    """A key word of a table, or the key itself where it is a name."""
    return TERMS.get(key, same(key))


def parameter_label(key: str) -> Text:
    """What a parameter is called; a value by insurance or level says whose it is."""
    if key in PARAMETERS:
        return PARAMETERS[key]
    above, _, last = key.rpartition(".")
    if above not in PARAMETERS:
        return same(key)
    inner, outer = term(last), PARAMETERS[above]
    return Text(f"{outer.en}, {inner.en}", f"{outer.zh}：{inner.zh}")


def formatted(value: Value, kind: Kind) -> str:
    """A value of a table as text: yuan without fen, points with one decimal, shares in percent, a dash for none."""
    if value is None or value != value:
        return NO_VALUE
    if isinstance(value, str):
        return value
    if kind == "share":
        text = f"{value:.1%}"
    elif kind == "change":
        text = signed_share(value, 2)
    elif kind == "ratio":
        text = f"{value:,.4f}"
    elif kind == "decimal":
        text = f"{value:,.1f}"
    elif kind in _PLACES:
        unit, places = _PLACES[kind]
        text = f"{half_even(int(value) * 10**places, unit) / 10**places:,.{places}f}"
    else:
        text = f"{value:,}"
    return text.replace("-", "−")


def money(amount_fen: int, lang: Lang) -> str:
    """An amount in a sentence: 1.23 亿元, 456.7 万元, 12.3 million yuan."""
    per_unit, unit = money_unit(amount_fen, lang)
    return f"{amount_in(amount_fen, per_unit)} {unit}"


def amount_in(amount_fen: int, per_unit: int) -> str:
    """An amount in a unit of so many fen: two decimals, none in yuan, one in thousands."""
    places = {FEN: 0, 1_000 * FEN: 1}.get(per_unit, 2)
    return f"{amount_fen / per_unit:,.{places}f}".replace("-", "−")


def money_unit(amount_fen: int, lang: Lang) -> tuple[int, str]:
    """Fen in the unit that suits an amount of this size, and the unit's name."""
    yuan = abs(amount_fen) / FEN
    if lang == "zh":
        if yuan >= 1e8:
            return 100_000_000 * FEN, "亿元"
        return (10_000 * FEN, "万元") if yuan >= 1e4 else (FEN, "元")
    if yuan >= 1e6:
        return 1_000_000 * FEN, "million yuan"
    return (1_000 * FEN, "thousand yuan") if yuan >= 1e4 else (FEN, "yuan")


def signed_money(amount_fen: int, lang: Lang) -> str:
    """A change of an amount, with its sign."""
    return f"{'+' if amount_fen > 0 else ''}{money(amount_fen, lang)}"


def signed_share(value: float, places: int = 1) -> str:
    """A relative change in percent, with its sign."""
    if value != value:
        return NO_VALUE
    sign = "+" if value > 0 else ""
    return f"{sign}{value:.{places}%}".replace("-", "−")
