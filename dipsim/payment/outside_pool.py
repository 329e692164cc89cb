"""Outside the pool 统筹区外: other insured and out-of-area cases are counted and shown, and take no pool money."""

from __future__ import annotations

import numpy as np

from dipsim.policy.params import Params
from dipsim.rule import Claims, PassKind, Rule, Stage, View


class OutsidePoolParams(Params):
    """What `[payment.outside_pool]` may say: only where the rule comes from."""


def reads(_: OutsidePoolParams) -> frozenset[str]:
    """Columns that `run` needs: none, so that no case outside the pool is rejected for a blank."""
    return frozenset()


def run(view: View, _: OutsidePoolParams) -> Claims:
    """Nothing is claimed."""
    none = np.zeros(view.rows.size, np.int64)
    return Claims(none, none, none)


RULES = (
    Rule(
        key="outside_pool",
        label="Outside the pool",
        label_zh="统筹区外",
        stage=Stage.CLAIM,
        pass_kind=PassKind.CELL,
        params=OutsidePoolParams,
        reads=reads,
        run=run,
        of_sums=True,
        flags=(("outside_pool", "统筹区外"),),
    ),
)
