"""Budget of the year 年度基金预算: from income to the pool for inpatient care, insurance by insurance (F5.1, F5.2).

    pool before the reserve = income - risk reserve - out of area - outpatient - large disease - other + transfer
    inpatient pool          = that pool - adjustment reserve (调剂金, a share of it kept for overspends)

An item is a share of income stated here, or an amount stated by the table `budget`, never both. The pool is one ceiling
for the whole city (市域总控): no hospital has a quota.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, model_validator

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, NOBODY, Posting
from dipsim.money import MICRO, fen, half_even, micro, yuan_text
from dipsim.policy.params import ByInsurance, Params
from dipsim.rule import Budgeted, BudgetView, PassKind, Rule, Stage

WHERE = "[fund.budget]"

SHARES = ("risk_reserve", "out_of_area", "outpatient", "large_disease", "other_items")
"""What leaves the income before inpatient care, by the item of the table `budget`."""
ACCOUNTS = {"risk_reserve": "reserve"}
"""The account of an item, where it has another name."""


class BudgetParams(Params):
    """What `[fund.budget]` may say."""

    income_yuan: ByInsurance = Field(description="Income of the year; 'none': item `income` of the table `budget`")
    risk_reserve_ratio: ByInsurance = Field(description="Risk reserve, share of income; 'none': item `risk_reserve`")
    out_of_area_ratio: ByInsurance = Field(description="Care elsewhere, share of income; 'none': item `out_of_area`")
    outpatient_ratio: ByInsurance = Field(description="Outpatient care, share of income; 'none': item `outpatient`")
    large_disease_ratio: ByInsurance = Field(
        description="Premium of large-disease and long-term insurance, share of income; 'none': item `large_disease`"
    )
    other_items_ratio: ByInsurance = Field(description="Other items, share of income; 'none': item `other_items`")
    transfer_yuan: ByInsurance = Field(description="Transfer received; 'none': item `transfer`, which may be below 0")
    adjustment_reserve_ratio: ByInsurance = Field(
        description="Adjustment reserve, share of the pool before it; 'none': item `adjustment_reserve`"
    )

    @model_validator(mode="after")
    def _are_shares(self) -> BudgetParams:
        for name in (*SHARES, "adjustment_reserve"):
            for insurance in INSURANCES:
                if (ratio := getattr(self, f"{name}_ratio").get(insurance)) is not None and ratio > 1:
                    raise ValueError(f"{name}_ratio.{insurance} is a share of 0 to 1")
        return self


def reads(_: BudgetParams) -> frozenset[str]:
    """No column of the cases."""
    return frozenset()


def run(view: BudgetView, params: BudgetParams) -> Budgeted:
    """Every item as a posting, and the pools that are left; PolicyError with every item that nothing states."""
    problems: list[Problem] = []
    postings: list[Posting] = []
    pools = {}
    for insurance in _insurances(view, params):
        amounts = _Amounts(view, params, INSURANCES[insurance], problems)
        income, transfer = amounts.stated("income"), amounts.stated("transfer")
        items = {name: amounts.share(name, income) for name in SHARES}
        before = income + transfer - sum(items.values())
        kept = amounts.share("adjustment_reserve", before)
        if before - kept < 0:
            what = f"the items of {INSURANCES[insurance]} exceed its income by {yuan_text(kept - before)} yuan"
            problems.append(Problem(WHERE, what, "nothing is left for inpatient care", "correct the items"))
        pools[insurance] = before - kept
        parts = {ACCOUNTS.get(name, name): amount for name, amount in items.items()} | {"adjustment_reserve": kept}
        postings += _postings(view, insurance, {"income": -income, "transfer": -transfer, **parts})
    if problems:
        raise PolicyError(problems)
    return Budgeted(tuple(postings), pools)


def _insurances(view: BudgetView, params: BudgetParams) -> Iterator[int]:
    """The funds that have an income."""
    for number, name in enumerate(INSURANCES):
        listed = None if view.budget is None else view.budget.amount(view.year, name, "income")
        if listed is not None or params.income_yuan.get(name) is not None:
            yield number


@dataclass(frozen=True, slots=True)
class _Amounts:
    """The amounts of one insurance in fen; what is stated nowhere, or twice, is added to the problems."""

    view: BudgetView
    params: BudgetParams
    name: str
    problems: list[Problem]

    def stated(self, item: str) -> int:
        """An amount of the scenario or of the table."""
        yuan = getattr(self.params, f"{item}_yuan").get(self.name)
        return self._only(item, f"{item}_yuan", None if yuan is None else fen(yuan))

    def share(self, item: str, whole_fen: int) -> int:
        """A share by the ratio of the scenario, or the amount of the table."""
        ratio = getattr(self.params, f"{item}_ratio").get(self.name)
        return self._only(item, f"{item}_ratio", None if ratio is None else half_even(whole_fen * micro(ratio), MICRO))

    def _only(self, item: str, key: str, in_scenario: int | None) -> int:
        budget = self.view.budget
        listed = None if budget is None else budget.amount(self.view.year, self.name, item)
        if (in_scenario is None) == (listed is None):
            what = f"{'no amount' if listed is None else 'two amounts'} of {item} for {self.name}"
            step = f"state {key}.{self.name} or the row {item} of the table `budget`, not both"
            self.problems.append(Problem(f"{WHERE} {key}", what, "", step))
        return in_scenario if in_scenario is not None else listed or 0


def _postings(view: BudgetView, insurance: int, paid_to: dict[str, int]) -> list[Posting]:
    """What the pooled fund pays to each account; below 0: gets from it."""
    pool = view.accounts.pooled_fund(insurance)
    return [
        Posting(NOBODY, insurance, view.year, pool, view.accounts.fund(account), amount)
        for account, amount in paid_to.items()
    ]


RULES = (
    Rule(
        key="budget",
        label="Budget",
        label_zh="基金预算",
        stage=Stage.BUDGET,
        pass_kind=PassKind.CELL,
        params=BudgetParams,
        reads=reads,
        run=run,
    ),
)
