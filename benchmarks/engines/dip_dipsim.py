"""The DIP job in dipsim, and two further scenarios of the same cases: other bands, other budgets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.dip_terms import BANDS, JOB, LOWER, PRICES, SMALLEST, UPPER, budgets
from benchmarks.registry import Answer, Step, Task, Work
from dipsim.learn.rules import TrimmingRules
from dipsim.ledger import INSURANCES, balance
from dipsim.money import FEN, MICRO
from dipsim.paths import policy_roots
from dipsim.policy.params import Source
from dipsim.rule import FundTables
from dipsim.scale.compact import CompactCases
from dipsim.scale.dip import Paid, group_weights, pay
from dipsim.scale.stream import read_compact
from dipsim.scenario import Scenario, load_scenario
from dipsim.settling import Settled, settle
from dipsim.weighting.relative_weight import GroupWeights


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be paid: the scenarios are read before any clock runs, as the terms of the other engines are."""

    task: Task
    scenario: Scenario
    other_bands: Scenario
    other_prices: Scenario
    trimming: TrimmingRules


@dataclass(frozen=True, slots=True)
class Run:
    """What dipsim keeps between the steps."""

    plan: Plan
    cases: CompactCases
    groups: GroupWeights
    paid: Paid


def work(is_trimmed: bool) -> Work:
    """The job, then the further scenarios."""
    steps = (Step(JOB, job), Step(BANDS, other_bands), Step(PRICES, other_prices))
    return Work(steps, answer, lambda task: plan(task, is_trimmed))


def plan(task: Task, is_trimmed: bool) -> Plan:
    """The scenarios: the job's, one of other bands, one of a tenth less money."""
    money = budgets(task.cases)
    baseline = load_scenario("own-means/baseline", policy_roots(None))
    first, other, less = (
        baseline.override(
            {"settlement.point_value.budget_yuan": {key: part * yuan for key, yuan in money.items()}, **changes},
            name=f"benchmark/{name}",
        )
        for name, part, changes in (
            ("dip-job", 1.0, {}),
            ("other-bands", 1.0, {"weighting.outlier.low_ratio": 0.4, "weighting.outlier.high_ratio": 2.5}),
            ("other-prices", 0.9, {}),
        )
    )
    trimming = TrimmingRules(
        method="percentile" if is_trimmed else "none",
        lower_percent=100 * LOWER,
        upper_percent=100 * UPPER,
        minimum_cases=SMALLEST,
        warn_above_ratio=1.0,
        source=Source(doc="methods 2.1"),
    )
    return Plan(task, first, other, less, trimming)


def job(plan: Plan) -> Run:
    """All of it, from the files to the payments."""
    threads = plan.task.threads
    cases = read_compact([plan.task.folder], threads)
    groups = group_weights(cases, plan.scenario.weights, plan.trimming, threads)
    return Run(plan, cases, groups, pay(cases, groups, plan.scenario, threads=threads))


def other_bands(run: Run) -> Run:
    """The same cases with other limits of the bands, beside what the job has paid."""
    paid = pay(run.cases, run.groups, run.plan.other_bands, threads=run.plan.task.threads, former=run.paid)
    return replace(run, paid=paid)


def other_prices(run: Run) -> Settled:
    """The same points with less money."""
    return settle(run.paid.cells, run.paid.accounts, FundTables(), run.plan.other_prices)


def answer(run: Run) -> Answer:
    """By hospital and by insurance, in points and yuan."""
    cells, accounts, settled = run.paid.cells, run.paid.accounts, run.paid.settled
    points = np.zeros(len(accounts.hospital_ids), np.int64)
    np.add.at(points, cells.hospital, cells.points_micro)
    return {
        "points": {name: int(micro) / MICRO for name, micro in zip(accounts.hospital_ids, points, strict=True)},
        "payment": {
            name: balance(settled.ledger, accounts.hospital(number)) / FEN
            for number, name in enumerate(accounts.hospital_ids)
        },
        "point value": {INSURANCES[price.insurance]: price.value_yuan for price in settled.prices},
    }
