"""One case, explained to the article: how it found its group, what its points are made of, what it is paid and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dipsim.allocation import case_pay_fen
from dipsim.cases.table import CaseTable
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.drg.group import compiled
from dipsim.grouping.drg.trace import DrgTrace, case_of, columns_read, trace
from dipsim.grouping.hints import Hint, hints
from dipsim.grouping.result import Status
from dipsim.grouping.trace import GroupTrace, trace_case
from dipsim.ledger import INSURANCES
from dipsim.money import MISSING, decimal_text, yuan_text
from dipsim.paths import did_you_mean
from dipsim.pipeline import Result
from dipsim.policy.any_scheme import AnyScheme
from dipsim.policy.drg_scheme import DrgScheme
from dipsim.registry import PRICE_RULES, RULES, table_of
from dipsim.routing import REJECTED
from dipsim.rule import FundPrice, Rule, Step
from dipsim.weighting.outlier import EXTREME
from dipsim.weighting.weighting import Weighting


@dataclass(frozen=True, slots=True)
class CaseExplanation:
    """The whole way of one case.

    trace   the rows of the scheme that were tried; None for a case that brings its group
    hints   the codes without which the case would be in another group
    """

    case_id: str
    trace: GroupTrace | DrgTrace | None
    hints: tuple[Hint, ...]
    steps: tuple[Step, ...]


def explain_case(result: Result, case_id: str) -> CaseExplanation:
    """Explain one case of a run; CaseDataError when no accepted case has this id."""
    row = row_of_case(result, case_id)
    cases, scheme = result.inputs.cases, result.scenario.scheme
    return CaseExplanation(case_id, _trace(cases, row, scheme), hints(cases, row, scheme), tuple(_steps(result, row)))


def row_of_case(result: Result, case_id: str) -> int:
    """The row of one case of a run; CaseDataError when no accepted case has this id."""
    ids = result.inputs.cases.case_ids
    found = np.flatnonzero(ids.to_numpy(zero_copy_only=False) == case_id)
    if not found.size:
        near = did_you_mean(case_id, ids.to_pylist())
        raise CaseDataError(
            Problem(f"case '{case_id}'", "not among the accepted cases", next_step=near or "look in rejected.csv")
        )
    return int(found[0])


def _trace(cases: CaseTable, row: int, scheme: AnyScheme) -> GroupTrace | DrgTrace | None:
    if isinstance(scheme, DrgScheme):
        tree = compiled(scheme).tree
        return trace(case_of(cases, row, columns_read(scheme, tree)), scheme, tree)
    return trace_case(cases, row, scheme) if scheme.kind == "dip" else None


def _steps(result: Result, row: int) -> Iterator[Step]:
    yield from _record(result, row)
    grouping = result.grouping
    status = Status(int(grouping.status[row]))
    yield Step("group", "病组（种）", f"{grouping.group_code_of(row) or '-'} ({status.key} {status.label_zh})")
    number = int(result.claimed.routing.rule[row])
    if number == REJECTED:
        yield Step("rejected", "已拒绝", "a column that its payment rule reads is blank; see rejected.csv")
        return
    rule = RULES[number]
    document = result.scenario.document
    yield Step("payment rule", "支付方式", f"{rule.key} {rule.label_zh}", document.place("route"))
    if result.claimed.routing.is_outside_year[row]:
        yield Step("outside the year", "非本年度病例", str(result.scenario.head.year), document.place("year"))
    claims = result.claimed.claims
    if rule.explain is not None:
        yield from _own_steps(result, rule, number, row)
    elif rule.is_weighted and result.claimed.weighting is not None:
        yield from _points(result, result.claimed.weighting, row)
    yield from _reviews(result, row)
    if claims.points_micro[row] or (rule.is_weighted and not claims.amount_fen[row]):
        points = decimal_text(int(claims.points_micro[row]), 6)
        yield Step("points", "病例分值", points, _source(result, table_of(rule)))
    if claims.amount_fen[row]:
        yield Step("claimed yuan", "申报金额", yuan_text(int(claims.amount_fen[row])), _source(result, table_of(rule)))
    yield from _payment(result, row)


def _own_steps(result: Result, rule: Rule, number: int, row: int) -> Iterator[Step]:
    """The steps that a rule tells of itself, each with the place of the parameter it names."""
    assert rule.explain is not None
    rows = np.flatnonzero(result.claimed.routing.rule == number)
    view = replace(result.claimed.view, rows=rows)
    for step in rule.explain(view, result.scenario.params[table_of(rule)], row):
        yield replace(step, origin=_source(result, step.origin)) if step.origin else step


def _reviews(result: Result, row: int) -> Iterator[Step]:
    """What each REVIEW rule said of the case, after the points that it had claimed."""
    for review in result.claimed.reviews:
        for at in np.flatnonzero(review.view.rows == row).tolist():
            before = decimal_text(int(review.view.points_micro[at]), 6)
            yield Step("points claimed, before review", "核查前分值", before)
            assert review.rule.explain is not None
            for step in review.rule.explain(review.view, review.params, review.reviewed, at):
                yield replace(step, origin=_source(result, step.origin)) if step.origin else step


def _record(result: Result, row: int) -> Iterator[Step]:
    cases = result.inputs.cases
    labels = {
        "hospital_id": ("hospital", "医疗机构"),
        "insurance": ("insurance", "险种"),
        "principal_diagnosis": ("principal diagnosis", "主要诊断"),
    }
    for column, (label, label_zh) in labels.items():
        if cases.has(column):
            yield Step(label, label_zh, cases.code(column).text(row) or "-")
    if cases.has("procedures"):
        yield Step("procedures", "手术操作", " | ".join(cases.code_list("procedures").texts(row)) or "-")
    if cases.has("total_cost_yuan") and (cost := int(cases.fen("total_cost_yuan")[row])) != MISSING:
        yield Step("total cost, yuan", "医疗总费用（元）", yuan_text(cost))


def _points(result: Result, weighting: Weighting, row: int) -> Iterator[Step]:
    """The factors of a case's points, in the order of the formula."""
    claimed, groups = result.claimed, weighting.groups
    group = result.grouping.group[row : row + 1].astype(np.int64)
    hospital, insurance = claimed.hospital[row : row + 1], claimed.insurance[row : row + 1]
    flag = int(claimed.claims.flag[row])
    rule = RULES[int(claimed.routing.rule[row])]
    if group[0] >= 0:
        points = int(groups.points_micro[group[0]])
        yield Step("group points", "病组（种）分值", decimal_text(points, 6), f"weights/{result.scenario.weights.name}")
        factor = int(weighting.factor(group, hospital)[0])
        yield Step("hospital factor", "机构系数", decimal_text(factor, 6), _source(result, "weighting.hospital_factor"))
        outlier = weighting.outlier
        for key, kind in outlier.references.items():
            reference = int(weighting.reference(kind, group, hospital, insurance)[0])
            cost = int(result.inputs.cases.fen("total_cost_yuan")[row]) * 10_000
            ratio = f"{cost / reference:.6f}" if reference else "-"
            value = f"{decimal_text(reference, 6)} ({kind}), cost / reference = {ratio}"
            yield Step(
                f"reference cost ({key})", f"比较基准（{key}）", value, _source(result, f"weighting.outlier.{key}")
            )
    label, label_zh = rule.flags[flag]
    yield Step("deviation", "费用偏差", f"{label} {label_zh}", _source(result, "weighting.outlier"))
    if flag == EXTREME:
        yield Step("special review", "特例单议", "listed for review; paid by formula until it is decided")


