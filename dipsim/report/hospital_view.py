"""One hospital from within: its margin over charges by department, physician and group, and cases near a band edge.

    margin = pay + what patients bore - charges

In gross form pay holds the patients' part already; without the column `out_of_pocket_yuan` only pay is known. Charges
are what was billed, not what the care cost the hospital.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.allocation import case_pay_fen
from dipsim.errors import CaseDataError, Problem
from dipsim.money import MICRO_YUAN_PER_FEN, MISSING, half_even
from dipsim.paths import did_you_mean
from dipsim.pipeline import Result
from dipsim.policy.any_scheme import group_names
from dipsim.registry import CLAIM_RULES, RULES
from dipsim.report.labels import Text, Value
from dipsim.report.report_table import ReportColumn, ReportTable, report_table
from dipsim.report.sums import is_gross, share
from dipsim.report.tables import CASES, COST, PAY, UNGROUPED
from dipsim.routing import OUTSIDE_POOL, REJECTED
from dipsim.weighting.outlier import EXTREME, LOW, NORMAL

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

BANDED = [RULES.index(CLAIM_RULES[key]) for key in ("dip", "drg")]
"""The rules whose cases fall into bands."""
TOGETHER = Text("others together", "其余合并")
UNSTATED = Text("not stated", "未填写")


@dataclass(frozen=True, slots=True)
class HospitalView:
    """The cases of one hospital that the pool pays for; int64, one entry a case.

    patient_fen   what patients bore on top of pay; None when it is not known, or when pay holds it
    incomplete    cases left out because their charge, or what their patient bore, is blank
    """

    result: Result
    hospital_id: str
    rows: I8
    cost_fen: I8
    pay_fen: I8
    patient_fen: I8 | None
    incomplete: int

    @property
    def margin_fen(self) -> I8:
        """Margin over charges of each case."""
        income = self.pay_fen if self.patient_fen is None else self.pay_fen + self.patient_fen
        return income - self.cost_fen

    @property
    def smallest_cell(self) -> int:
        """The fewest cases that stand in a row of their own."""
        return self.result.scenario.head.report.smallest_cell


def hospital_view(result: Result, hospital_id: str) -> HospitalView:
    """The view of one hospital; CaseDataError when it has no cases, or fewer than [report] smallest_cell."""
    ids, cases, claimed = result.claimed.accounts.hospital_ids, result.inputs.cases, result.claimed
    if hospital_id not in ids:
        step = did_you_mean(hospital_id, ids) or f"known: {', '.join(ids[:10])}"
        raise CaseDataError(Problem(f"hospital '{hospital_id}'", "has no cases", next_step=step))
    rule = claimed.routing.rule
    is_own = (claimed.hospital == ids.index(hospital_id)) & (rule != REJECTED) & (rule != OUTSIDE_POOL)
    rows = np.flatnonzero(is_own)
    cost = cases.fen("total_cost_yuan")[rows]
    has_patients = cases.has("out_of_pocket_yuan") and not is_gross(result)
    patient = cases.fen("out_of_pocket_yuan")[rows] if has_patients else None
    known = cost != MISSING if patient is None else (cost != MISSING) & (patient != MISSING)
    smallest = result.scenario.head.report.smallest_cell
    if known.sum() < smallest:
        why, step = f"[report] smallest_cell = {smallest}", "a single stay could be recognised; take more months"
        raise CaseDataError(Problem(f"hospital '{hospital_id}'", f"has {known.sum()} cases to show", why, step))
    return HospitalView(
        result=result,
        hospital_id=hospital_id,
        rows=rows[known],
        cost_fen=cost[known],
        pay_fen=case_pay_fen(result)[rows[known]],
        patient_fen=None if patient is None else patient[known],
        incomplete=int((~known).sum()),
    )


def department_table(view: HospitalView) -> ReportTable | None:
    """Margin by department; None when the cases state none."""
    return _coded_table(view, "department", Text("Department", "科室"), Text("By department", "分科室"))


def physician_table(view: HospitalView) -> ReportTable | None:
    """Margin by physician in charge; None when the cases state none."""
    return _coded_table(view, "physician_id", Text("Physician", "医师"), Text("By physician", "分医师"))


def _coded_table(view: HospitalView, column: str, label: Text, title: Text) -> ReportTable | None:
    if not view.result.inputs.cases.has(column):
        return None
    coded = view.result.inputs.cases.code(column)
    ids = coded.ids[view.rows].astype(np.int64)
    names = {number: Text(value, value) for number, value in enumerate(coded.values)}
    return _margin_table(view, ids, lambda number: ("", names.get(number, UNSTATED)), label, title)


def group_margin_table(view: HospitalView) -> ReportTable:
    """Margin by group."""
    grouping = view.result.grouping
    named = group_names(view.result.scenario.scheme)

    def name(number: int) -> tuple[str, Text]:
        if number < 0:
            return "", UNGROUPED
        code = grouping.group_codes[number]
        row = named.get(code)
        return code, Text(row.name or row.name_zh, row.name_zh) if row else Text(code, code)

    ids = grouping.group[view.rows].astype(np.int64)
    return _margin_table(view, ids, name, Text("Group", "病组（种）"), Text("By group", "分病组（种）"))


def _margin_table(
    view: HospitalView,
    ids: I8,
    name: Callable[[int], tuple[str, Text]],
    label: Text,
    title: Text,
) -> ReportTable:
    """Sums by an index, the largest margin first; rows of few cases stand together."""
    numbers, index, counts = np.unique(ids, return_inverse=True, return_counts=True)
    alone, together = parted(counts.tolist(), view.smallest_cell)
    rows = [(*name(int(numbers[at])), _sums(view, index == at)) for at in alone]
    rows.sort(key=lambda row: (-float(row[2]["margin"] or 0), row[0], row[1]))
    if together:
        rows.append(("", TOGETHER, _sums(view, np.isin(index, together))))
    shown = [column.name for column in _MARGIN if column.name != "patient" or view.patient_fen is not None]
    data: dict[str, list[Value]] = {
        "name": [named.en for _, named, _ in rows],
        "name_zh": [named.zh for _, named, _ in rows],
        **{column_name: [sums[column_name] for _, _, sums in rows] for column_name in shown},
    }
    if any(code for code, _, _ in rows):
        data["code"] = [code for code, _, _ in rows]
    columns = (
        ReportColumn("code", "Code", "编码", "code"),
        ReportColumn("name", label.en, label.zh, "text", "en"),
        ReportColumn("name_zh", label.en, label.zh, "text", "zh"),
        *_MARGIN,
    )
    return report_table(f"{label.en.lower()}s", title, columns, data, _sums(view, np.ones(view.rows.size, np.bool_)))


def parted(counts: Sequence[int], smallest: int) -> tuple[list[int], list[int]]:
    """Rows that stand alone, and rows that stand together: the small ones, and more until they are no longer few."""
    order = sorted(range(len(counts)), key=lambda at: (-counts[at], at))
    alone = [at for at in order if counts[at] >= smallest]
    together = [at for at in order if counts[at] < smallest]
    while together and alone and sum(counts[at] for at in together) < smallest:
        together.append(alone.pop())
    return alone, together


_MARGIN = (
    CASES,
    COST,
    PAY,
    ReportColumn("patient", "Patients bore (yuan)", "个人负担（元）", "yuan"),
    ReportColumn("margin", "Margin over charges (yuan)", "与费用之差（元）", "yuan"),
    ReportColumn("margin_per_case", "a case (yuan)", "例均差额（元）", "yuan"),
    ReportColumn("margin_ratio", "of charges", "差额占费用", "change"),
)


def _sums(view: HospitalView, mask: Mask) -> dict[str, int | float | None]:
    """Some cases added up."""
    cases, cost, margin = int(mask.sum()), int(view.cost_fen[mask].sum()), int(view.margin_fen[mask].sum())
    return {
        "cases": cases,
        "total_cost": cost,
        "pay": int(view.pay_fen[mask].sum()),
        "patient": None if view.patient_fen is None else int(view.patient_fen[mask].sum()),
        "margin": margin,
        "margin_per_case": half_even(margin, cases) if cases else None,
        "margin_ratio": share(margin, cost),
    }


def near_edge_table(view: HospitalView, near: float) -> ReportTable:
    """Cases paid by DIP or DRG whose r lies within a share `near` of a limit, by limit and side; few are not shown.

    r = charge / reference cost of the group, the reference being the one that chooses the band.
    """
    rows: list[dict[str, Value]] = []
    for edge, side, mask in near_edges(view, near):
        sums = _sums(view, mask)
        is_shown = mask.sum() == 0 or mask.sum() >= view.smallest_cell
        rows.append({"edge": edge, "side": side, **{name: value if is_shown else None for name, value in sums.items()}})
    columns = (
        ReportColumn("edge", "Limit", "界限", "term"),
        ReportColumn("side", "Side", "位置", "term"),
        *(column for column in _MARGIN if column.name != "patient" or view.patient_fen is not None),
    )
    data = {column.name: [row[column.name] for row in rows] for column in columns}
    return report_table("near_edges", Text("Cases near a limit", "临近界限的病例"), columns, data, {})


def near_edges(view: HospitalView, near: float) -> list[tuple[str, str, Mask]]:
    """Limit, side and which of the view's cases lie there: |r / limit - 1| <= near."""
    claimed, weighting = view.result.claimed, view.result.claimed.weighting
    group = view.result.grouping.group[view.rows].astype(np.int64)
    flag = claimed.claims.flag[view.rows]
    is_banded = np.isin(claimed.routing.rule[view.rows], BANDED) & (flag <= EXTREME)
    if weighting is None or not weighting.outlier.references or not is_banded.any():
        return []
    rows = view.rows[is_banded]
    outlier, ratio, high = weighting.outlier, np.full(view.rows.size, np.nan), np.full(view.rows.size, np.nan)
    reference = weighting.reference(
        outlier.classify_by, group[is_banded], claimed.hospital[rows], claimed.insurance[rows]
    )
    ratio[is_banded] = view.cost_fen[is_banded] * MICRO_YUAN_PER_FEN / reference
    over, under = weighting.high_ratio(group[is_banded], claimed.hospital[rows])
    high[is_banded] = over / under
    limits: tuple[tuple[str, F8 | float, Mask], ...] = (
        ("low_limit", outlier.low_ratio, flag != LOW),
        ("high_limit", high, (flag != NORMAL) & (flag != LOW)),
        ("extreme_limit", outlier.extreme_ratio, flag == EXTREME),
    )
    found = []
    for name, limit, is_above in limits:
        is_near = np.abs(ratio - limit) <= near * limit
        found += [(name, "below_limit", is_near & ~is_above), (name, "above_limit", is_near & is_above)]
    return found
