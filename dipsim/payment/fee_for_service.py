"""Fee for service 按项目付费: a case is owed a share of its bill, in yuan, before the points of the others are priced.

amount = ratio x basis, rounded half to even to the fen.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from dipsim.money import half_even_ratio
from dipsim.policy.params import Params
from dipsim.rule import Claims, PassKind, Rule, Stage, View
from dipsim.weighting.outlier import ratio_parts


class FeeForServiceParams(Params):
    """What `[payment.fee_for_service]` may say."""

    basis: Literal["total_cost_yuan", "eligible_cost_yuan", "fund_paid_yuan"] = Field(
        description="The bill that is paid"
    )
    ratio: float = Field(ge=0, multiple_of=0.001, description="Share of the basis that is paid")


def reads(params: FeeForServiceParams) -> frozenset[str]:
    """Columns that `run` needs."""
    return frozenset({"hospital_id", "insurance", params.basis})


def run(view: View, params: FeeForServiceParams) -> Claims:
    """Yuan claimed by each case, in fen."""
    numerator, denominator = ratio_parts(params.ratio)
    basis_fen = view.cases.fen(params.basis)[view.rows]
    none = np.zeros(view.rows.size, np.int64)
    return Claims(none, half_even_ratio(basis_fen, np.int64(numerator), np.int64(denominator)), none)


RULES = (
    Rule(
        key="fee_for_service",
        label="Fee for service",
        label_zh="按项目付费",
        stage=Stage.CLAIM,
        pass_kind=PassKind.CELL,
        params=FeeForServiceParams,
        reads=reads,
        run=run,
        of_sums=True,
    ),
)
