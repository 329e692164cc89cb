"""The tables of a run as columns for files: exact decimals, the same bytes for the same rows in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.allocation import case_pay_fen
from dipsim.cases.table import BLANK_ID, Coded
from dipsim.cases.write import Column, Micro, Yuan
from dipsim.grouping.result import Status
from dipsim.ledger import INSURANCES
from dipsim.money import MISSING
from dipsim.pipeline import Result
from dipsim.registry import RULES, table_of
from dipsim.report.comparing import hospital_comparison
from dipsim.report.report_table import ReportTable
from dipsim.report.sums import price_micro_yuan
from dipsim.report.tables import band_table, group_table, hospital_table, level_table, status_table
from dipsim.report.year_files import area_column, year_files
from dipsim.rule import Need

I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
Columns = Mapping[str, Column]

RULE_KEYS = tuple(rule.key for rule in RULES)
_FLAG_STARTS = np.cumsum([0, *(len(rule.flags) for rule in RULES)])
_FLAG_KEYS = tuple(key for rule in RULES for key, _ in rule.flags)


def run_files(result: Result) -> dict[str, Columns]:
    """Every table of a run by file name without suffix; a run of aggregates has no deviation bands."""
    by_insurance = [hospital_table(result, insurance) for insurance in _insurances(result)]
    bands = {} if result.inputs.cases.is_aggregate else {"bands": columns_of([band_table(result)])}
    return {
        "hospitals": columns_of([hospital_table(result)]),
        "hospitals_by_insurance": columns_of(by_insurance),
        "levels": columns_of([level_table(result)]),
        "groups": columns_of([group_table(result)]),
        **bands,
        **({"reviews": review_columns(result)} if result.claimed.reviews else {}),
        "statuses": columns_of([status_table(result, result.inputs.reading)]),
        "point_values": point_value_columns(result),
        "ledger": ledger_columns(result),
        "cells": cell_columns(result),
        **year_files(result.clearing, result.scenario.head.year),
    }


def columns_of(tables: Sequence[ReportTable]) -> Columns:
    """Report tables of one shape, one below the other: yuan columns end in `_yuan`, points have six decimals."""
    columns: dict[str, Column] = {}
    for column in tables[0].columns if tables else ():
        values = [value for table in tables for value in table.values(column.name)]
        if column.kind == "yuan":
            columns[f"{column.name}_yuan"] = Yuan(_whole(values))
        elif column.kind in ("points", "price"):
            columns[column.name] = Micro(_whole(values))
        elif column.kind in ("ratio", "decimal", "share", "change"):
            columns[column.name] = np.array([np.nan if value is None else value for value in values], np.float64)
        else:
            columns[column.name] = _whole(values) if column.kind in ("count", "days") else values
    return columns


def _whole(values: Sequence[int | None]) -> I8:
    return np.array([MISSING if value is None else value for value in values], np.int64)


def _insurances(result: Result) -> list[str]:
    """The insurances with cases inside the pool, and those with a price."""
    claimed = set(result.claimed.cells.insurance.tolist()) | {price.insurance for price in result.prices}
    return [name for number, name in enumerate(INSURANCES) if number in claimed]


def point_value_columns(result: Result) -> Columns:
    """Point values, exactly: a hospital that brings this table is paid the same fen by `mode = "given"`."""
    prices = result.prices
    values = [price_micro_yuan(price.pool_fen, price.points_micro) for price in prices]
    return {
        "insurance": [INSURANCES[price.insurance] for price in prices],
        **area_column(prices),
        "budget_yuan": Yuan(_whole([price.budget_fen for price in prices])),
        "yuan_claims_yuan": Yuan(_whole([price.yuan_claims_fen for price in prices])),
        "pool_fen": _whole([price.pool_fen for price in prices]),
        "points_micro": _whole([price.points_micro for price in prices]),
        "cut_remainder": _whole([price.cut.remainder for price in prices]),
        "cut_last_id": [price.cut.last_id for price in prices],
        "point_value_yuan": Micro(_whole(values)),
        "guard": [price.guard for price in prices],
        "capped_hospitals": ["|".join(price.capped) for price in prices],
        "residual_yuan": Yuan(_whole([price.residual_fen for price in prices])),
    }


def ledger_columns(result: Result) -> Columns:
    """Every posting of the ledger, those of the year around the price included."""
    ledger, accounts = result.ledger, result.claimed.accounts
    if result.clearing is not None:
        ledger, accounts = result.clearing.ledger, result.clearing.accounts
    names = tuple(accounts.name(account) for account in range(accounts.hospital(len(accounts.hospital_ids))))
    return {
        "hospital_id": _coded(ledger.hospital, accounts.hospital_ids),
        "insurance": _coded(ledger.insurance, INSURANCES),
        "year": ledger.year,
        "month": ledger.month,
        "rule": _coded(ledger.rule, RULE_KEYS),
        "payer": _coded(ledger.payer, names),
        "payee": _coded(ledger.payee, names),
        "points": Micro(ledger.points_micro),
        "amount_yuan": Yuan(ledger.amount_fen),
    }


def cell_columns(result: Result) -> Columns:
    """What the cases add up to, those outside the pool included."""
    cells = result.claimed.cells
    return {
        "hospital_id": _coded(cells.hospital, result.claimed.accounts.hospital_ids),
        "insurance": _coded(cells.insurance, INSURANCES),
        "year": cells.year,
        "month": cells.month,
        "rule": _coded(cells.rule, RULE_KEYS),
        "group_code": _coded(cells.group, result.grouping.group_codes),
        "flag": _flags(cells.rule, cells.flag),
        "cases": cells.cases,
        "total_cost_yuan": Yuan(cells.cost_fen),
        "patient_paid_yuan": Yuan(cells.patient_fen),
        "fund_paid_yuan": Yuan(cells.fund_paid_fen),
        "length_of_stay_days": cells.length_of_stay_days,
        "points": Micro(cells.points_micro),
        "amount_yuan": Yuan(cells.amount_fen),
    }


def case_columns(result: Result) -> Columns:
    """Each accepted case by case_id: its group, rule, claim and pay; no patient identifier."""
    cases, claimed, grouping = result.inputs.cases, result.claimed, result.grouping
    order = pc.sort_indices(cases.case_ids).to_numpy()
    rule, claims = claimed.routing.rule[order], claimed.claims
    status_keys = {int(status): status.key for status in Status}
    group_points, factor = _terms(result)
    return {
        "case_id": cases.case_ids.take(order),
        "hospital_id": _coded(claimed.hospital[order], claimed.accounts.hospital_ids),
        "insurance": _coded(claimed.insurance[order], INSURANCES),
        "group_code": _coded(grouping.group[order], grouping.group_codes),
        "status": _coded(grouping.status[order], [status_keys.get(n, "") for n in range(max(status_keys) + 1)]),
        "rule": _coded(rule, RULE_KEYS),
        "flag": _flags(rule, claims.flag[order]),
        "group_points": Micro(group_points[order]),
        "hospital_factor": Micro(factor[order]),
        "points": Micro(claims.points_micro[order]),
        "claim_yuan": Yuan(claims.amount_fen[order]),
        "pay_yuan": Yuan(case_pay_fen(result)[order]),
    }


def review_columns(result: Result) -> Columns:
    """Each case that a review marked, by rule and case_id: points before and after, the case that is the reason."""
    cases, claimed = result.inputs.cases, result.claimed
    found = []
    for review in claimed.reviews:
        rows = np.flatnonzero(review.reviewed.flag)
        ids = cases.case_ids.take(review.view.rows[rows]).to_pylist()
        found += [(case_id, review, int(row)) for case_id, row in zip(ids, rows.tolist(), strict=True)]
    found.sort(key=lambda each: (each[1].rule.key, each[0]))
    because = [int(review.reviewed.because[at]) for _, review, at in found]
    hospital = [int(claimed.hospital[review.view.rows[at]]) for _, review, at in found]
    return {
        "rule": [review.rule.key for _, review, _ in found],
        "case_id": [case_id for case_id, _, _ in found],
        "hospital_id": [claimed.accounts.hospital_ids[number] for number in hospital],
        "flag": [review.rule.flags[int(review.reviewed.flag[at])][0] for _, review, at in found],
        "because_case_id": ["" if row < 0 else cases.case_ids[row].as_py() for row in because],
        "points_before": Micro(_whole([int(review.view.points_micro[at]) for _, review, at in found])),
        "points": Micro(_whole([int(review.reviewed.points_micro[at]) for _, review, at in found])),
    }


def _terms(result: Result) -> tuple[I8, I8]:
    """Group points and hospital factor of each case in millionths, a blank where its rule takes none from weighting."""
    claimed, weighting = result.claimed, result.claimed.weighting
    group = result.grouping.group.astype(np.int64)
    points, factor = np.full(group.size, MISSING), np.full(group.size, MISSING)
    for number in np.unique(claimed.routing.rule[claimed.routing.rule >= 0]).tolist():
        rule = RULES[number]
        needs = rule.needs(result.scenario.params[table_of(rule)])
        rows = np.flatnonzero(claimed.routing.rule == number)
        grouped = rows[group[rows] >= 0]
        if weighting is not None and Need.GROUP_POINTS in needs:
            points[grouped] = weighting.groups.points_micro[group[grouped]]
            if Need.HOSPITAL_FACTOR in needs:
                factor[grouped] = weighting.factor(group[grouped], claimed.hospital[grouped])
        elif Need.HOSPITAL_FACTOR in needs:
            factor[rows] = claimed.view.factor_micro[claimed.hospital[rows]]
    return points, factor


def comparison_columns(results: Sequence[Result]) -> Columns:
    """Pay by hospital and scenario beside the baseline's, one row for each hospital and scenario but the first."""
    table, others = hospital_comparison(results), range(1, len(results))
    size = len(table)

    def repeated(name: str) -> list[str]:
        return table.values(name) * len(others)

    def stacked(prefix: str) -> I8:
        return _whole([value for number in others for value in table.values(f"{prefix}_{number}")])

    known = [column.name for column in table.columns if column.name in ("hospital_id", "name", "level")]
    shares = [value for number in others for value in table.values(f"change_share_{number}")]
    return {
        **{name: repeated(name) for name in known},
        "scenario": [results[number].scenario.name for number in others for _ in range(size)],
        "baseline_pay_yuan": Yuan(_whole(table.values("pay_0") * len(others))),
        "pay_yuan": Yuan(stacked("pay")),
        "change_yuan": Yuan(stacked("change")),
        "change_share": np.array(shares, np.float64),
    }


def _coded(ids: NDArray[np.integer], values: Sequence[str]) -> Coded:
    """Indices with their names; -1 is a blank."""
    return Coded(ids.astype(np.int32), tuple(values))


def _flags(rule: I8, flag: I8) -> Coded:
    """The flag of each row in the words of its rule; blank for a rejected case."""
    ids = np.where(rule < 0, BLANK_ID, _FLAG_STARTS[rule] + flag)
    return _coded(ids, _FLAG_KEYS)
