"""Day surgery in a report: cases, beds freed, points moved and the patients' share, by scenario and by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dipsim.lab.substitution import DAY_SURGERY, READS, GroupSubstitution, Substitution, substitution
from dipsim.pipeline import Result
from dipsim.policy.any_scheme import group_names
from dipsim.report.comparing import scenario_title
from dipsim.report.labels import Text, Value
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table

_OTHERS = Text("other groups together", "其余病种合并")


@dataclass(frozen=True, slots=True)
class DaySurgery:
    """What day surgery takes the place of in one scenario, compared with the claims of the first."""

    number: int
    result: Result
    found: Substitution


def day_surgeries(results: Sequence[Result]) -> tuple[DaySurgery, ...]:
    """The scenarios that pay day surgery by its own rule; none when the cases lack a column that is compared."""
    if not all(results[0].inputs.cases.has(column) for column in READS):
        return ()
    chosen = [
        (number, result) for number, result in enumerate(results) if (result.claimed.routing.rule == DAY_SURGERY).any()
    ]
    return tuple(DaySurgery(number, result, substitution(results[0], result)) for number, result in chosen)


def day_surgery_table(told: Sequence[DaySurgery]) -> ReportTable:
    """One row a scenario."""
    founds = [each.found for each in told]
    titles = [scenario_title(each.result.scenario) for each in told]
    data: dict[str, Column] = {
        "scenario": [title.en for title in titles],
        "scenario_zh": [title.zh for title in titles],
        "cases": [found.day_cases for found in founds],
        "freed": [float(found.bed_days_freed) for found in founds],
        "points_before": [sum(group.points_before_micro for group in found.groups) for found in founds],
        "points": [sum(group.points_after_micro for group in found.groups) for found in founds],
        "moved": [found.points_moved_micro for found in founds],
        "claims": [sum(group.claims_after_fen for group in found.groups) for found in founds],
        "share_before": [found.patient_share_as_inpatient for found in founds],
        "share": [found.patient_share for found in founds],
        "uncompared": [found.uncompared_cases for found in founds],
        "incomplete": [found.incomplete_cases for found in founds],
    }
    columns = (
        ReportColumn("scenario", "Scenario", "情景", "text", "en"),
        ReportColumn("scenario_zh", "Scenario", "情景", "text", "zh"),
        *_COLUMNS,
        ReportColumn("claims", "Claims in yuan", "按金额申报（元）", "yuan"),
        ReportColumn("share_before", "Patients' share as inpatients", "住院时个人负担比例", "share"),
        ReportColumn("share", "Patients' share, day surgery", "日间手术个人负担比例", "share"),
        ReportColumn("uncompared", "Cases without inpatients of their group", "无同病种住院病例可比的例数", "count"),
        ReportColumn("incomplete", "Cases left out for a blank", "因字段空缺未计入的例数", "count"),
    )
    return report_table("day_surgery", Text("What day surgery replaces", "日间手术替代效应"), columns, data, {})


_COLUMNS = (
    ReportColumn("cases", "Cases of day surgery", "日间手术例数", "count"),
    ReportColumn("freed", "Bed-days freed", "节约床日", "decimal"),
    ReportColumn("points_before", "Points before", "原分值", "points"),
    ReportColumn("points", "Points after", "现分值", "points"),
    ReportColumn("moved", "Points moved", "分值变化", "points"),
)


def day_surgery_groups(each: DaySurgery) -> ReportTable:
    """The groups of one scenario, those that free most bed-days above; small groups stand together."""
    smallest = each.result.scenario.head.report.smallest_cell
    named = group_names(each.result.scenario.scheme)
    large, small = _parted(each.found.groups, smallest)
    rows = [
        _row(
            group.group_code,
            named[group.group_code].name if group.group_code in named else "",
            named[group.group_code].name_zh if group.group_code in named else "",
            [group],
        )
        for group in sorted(large, key=lambda group: (-group.bed_days_freed, group.group_code))
    ]
    if small:
        rows.append(_row("", _OTHERS.en, _OTHERS.zh, small))
    names = ("group_code", "name", "name_zh", "cases", "freed", "points_before", "points", "moved")
    data: dict[str, Column] = {name: [row[name] for row in rows] for name in names}
    columns = (
        ReportColumn("group_code", "Group", "病种编码", "code"),
        ReportColumn("name", "Name", "名称", "text", "en"),
        ReportColumn("name_zh", "Name", "名称", "text", "zh"),
        *_COLUMNS,
    )
    total = _row("", "", "", each.found.groups)
    title, key = scenario_title(each.result.scenario), f"day_surgery_groups_{each.number}"
    return report_table(
        key,
        Text(f"By group: {title.en}", f"分病种：{title.zh}"),
        columns,
        data,
        {name: total[name] for name in names[3:]},
    )


def _parted(
    groups: Sequence[GroupSubstitution], smallest: int
) -> tuple[list[GroupSubstitution], list[GroupSubstitution]]:
    """Groups shown one by one, and the others: those of few cases, enough of them that no few can be told apart."""
    ordered = sorted(groups, key=lambda group: (group.group_code == "", -group.day.cases, group.group_code))
    large = [group for group in ordered if group.day.cases >= smallest and group.group_code]
    small = [group for group in ordered if group not in large]
    while small and large and sum(group.day.cases for group in small) < smallest:
        small.append(large.pop())
    return large, small


def _row(code: str, name: str, name_zh: str, groups: Sequence[GroupSubstitution]) -> dict[str, Value]:
    before, after = (sum(getattr(group, column) for group in groups) for column in _POINTS)
    return {
        "group_code": code,
        "name": name,
        "name_zh": name_zh,
        "cases": sum(group.day.cases for group in groups),
        "freed": float(sum(group.bed_days_freed for group in groups)),
        "points_before": before,
        "points": after,
        "moved": after - before,
    }


_POINTS = ("points_before_micro", "points_after_micro")


def day_surgery_notes(told: Sequence[DaySurgery]) -> tuple[Text, ...]:
    """What the numbers compare."""
    smallest = told[0].result.scenario.head.report.smallest_cell
    return (
        Text(
            "Bed-days freed: the mean stay of inpatients of the same group times the cases of day surgery, less their "
            "own bed-days. Groups without inpatients free none. Points before are those of the first scenario.",
            "节约床日 = 同病种住院病例平均住院日 × 日间手术例数 − 日间手术自身床日；"
            "无同病种住院病例的不计。原分值为第一个情景的分值。",
        ),
        Text(
            "The patients' share as inpatients is that of inpatients of the same groups, weighed by the charges of "
            "their day surgery: what may change for a patient, not what the fund saves.",
            "住院时个人负担比例取同病种住院病例，按日间手术费用加权；反映患者负担的差别，不是基金节约。",
        ),
        Text(
            f"Groups of fewer than {smallest} cases of day surgery stand together.",
            f"日间手术少于 {smallest} 例的病种合并列示。",
        ),
    )