def _payment(result: Result, row: int) -> Iterator[Step]:
    insurance = INSURANCES[int(result.claimed.insurance[row])]
    hospital = result.claimed.accounts.hospital_ids[int(result.claimed.hospital[row])]
    price = next((price for price in result.prices if price.holds_for(insurance, hospital)), None)
    points = int(result.claimed.claims.points_micro[row])
    if price is not None and points:
        yield from _price(result, price, insurance, hospital)
    yield Step("pay, yuan", "支付金额（元）", yuan_text(int(case_pay_fen(result)[row])))


def _price(result: Result, price: FundPrice, insurance: str, hospital: str) -> Iterator[Step]:
    """What the points of a hospital are worth: told by the rule that priced them, else the point value of the fund."""
    rule = _price_rule(result)
    if rule.explain is not None:
        hospitals = result.inputs.hospitals
        level = "" if hospitals is None else hospitals.level_of([hospital])[0]
        for step in rule.explain(price, result.scenario.params[table_of(rule)], level):
            yield replace(step, origin=_source(result, step.origin)) if step.origin else step
    else:
        value = (
            f"{price.value_yuan:.6f} = {yuan_text(price.pool_fen)} yuan / {decimal_text(price.points_micro, 6)} points"
        )
        fund, fund_zh = (f"{insurance}, {price.area}", f"，{price.area}") if price.area else (insurance, "")
        label, label_zh = f"point value ({fund})", f"点值（元/分{fund_zh}）"
        yield Step(label, label_zh, value, _source(result, table_of(rule)))


def _price_rule(result: Result) -> Rule:
    """The rule that prices the pools."""
    return next(rule for rule in PRICE_RULES.values() if table_of(rule) in result.scenario.params)


def _source(result: Result, key: str) -> str:
    """The file and line of a value or table, and the source that it names."""
    document = result.scenario.document
    table = key if key in result.scenario.params else key.rpartition(".")[0]
    source = result.scenario.params[table].source
    return f"{document.place(key)}: {' '.join(part for part in (source.doc, source.article) if part)}"
