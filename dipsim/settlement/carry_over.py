"""Carry-over 结转: what an earlier year left over is settled with this one, and a debt may go on to the next.

A row of the table `carry` above 0 is paid to the hospital, one below 0 is charged. A hospital whose clearing comes out
below 0 then owes money: debts = "collect" leaves that to be paid, debts = "carry" moves it to the next year's table.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from dipsim.ledger import Posting
from dipsim.policy.params import Params
from dipsim.rule import PassKind, Rule, Stage, YearView


class CarryOverParams(Params):
    """What `[settlement.carry_over]` may say."""

    debts: Literal["collect", "carry"] = Field(
        description="What a hospital owes at the end: it pays, or the next year charges it"
    )


def reads(_: CarryOverParams) -> frozenset[str]:
    """No column of the cases."""
    return frozenset()


def run(view: YearView, params: CarryOverParams) -> tuple[Posting, ...]:
    """What comes from the year before, and what goes to the next."""
    brought = view.nothing()
    for row in view.tables.carry or ():
        if row.year == view.year:
            brought[view.place(row.hospital_id, row.insurance)] += row.amount_fen
    postings = view.to_hospitals(brought, "carried_in")
    if params.debts == "carry":
        debts = -np.minimum(view.still_due() + brought, 0)
        postings += view.to_hospitals(debts, "carried_out")
    return tuple(postings)


RULES = (
    Rule(
        key="carry_over",
        label="Carry-over",
        label_zh="结转",
        stage=Stage.SETTLE,
        pass_kind=PassKind.HOSPITAL,
        params=CarryOverParams,
        reads=reads,
        run=run,
    ),
)
