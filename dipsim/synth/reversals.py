"""Reversals 冲正 as hospitals send them: a claim that counted, and months later a row that takes it back."""

from __future__ import annotations

from dipsim.synth.claims import Status
from dipsim.synth.untidy import TextColumns

REVERSED, NORMAL = Status.REVERSED.name.lower(), Status.NORMAL.name.lower()


def date_reversals(cases: TextColumns, truth: TextColumns) -> None:
    """Make pairs of the rows marked as reversed, in place: the earlier one a claim, the later one its reversal.

    The reversal has the content of the claim and a settlement date of its own, not before that of the claim. Neither
    counts at the end of the year, as neither did before, so no sum of accepted cases changes; the months between do.
    """
    rows = [row for row, status in enumerate(cases["claim_status"]) if status == REVERSED]
    half = len(rows) // 2
    for claim, reversal in zip(rows[:half], rows[half:], strict=False):
        settled = max(cases["settled_on"][claim], cases["settled_on"][reversal])
        for columns in (cases, truth):
            for name in columns.keys() - {"case_id"}:
                columns[name][reversal] = columns[name][claim]
        cases["claim_status"][claim] = NORMAL
        cases["replaces_case_id"][reversal] = cases["case_id"][claim]
        cases["settled_on"][reversal] = settled
