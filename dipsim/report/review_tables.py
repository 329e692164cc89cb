"""What reviews found, by hospital: leads and the points they took. A lead is for people to look at, never a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dipsim.pipeline import Result
from dipsim.report.hospital_view import TOGETHER, parted
from dipsim.report.labels import Text, Value
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import share
from dipsim.report.tables import hospital_facts
from dipsim.reviewing import Review

I8 = NDArray[np.int64]

LEAD = 1
"""The flag of a lead; 0 is nothing to look at, and those above 1 could not be reviewed."""


def review_tables(result: Result) -> tuple[ReportTable, ...]:
    """A table for each review."""
    return tuple(_review_table(result, review) for review in result.claimed.reviews)


def _review_table(result: Result, review: Review) -> ReportTable:
    """Hospitals by their leads; those with few leads stand together, and nobody where all have few."""
    sums = _sums(result, review)
    alone, together = parted(sums["leads"].tolist(), result.scenario.head.report.smallest_cell)
    ids, facts = result.claimed.accounts.hospital_ids, hospital_facts(result)
    names = facts.get("name", [""] * len(ids))
    rows: list[dict[str, Value]] = [
        {"hospital_id": ids[at], "name": names[at] or ids[at], "name_zh": names[at] or ids[at], **_row(sums, [at])}
        for at in alone
    ]
    if together:
        small = _row(sums, together)
        hidden = {} if int(str(small["leads"])) == 0 or alone else dict.fromkeys(("leads", "lead_share", "taken"))
        rows.append({"hospital_id": "", "name": TOGETHER.en, "name_zh": TOGETHER.zh, **small, **hidden})
    whole = _row(sums, range(len(ids)))
    total = {name: value for name, value in whole.items() if alone or name == "reviewed"}
    data: dict[str, Column] = {column.name: [row[column.name] for row in rows] for column in _COLUMNS}
    title = Text(f"{review.rule.label}: leads by hospital", f"{review.rule.label_zh}：分机构核查线索")
    return report_table(review.rule.key, title, _COLUMNS, data, total)


_COLUMNS = (
    ReportColumn("hospital_id", "Hospital", "机构编码", "code"),
    ReportColumn("name", "Name", "机构名称", "text", "en"),
    ReportColumn("name_zh", "Name", "机构名称", "text", "zh"),
    ReportColumn("reviewed", "Stays reviewed", "核查病例数", "count"),
    ReportColumn("leads", "Leads for review", "待核查线索", "count"),
    ReportColumn("lead_share", "Leads, share of stays", "线索占比", "share"),
    ReportColumn("taken", "Points lowered", "调减分值", "points"),
)


def _sums(result: Result, review: Review) -> dict[str, I8]:
    """Stays reviewed, leads and points taken, by hospital."""
    flag, size = review.reviewed.flag, len(result.claimed.accounts.hospital_ids)
    hospital = result.claimed.hospital[review.view.rows]
    taken = np.zeros(size, np.int64)
    np.add.at(taken, hospital, review.view.points_micro - review.reviewed.points_micro)
    return {
        "reviewed": np.bincount(hospital[flag <= LEAD], minlength=size),
        "leads": np.bincount(hospital[flag == LEAD], minlength=size),
        "taken": taken,
    }


def _row(sums: Mapping[str, I8], places: Sequence[int]) -> dict[str, Value]:
    """Some hospitals added up."""
    found = {name: int(values[list(places)].sum()) for name, values in sums.items()}
    return {**found, "lead_share": share(found["leads"], found["reviewed"])}


def review_notes(result: Result) -> tuple[Text, ...]:
    """What a lead is, what is not shown, and what could not be reviewed."""
    smallest = result.scenario.head.report.smallest_cell
    notes = [
        Text(
            "A flag is a lead for review, not a finding: whether care was split or premature is for people to judge "
            "from the records.",
            "标记仅为核查线索，不是认定结论：是否属于分解住院等情形，须由人工结合病历判断。",
        ),
        Text(
            f"Hospitals with fewer than {smallest} leads stand together, so that no single stay can be recognised; "
            "reviews.csv names every stay with its reason.",
            f"线索少于 {smallest} 例的机构合并列示，以免识别个别病例；reviews.csv 逐例列出线索及其依据。",
        ),
    ]
    blank = sum(int((review.reviewed.flag > LEAD).sum()) for review in result.claimed.reviews)
    if blank:
        text = "stays could not be reviewed, for a field is blank; they keep their points."
        notes.append(Text(f"{blank:,} {text}", f"{blank:,} 例因字段空缺未核查，保留原分值。"))
    return tuple(notes)
