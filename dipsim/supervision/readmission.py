"""Readmission 再入院: a stay to which the patient comes back within days keeps only a share of its points.

    points left = points claimed x kept_ratio, for a stay with a return         rounded half to even

A return is a later stay of the same patient that begins 0 to window_days days after the discharge: in the same group or
any, at the same hospital or any, and not for a planned treatment, as chemotherapy or radiotherapy of a tumour, which
the exempt codes of the later stay tell. It is always the earlier stay that loses points, once, however many returns
follow; both stays are of those that claim points of groups. Overlapping stays are none of this rule's.

A flag is a lead for review, never a finding: kept_ratio = 1 lists the stays and takes nothing. A stay with a blank in
what is read cannot be reviewed and keeps its points (docs/sources.md, readmission).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.cases.checks import blank_rows
from dipsim.cases.table import CaseTable
from dipsim.kernels.readmission import NO_RETURN, find_returns
from dipsim.money import MICRO, half_even_ratio, micro
from dipsim.policy.params import Params
from dipsim.rule import PassKind, Reviewed, ReviewView, Rule, Stage, Step

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

TABLE = "supervision.readmission"
FLAGS = (("no_return", "未见再入院"), ("returned", "短期再入院（待核查）"), ("not_reviewed", "字段空缺，未核查"))
NO_LEAD, RETURNED, NOT_REVIEWED = range(3)
_EPOCH = date(1970, 1, 1)


class ReadmissionParams(Params):
    """What `[supervision.readmission]` may say."""

    window_days: int | Literal["none"] = Field(
        description="Longest gap from a discharge to the next admission that counts; 'none': no stay is reviewed"
    )
    same_group: bool = Field(description="Whether only a return in the same group counts")
    same_hospital: bool = Field(description="Whether only a return to the same hospital counts")
    kept_ratio: float = Field(
        ge=0,
        le=1,
        multiple_of=0.001,
        description="Share of its points that the earlier stay keeps; 1: it is listed only",
    )
    exempt_diagnoses: tuple[str, ...] = Field(
        description="Leading characters of principal diagnoses; a later stay for one of them is no return"
    )
    exempt_procedures: tuple[str, ...] = Field(
        description="Leading characters of procedures; a later stay with one of them is no return"
    )


def reads(params: ReadmissionParams) -> frozenset[str]:
    """Columns that `run` needs: none where nothing is reviewed."""
    if params.window_days == "none":
        return frozenset()
    columns = {"patient_id", "admitted_on", "discharged_on"}
    columns |= {"principal_diagnosis"} if params.exempt_diagnoses else set()
    return frozenset(columns | {"procedures"} if params.exempt_procedures else columns)


def run(view: ReviewView, params: ReadmissionParams) -> Reviewed:
    """The points that each stay keeps, and the return that is the reason."""
    rows, cases = view.rows, view.cases
    is_blank = np.logical_or.reduce([blank_rows(cases, column)[rows] for column in sorted(reads(params))])
    group = view.grouping.group[rows].astype(np.int64)
    reviewed = np.flatnonzero(~is_blank & (group >= 0) if params.same_group else ~is_blank)
    because = np.full(rows.size, NO_RETURN, np.int64)
    because[reviewed] = _returns(view, params, rows[reviewed], group[reviewed])
    flag = np.select([is_blank, because != NO_RETURN], [NOT_REVIEWED, RETURNED], NO_LEAD)
    kept = half_even_ratio(view.points_micro, np.int64(micro(params.kept_ratio)), np.int64(MICRO))
    return Reviewed(np.where(flag == RETURNED, kept, view.points_micro), flag, because)


def _returns(view: ReviewView, params: ReadmissionParams, rows: I8, group: I8) -> I8:
    """The row of the case table that holds the return to each stay, NO_RETURN for none."""
    assert params.window_days != "none"
    if not rows.size:
        return rows
    cases = view.cases
    parts = [cases.code("patient_id").ids[rows].astype(np.int64)]
    parts += [group] if params.same_group else []
    parts += [view.hospital[rows]] if params.same_hospital else []
    key = np.unique(np.stack(parts), axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)
    admitted, discharged = (cases.integer(name)[rows] for name in ("admitted_on", "discharged_on"))
    case_ids = np.asarray(cases.case_ids.take(rows).to_pylist())
    order = np.lexsort((case_ids, discharged, admitted, key))
    back = np.empty(rows.size, np.int64)
    is_exempt = _exempt(cases, params, rows)[order]
    find_returns(key[order], admitted[order], discharged[order], is_exempt, params.window_days, back)
    found = np.full(rows.size, NO_RETURN, np.int64)
    found[order] = np.where(back == NO_RETURN, NO_RETURN, rows[order][back])
    return found


def _exempt(cases: CaseTable, params: ReadmissionParams, rows: I8) -> Mask:
    """Which stays are planned treatments, so that nobody comes back by them."""
    is_exempt = np.zeros(rows.size, bool)
    if params.exempt_diagnoses:
        diagnosis = cases.code("principal_diagnosis")
        is_exempt |= np.append(_begins(diagnosis.values, params.exempt_diagnoses), False)[diagnosis.ids[rows]]
    if params.exempt_procedures:
        lists = cases.code_list("procedures").take(rows)
        before = np.append(0, np.cumsum(_begins(lists.values, params.exempt_procedures)[lists.ids]))
        is_exempt |= before[lists.offsets[1:]] > before[lists.offsets[:-1]]
    return is_exempt


def _begins(values: Sequence[str], leading: tuple[str, ...]) -> Mask:
    return np.array([value.startswith(leading) for value in values], bool)


def explain(view: ReviewView, params: ReadmissionParams, reviewed: Reviewed, at: int) -> Iterator[Step]:
    """The return to a stay, and what the stay keeps; `at` counts through `view.rows`."""
    flag, back = int(reviewed.flag[at]), int(reviewed.because[at])
    if flag != RETURNED:
        yield Step("readmission", "再入院", " ".join(FLAGS[flag]), f"{TABLE}.window_days")
        return
    cases = view.cases
    admitted = int(cases.integer("admitted_on")[back])
    gap = admitted - int(cases.integer("discharged_on")[view.rows[at]])
    day = (_EPOCH + timedelta(days=admitted)).isoformat()
    value = f"{cases.case_ids[back].as_py()}, {day}, {gap} days after discharge; a lead for review"
    yield Step("readmission", "再入院（待核查）", value, f"{TABLE}.window_days")
    yield Step("share of points kept", "保留分值比例", str(params.kept_ratio), f"{TABLE}.kept_ratio")


RULES = (
    Rule(
        key="readmission",
        label="Readmission",
        label_zh="再入院",
        stage=Stage.REVIEW,
        pass_kind=PassKind.PERSON,
        params=ReadmissionParams,
        reads=reads,
        run=run,
        flags=FLAGS,
        explain=explain,
    ),
)
