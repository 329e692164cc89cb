"""Scope of the ceiling 总控范围: one for the whole city 市域总控, one for each county, or a quota for each hospital.

    ceiling of an area = ceiling of the city x weight of the area / weights of all areas      largest remainder

Each area is then priced by itself: its claims in yuan, its points, its point value. The weights are the points or the
cost of the cases inside the pool, or the rows `inpatient_pool` of the table `budget` that name a county or a hospital;
these are ceilings in yuan and must add up to that of the city, where one is stated. Quotas of hospitals are for
comparison: a hospital whose ceiling follows from its own points is paid what the city-wide ceiling pays it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.areas import Areas
from dipsim.cells import Cells
from dipsim.errors import CaseDataError, PolicyError, Problem
from dipsim.ledger import INSURANCES, NOBODY
from dipsim.money import MISSING
from dipsim.paths import did_you_mean
from dipsim.policy.params import Params
from dipsim.rule import CEILING_ITEM, FundView, PassKind, Rule, Stage

I8 = NDArray[np.int64]

WHERE = "[fund.ceilings]"


class CeilingsParams(Params):
    """What `[fund.ceilings]` may say."""

    scope: Literal["city", "county", "hospital"] = Field(description="Who shares a ceiling and a point value")
    divide_by: Literal["table", "points", "cost"] = Field(
        description="What the ceiling of the city is divided by: the table `budget`, points claimed, or cost of the "
        "cases; not read with scope = city"
    )


def reads(params: CeilingsParams) -> frozenset[str]:
    """Columns whose sums `run` needs."""
    return frozenset({"total_cost_yuan"} if params.scope != "city" and params.divide_by == "cost" else ())


def run(view: FundView, params: CeilingsParams) -> Areas | None:
    """The areas and what their ceilings are in proportion to, None for a city-wide one.

    Raises CaseDataError naming the hospitals that claim and have no county, PolicyError for a county or hospital of the
    table `budget` that the table `hospitals` does not know.
    """
    if params.scope == "city":
        return None
    listed = {number: _listed(view, params, name) for number, name in enumerate(INSURANCES)}
    area_of = _counties(view) if params.scope == "county" else {name: name for name in _hospitals(view, listed)}
    _require_known(view, params, listed, frozenset(area_of.values()))
    names = tuple(sorted(set(area_of.values())))
    number_of = {name: number for number, name in enumerate(names)}
    ids = view.accounts.hospital_ids
    of_hospital = np.array([number_of.get(area_of.get(key, ""), NOBODY) for key in ids], np.int64)
    members: list[list[str]] = [[] for _ in names]
    for hospital_id in sorted(area_of):
        members[number_of[area_of[hospital_id]]].append(hospital_id)
    weights = {
        number: np.array([amounts.get(name, MISSING) for name in names], np.int64)
        if params.divide_by == "table"
        else _sums(view.cells.where(view.cells.insurance == number), params, of_hospital, len(names))
        for number, amounts in listed.items()
    }
    return Areas(names, tuple(map(tuple, members)), of_hospital, weights, params.divide_by == "table")


def _listed(view: FundView, params: CeilingsParams, insurance: str) -> Mapping[str, int]:
    """The ceilings of a fund that the table `budget` states by area, fen."""
    if params.divide_by != "table" or view.budget is None:
        return {}
    by_area = view.budget.by_county if params.scope == "county" else view.budget.by_hospital
    return by_area(view.year, insurance, CEILING_ITEM)


def _hospitals(view: FundView, listed: Mapping[int, Mapping[str, int]]) -> set[str]:
    """Every hospital that claims or is listed, and those of the table `hospitals`."""
    known = () if view.hospitals is None else view.hospitals.hospital_ids
    named = {name for amounts in listed.values() for name in amounts} if view.hospitals is None else ()
    return {*view.accounts.hospital_ids, *known, *named}


def _counties(view: FundView) -> dict[str, str]:
    """The county of each hospital that has one; CaseDataError naming those that claim and have none."""
    if view.hospitals is None:
        step = "bring the table hospitals, or state another scope"
        raise CaseDataError(Problem("hospitals", "no such table", f"county is read by {WHERE}", step))
    counties = zip(view.hospitals.hospital_ids, view.hospitals.county, strict=True)
    county_of = {name: county for name, county in counties if county}
    claiming = (view.accounts.hospital_ids[number] for number in np.unique(view.cells.hospital).tolist())
    lacking = [name for name in claiming if name not in county_of]
    if lacking:
        what, why = f"no county for {', '.join(lacking)}", f"read by {WHERE}"
        raise CaseDataError(Problem("hospitals: county", what, why, "state the county of each of them"))
    return county_of


def _require_known(
    view: FundView, params: CeilingsParams, listed: Mapping[int, Mapping[str, int]], known: frozenset[str]
) -> None:
    problems = []
    for name in sorted({name for amounts in listed.values() for name in amounts} - known):
        what = f"the table `budget` names the {params.scope} {name!r}"
        step = did_you_mean(name, sorted(known)) or "correct one of the two tables"
        problems.append(Problem(f"budget: {view.year}", what, "no hospital of the table `hospitals` is there", step))
    if problems:
        raise PolicyError(problems)


def _sums(cells: Cells, params: CeilingsParams, of_hospital: I8, areas: int) -> I8:
    """Points or cost of a fund by area."""
    sums = np.zeros(areas, np.int64)
    np.add.at(sums, of_hospital[cells.hospital], cells.points_micro if params.divide_by == "points" else cells.cost_fen)
    return sums


RULES = (
    Rule(
        key="ceilings",
        label="Scope of the ceiling",
        label_zh="总控范围",
        stage=Stage.CEILING,
        pass_kind=PassKind.HOSPITAL,
        params=CeilingsParams,
        reads=reads,
        run=run,
    ),
)
