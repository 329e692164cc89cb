"""What a bureau adds in the settlement year: money really prepaid month by month, assessment scores, deductions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import Coded
from dipsim.cases.write import Days, Yuan
from dipsim.ledger import INSURANCES
from dipsim.money import yuan_text
from dipsim.synth.claims import PARTS
from dipsim.synth.untidy import TextColumns
from dipsim.synth.year import CaseYear

I8 = NDArray[np.int64]

MONTHS = 12


def year_tables(year: CaseYear) -> dict[str, TextColumns]:
    """The companion tables of a settlement year by name, as text."""
    return {"prepaid": _prepaid(year), "assessment": _assessment(year), "deductions": _deductions(year)}


def _prepaid(year: CaseYear) -> TextColumns:
    """A share of what the fund bore of the claims settled in each month of the year, part of it withheld.

    The bureau prepaid what was claimed at the time: claims taken back or replaced later are among them.
    """
    clearing, ids = year.period.params.settings.clearing, [h.hospital_id for h in year.period.params.settings.hospital]
    fund = _sums(year, ids)
    paid = fund * round(clearing.prepaid_ratio * PARTS) // PARTS
    kept = paid * round(clearing.deposit_ratio * PARTS) // PARTS
    places = list(zip(*np.nonzero(paid), strict=True))
    return {
        "year": [str(year.period.year)] * len(places),
        "month": [str(month + 1) for month, _, _ in places],
        "insurance": [INSURANCES[insurance] for _, insurance, _ in places],
        "hospital_id": [ids[hospital] for _, _, hospital in places],
        "prepaid_yuan": [yuan_text(int(paid[place] - kept[place])) for place in places],
        "deposit_yuan": [yuan_text(int(kept[place])) for place in places],
    }


def _sums(year: CaseYear, ids: list[str]) -> I8:
    """What the pooled funds bore, fen by (month, insurance, hospital), of the claims settled within the year."""
    settled, hospital, insurance, fund = (
        year.columns[name] for name in ("settled_on", "hospital_id", "insurance", "fund_paid_yuan")
    )
    assert isinstance(settled, Days)
    assert isinstance(fund, Yuan)
    assert isinstance(hospital, Coded)
    assert isinstance(insurance, Coded)
    months = settled.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    month = months - MONTHS * (year.period.year - 1970)
    of_hospital = np.array([ids.index(name) for name in hospital.values])[hospital.ids]
    of_insurance = np.array([INSURANCES.index(name) for name in insurance.values])[insurance.ids]
    rows = np.flatnonzero((month >= 0) & (month < MONTHS) & (of_insurance != INSURANCES.index("other")))
    sums = np.zeros((MONTHS, len(INSURANCES), len(ids)), np.int64)
    np.add.at(sums, (month[rows], of_insurance[rows], of_hospital[rows]), fund.fen[rows])
    return sums


def _assessment(year: CaseYear) -> TextColumns:
    scores = year.period.params.settings.clearing.scores
    return {
        "year": [str(year.period.year)] * len(scores),
        "hospital_id": list(scores),
        "score": [str(score) for score in scores.values()],
    }


def _deductions(year: CaseYear) -> TextColumns:
    rows = year.period.params.settings.clearing.deduction
    return {
        "year": [str(year.period.year)] * len(rows),
        "insurance": [row.insurance for row in rows],
        "hospital_id": [row.hospital_id for row in rows],
        "amount_yuan": ["" if row.amount_yuan is None else str(row.amount_yuan) for row in rows],
        "points": ["" if row.points is None else str(row.points) for row in rows],
        "reason": [row.reason for row in rows],
    }
