"""What reviews found, by hospital: cases that they marked and the points they took. A mark is never a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.pipeline import Result
from dipsim.report.comparing import scenario_title
from dipsim.report.hospital_view import TOGETHER, parted
from dipsim.report.labels import Text, Value
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.section import Section
from dipsim.report.sums import share
from dipsim.report.tables import hospital_facts
from dipsim.reviewing import Review
from dipsim.supervision import high_cases, readmission

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ReviewShape:
    """How the review of a rule is told by hospital.

    title     what follows the label of the rule
    counts    the flags that a column counts; `reviewed` and `marked` are always among them
    shares    part and whole of a column of shares
    columns   labels of these, between the hospital and the points lowered
    notes     what stands below the tables
    """

    title: Text
    counts: Mapping[str, tuple[int, ...]]
    shares: Mapping[str, tuple[str, str]]
    columns: tuple[ReportColumn, ...]
    notes: Callable[[Review], Iterator[Text]]


def _cap_notes(review: Review) -> Iterator[Text]:
    """What the cap is, and what becomes of the cases over it."""
    largest = f"{review.params.largest_share:.1%}"
    is_lowered = review.params.over_cap == "group_points"
    rest = "earn the points of their group as normal cases" if is_lowered else "are listed and keep their points"
    rest_zh = "按正常病例的病组（种）分值支付" if is_lowered else "仅列示，不调整分值"
    yield Text(
        f"High cases up to {largest} of a hospital's discharges are paid as such, highest first; the others {rest}.",
        f"每家机构高倍率病例由高到低排序，不超过出院病例数 {largest} 的部分按高倍率支付，其余{rest_zh}。",
    )


def _lead_notes(review: Review) -> Iterator[Text]:
    """What a lead is, and how many stays could not be reviewed."""
    yield Text(
        "A flag is a lead for review, not a finding: whether care was split or premature is for people to judge "
        "from the records.",
        "标记仅为核查线索，不是认定结论：是否属于分解住院等情形，须由人工结合病历判断。",
    )
    if blank := int((review.reviewed.flag == readmission.NOT_REVIEWED).sum()):
        text = "stays could not be reviewed, for a field is blank; they keep their points."
        yield Text(f"{blank:,} {text}", f"{blank:,} 例因字段空缺未核查，保留原分值。")


SHAPES: Mapping[str, ReviewShape] = {
    "high_cases": ReviewShape(
        Text("by hospital", "分机构情况"),
        counts={
            "reviewed": (high_cases.NOT_HIGH, high_cases.OVER_CAP, high_cases.WITHIN_CAP),
            "high": (high_cases.OVER_CAP, high_cases.WITHIN_CAP),
            "marked": (high_cases.OVER_CAP,),
            "kept": (high_cases.WITHIN_CAP,),
        },
        shares={"high_share": ("high", "reviewed"), "kept_share": ("kept", "reviewed")},
        columns=(
            ReportColumn("reviewed", "Cases with group points", "按分值支付病例数", "count"),
            ReportColumn("high", "High cases", "高倍率病例数", "count"),
            ReportColumn("high_share", "High, share of cases", "高倍率占比", "share"),
            ReportColumn("marked", "Over the cap", "超出占比上限", "count"),
            ReportColumn("kept_share", "Within the cap, share of cases", "上限以内占比", "share"),
        ),
        notes=_cap_notes,
    ),
    "readmission": ReviewShape(
        Text("leads by hospital", "分机构核查线索"),
        counts={
            "reviewed": (readmission.NO_LEAD, readmission.RETURNED),
            "marked": (readmission.RETURNED,),
        },
        shares={"marked_share": ("marked", "reviewed")},
        columns=(
            ReportColumn("reviewed", "Stays reviewed", "核查病例数", "count"),
            ReportColumn("marked", "Leads for review", "待核查线索", "count"),
            ReportColumn("marked_share", "Leads, share of stays", "线索占比", "share"),
        ),
        notes=_lead_notes,
    ),
}
"""By the key of the rule."""

_HOSPITAL = (
    ReportColumn("hospital_id", "Hospital", "机构编码", "code"),
    ReportColumn("name", "Name", "机构名称", "text", "en"),
    ReportColumn("name_zh", "Name", "机构名称", "text", "zh"),
)
_TAKEN = ReportColumn("taken", "Points lowered", "调减分值", "points")


def reviews_section(results: Sequence[Result]) -> Section | None:
    """The reviews of every scenario that has some; None where none has."""
    tables = [table for number, result in enumerate(results) for table in _titled(result, number, len(results) > 1)]
    if not tables:
        return None
    notes = dict.fromkeys(note for result in results for note in review_notes(result))
    return Section("reviews", Text("Reviews", "监管核查"), (), tuple(tables), tuple(notes))


def _titled(result: Result, number: int, is_compared: bool) -> Iterator[ReportTable]:
    """The tables of one scenario, named by it where others stand beside it."""
    title = scenario_title(result.scenario)
    for table in review_tables(result):
        told, told_zh = f"{table.title} ({title.en})", f"{table.title_zh}（{title.zh}）"
        yield replace(table, key=f"{table.key}-{number}", title=told, title_zh=told_zh) if is_compared else table


def review_tables(result: Result) -> tuple[ReportTable, ...]:
    """A table for each review."""
    return tuple(_review_table(result, review) for review in result.claimed.reviews)


def _review_table(result: Result, review: Review) -> ReportTable:
    """Hospitals by their marked cases; those with few stand together, and nobody where all have few."""
    shape = SHAPES[review.rule.key]
    sums = _sums(result, review, shape)
    alone, together = parted(sums["marked"].tolist(), result.scenario.head.report.smallest_cell)
    ids, facts = result.claimed.accounts.hospital_ids, hospital_facts(result)
    names = [name or ids[at] for at, name in enumerate(facts.get("name", [""] * len(ids)))]
    rows: list[dict[str, Value]] = [
        {"hospital_id": ids[at], "name": names[at], "name_zh": names[at], **_row(sums, shape, [at])} for at in alone
    ]
    if together:
        small = _row(sums, shape, together)
        hidden = {} if int(str(small["marked"])) == 0 or alone else dict.fromkeys(small.keys() - {"reviewed"})
        rows.append({"hospital_id": "", "name": TOGETHER.en, "name_zh": TOGETHER.zh, **small, **hidden})
    whole = _row(sums, shape, range(len(ids)))
    total = {name: value for name, value in whole.items() if alone or name == "reviewed"}
    columns = (*_HOSPITAL, *shape.columns, _TAKEN)
    data: dict[str, Column] = {column.name: [row[column.name] for row in rows] for column in columns}
    label, label_zh = review.rule.label, review.rule.label_zh
    title = Text(f"{label}: {shape.title.en}", f"{label_zh}：{shape.title.zh}")
    return report_table(review.rule.key, title, columns, data, total)


def _sums(result: Result, review: Review, shape: ReviewShape) -> dict[str, I8]:
    """Cases by flag and points taken, by hospital."""
    flag, size = review.reviewed.flag, len(result.claimed.accounts.hospital_ids)
    hospital = result.claimed.hospital[review.view.rows]
    taken = np.zeros(size, np.int64)
    np.add.at(taken, hospital, review.view.points_micro - review.reviewed.points_micro)
    counts = {name: np.bincount(hospital[np.isin(flag, flags)], minlength=size) for name, flags in shape.counts.items()}
    return {**counts, "taken": taken}


def _row(sums: Mapping[str, I8], shape: ReviewShape, places: Sequence[int]) -> dict[str, Value]:
    """Some hospitals added up."""
    found = {name: int(values[list(places)].sum()) for name, values in sums.items()}
    return {**found, **{name: share(found[part], found[whole]) for name, (part, whole) in shape.shares.items()}}


def review_notes(result: Result) -> tuple[Text, ...]:
    """What a mark is, what is not shown, and what could not be reviewed."""
    reviews = result.claimed.reviews
    if not reviews:
        return ()
    smallest = result.scenario.head.report.smallest_cell
    few = Text(
        f"Hospitals with fewer than {smallest} marked cases stand together, so that no single stay can be recognised; "
        "reviews.csv names every case with its mark.",
        f"标记病例少于 {smallest} 例的机构合并列示，以免识别个别病例；reviews.csv 逐例列出标记及其依据。",
    )
    return (*(note for review in reviews for note in SHAPES[review.rule.key].notes(review)), few)
