"""Assessment 考核: the score of a hospital decides how much of its deposit, or of its whole pay, it keeps (F5.4).

    base = "deposit"    the hospital loses deposit x (1 - coefficient)
    base = "gross"      it loses (price and sharing) x (1 - coefficient)

The coefficient is that of the highest band whose from_score the score reaches. What is lost goes to the risk reserve.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from dipsim.errors import CaseDataError, Problem
from dipsim.ledger import Posting
from dipsim.money import MICRO, half_even, micro
from dipsim.policy.params import Params, Strict
from dipsim.rule import PassKind, Rule, Stage, YearView

I8 = NDArray[np.int64]

WHERE = "[settlement.assessment]"


class ScoreBand(Strict):
    """What scores from a limit on are worth."""

    from_score: float = Field(ge=0, description="Lowest score of the band")
    coefficient: float = Field(ge=0, le=1, description="Share that is kept")


class AssessmentParams(Params):
    """What `[settlement.assessment]` may say."""

    base: Literal["deposit", "gross"] = Field(description="What the coefficient applies to: deposit or whole pay")
    bands: tuple[ScoreBand, ...] = Field(min_length=1, description="In falling order of from_score; the last from 0")

    @model_validator(mode="after")
    def _falls(self) -> AssessmentParams:
        limits = [band.from_score for band in self.bands]
        if any(low >= high for high, low in pairwise(limits)):
            raise ValueError("from_score falls from band to band")
        if limits[-1] != 0:
            raise ValueError("the last band begins at from_score = 0: every score falls in a band")
        return self


def reads(_: AssessmentParams) -> frozenset[str]:
    """No column of the cases."""
    return frozenset()


def coefficient_micro(score_micro: int, params: AssessmentParams) -> int:
    """The coefficient of a score, in millionths."""
    return next(micro(band.coefficient) for band in params.bands if score_micro >= micro(band.from_score))


def run(view: YearView, params: AssessmentParams) -> tuple[Posting, ...]:
    """What each hospital loses; CaseDataError naming those that have something to lose and no score."""
    base = np.maximum(_base(view, params), 0)
    scores = view.tables.assessment or {}
    assessed = {row: view.accounts.hospital_ids[row] for row in np.flatnonzero(base.any(axis=1)).tolist()}
    missing = [name for name in assessed.values() if (view.year, name) not in scores]
    if missing:
        what, why = f"no score of {view.year} for {', '.join(missing)}", f"read by {WHERE}"
        raise CaseDataError(Problem("assessment", what, why, "bring the table assessment with their scores"))
    lost = view.nothing()
    for row, name in assessed.items():
        kept = coefficient_micro(scores[view.year, name], params)
        lost[row] = [amount - half_even(amount * kept, MICRO) for amount in base[row].tolist()]
    return tuple(view.to_hospitals(-lost, "reserve"))


def _base(view: YearView, params: AssessmentParams) -> I8:
    if params.base == "deposit":
        return -view.in_months("deposit")
    return view.priced() + view.from_fund("adjustment_reserve") + view.from_fund("reserve")  # where sharing posts


RULES = (
    Rule(
        key="assessment",
        label="Assessment",
        label_zh="考核清算",
        stage=Stage.SETTLE,
        pass_kind=PassKind.HOSPITAL,
        params=AssessmentParams,
        reads=reads,
        run=run,
    ),
)
