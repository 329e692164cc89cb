from __future__ import annotations

from pathlib import Path

from dipsim.cases.read import read_cases
from dipsim.synth.reversals import date_reversals
from dipsim.synth.untidy import TextColumns

ROWS = (
    # case_id, status, settled on, cost
    ("C1", "reversed", "2025-02-03", "100.00"),
    ("C2", "normal", "2025-02-04", "200.00"),
    ("C3", "reversed", "2025-04-01", "300.00"),
    ("C4", "reversed", "2025-06-05", "400.00"),
    ("C5", "reversed", "2025-03-01", "500.00"),
    ("C6", "reversed", "2025-12-30", "600.00"),
)
NAMES = ("case_id", "claim_status", "settled_on", "total_cost_yuan")


def spoilt() -> tuple[TextColumns, TextColumns]:
    cases = {name: [row[number] for row in ROWS] for number, name in enumerate(NAMES)}
    cases["replaces_case_id"] = [""] * len(ROWS)
    truth = {"case_id": list(cases["case_id"]), "group_code": [f"G{number}" for number in range(len(ROWS))]}
    date_reversals(cases, truth)
    return cases, truth


def test_the_later_half_of_the_reversed_rows_takes_back_the_earlier_half() -> None:
    cases, truth = spoilt()
    rows = list(zip(*(cases[name] for name in (*NAMES, "replaces_case_id")), strict=True))
    assert rows == [
        ("C1", "normal", "2025-02-03", "100.00", ""),
        ("C2", "normal", "2025-02-04", "200.00", ""),
        ("C3", "normal", "2025-04-01", "300.00", ""),
        ("C4", "reversed", "2025-06-05", "100.00", "C1"),
        ("C5", "reversed", "2025-04-01", "300.00", "C3"),  # not before C3 itself was settled
        ("C6", "reversed", "2025-12-30", "600.00", ""),  # one is left over
    ]
    assert truth["case_id"] == [row[0] for row in ROWS]
    assert truth["group_code"] == ["G0", "G1", "G2", "G0", "G2", "G5"]


def test_the_same_cases_are_accepted_as_without_pairs(tmp_path: Path) -> None:
    cases, _ = spoilt()
    lines = [",".join(cases), *(",".join(row) for row in zip(*cases.values(), strict=True))]
    (tmp_path / "cases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = read_cases([tmp_path / "cases.csv"], salt=b"test")
    assert reading.cases.case_ids.to_pylist() == ["C2"]
    assert reading.superseded is not None
    assert sorted(reading.superseded.cases.case_ids.to_pylist()) == ["C1", "C3"]
