"""Every mechanism, registered by hand: a new payment method is one file, one name here, one table in a scenario."""

from __future__ import annotations

from collections.abc import Mapping

from dipsim.fund import budget, ceilings
from dipsim.payment import bed_day, day_surgery, dip, drg, fee_for_service, incomplete_stay, outside_pool
from dipsim.policy.params import Params
from dipsim.rule import Rule, Stage
from dipsim.settlement import assessment, base_rate, carry_over, deductions, point_value, prepayment, risk_sharing
from dipsim.supervision import high_cases, readmission
from dipsim.weighting.hospital_factor import HospitalFactorParams
from dipsim.weighting.outlier import OutlierParams

RULES: tuple[Rule, ...] = (
    *dip.RULES,
    *drg.RULES,
    *day_surgery.RULES,
    *bed_day.RULES,
    *incomplete_stay.RULES,
    *fee_for_service.RULES,
    *outside_pool.RULES,
    *high_cases.RULES,
    *readmission.RULES,
    *budget.RULES,
    *ceilings.RULES,
    *point_value.RULES,
    *base_rate.RULES,
    *prepayment.RULES,
    *risk_sharing.RULES,
    *assessment.RULES,
    *deductions.RULES,
    *carry_over.RULES,
)
"""In the order in which the rules of one stage run; what a SETTLE rule reads was posted by those before it."""

_FOLDER = {
    Stage.CLAIM: "payment",
    Stage.REVIEW: "supervision",
    Stage.BUDGET: "fund",
    Stage.CEILING: "fund",
    Stage.PRICE: "settlement",
    Stage.MONTH: "settlement",
    Stage.SETTLE: "settlement",
}

CLAIM_RULES: Mapping[str, Rule] = {rule.key: rule for rule in RULES if rule.stage is Stage.CLAIM}
"""Rules that a route may name in `pay`."""


PRICE_RULES: Mapping[str, Rule] = {rule.key: rule for rule in RULES if rule.stage is Stage.PRICE}
"""Rules that price a pool; a scenario states the table of one of them."""


def table_of(rule: Rule) -> str:
    """The table of a scenario that holds the parameters of a rule: payment.dip."""
    return f"{_FOLDER[rule.stage]}.{rule.key}"


WEIGHTING_TABLES: Mapping[str, type[Params]] = {
    "weighting.outlier": OutlierParams,
    "weighting.hospital_factor": HospitalFactorParams,
}
"""The tables that every rule which claims points reads."""

TABLES: Mapping[str, type[Params]] = {**{table_of(rule): rule.params for rule in RULES}, **WEIGHTING_TABLES}
"""Every table of parameters that a scenario may hold."""
