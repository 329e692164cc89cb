"""`dipsim explain` under a DRG scheme: every status with its reason, what the group hangs on, and what if."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dipsim.synth import demo_region, generate, write_region
from tests.e2e.commands import dipsim

DRG, DIP = "demo-city/drg-2025", "demo-city/baseline-2025"
ODD: Mapping[str, Mapping[str, str]] = {
    "nowhere": {"principal_diagnosis": "Q00.9zz"},
    "unrelated": {"principal_diagnosis": "J18.900", "procedures": "47.0100"},
    "rest": {"principal_diagnosis": "R29.800"},
    "sexless": {"principal_diagnosis": "N80.000", "sex": ""},
    "blank": {"principal_diagnosis": ""},
    "barred": {"principal_diagnosis": "E11.000", "other_diagnoses": "E10.000|A41.900", "procedures": "99.2500"},
}
"""Cases of which the reference scheme makes something else each."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    write_region(generate(demo_region(), 5, 400), folder)
    path = folder / "cases.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    local = [
        row
        for row in rows
        if row["insured_region"] == "local"
        and row["discharged_on"].startswith("2025")
        and row["claim_status"] == "normal"
        and 3 <= int(row["length_of_stay_days"]) < 50
    ]
    plain = {"other_diagnoses": "", "procedures": "", "sex": "1", "age_years": "50", "age_days": ""}
    for row, (case_id, cells) in zip(local, ODD.items(), strict=False):
        row.update({**plain, **cells, "case_id": case_id})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def explained(data: Path, case_id: str, *words: str, scenario: str = DRG) -> Any:
    printed = dipsim("explain", "case", case_id, data, "-s", scenario, "--json", "--lang", "en", *words)
    return json.loads(printed)


@pytest.mark.parametrize(
    ("case_id", "reason"),
    [
        ("nowhere", "none of 26 MDCs takes the case; open: MDCA, without a matching ADRG; no table names Q00.9zz"),
        ("unrelated", "47.0100 (OP_ALL): an operation, and no surgical ADRG of MDCE takes it"),
        ("rest", "MDCB took the case (R29.800 (DI_B00)); none of its 25 ADRGs before it matched"),
        ("sexless", "none of 26 MDCs takes the case; open: MDCA, without a matching ADRG"),
        ("blank", "the principal diagnosis is blank"),
        ("barred", "decided by A41.900"),
    ],
)
def test_every_status_has_its_reason(data: Path, case_id: str, reason: str) -> None:
    assert explained(data, case_id)["reason"] == reason


def test_a_missing_value_that_kept_a_gate_shut_is_named(data: Path) -> None:
    assert [(row["row"], row["columns"]) for row in explained(data, "sexless")["lacking"]] == [("MDCN", "sex")]


def test_a_barred_complication_a_deciding_one_and_what_would_be_without_it(data: Path) -> None:
    found = explained(data, "barred")
    assert [(row["code"], row["counts_as"]) for row in found["codes"]] == [
        ("E11.000", ""),
        ("E10.000", "MCC, barred by EX_5, which holds the principal diagnosis"),
        ("A41.900", "MCC, decided"),
        ("99.2500", ""),
    ]
    assert [(row["row"], row["tried_before"]) for row in found["way"]] == [("MDCK", 12), ("KS1", 6), ("KS11", 0)]
    assert found["hints"] == [{"without": "A41.900", "role": "other diagnosis", "group_code": "KS15"}]


def test_what_if_shows_the_group_and_the_difference(data: Path) -> None:
    found = explained(data, "barred", "--what-if", "other_diagnoses=E10.000", "--what-if", "total_cost=9000")
    before, after, difference = found["what_if"]
    assert (before["group_code"], after["group_code"]) == ("KS11", "KS15")
    pays = [float(row["pay_yuan"]) for row in (before, after, difference)]
    assert pays[2] == pytest.approx(pays[1] - pays[0])
    assert pays[2] < 0


def test_what_if_works_under_dip_too(data: Path) -> None:
    found = explained(data, "unrelated", "--what-if", "procedures=", scenario=DIP)
    assert found["what_if"][1]["group_code"] == "J18.9"


def test_options_that_say_nothing_clear_are_refused_all_at_once(data: Path) -> None:
    words = ("--what-if", "age=71", "--what-if", "colour=red")
    told = dipsim("explain", "case", "barred", data, "-s", DRG, *words, exit_code=2)
    assert "may be age_years or age_days" in told
    assert "--what-if colour: no such column" in told
    told = dipsim("explain", "case", "barred", data, "-s", DRG, "--what-if", "age_years", exit_code=2)
    assert "write --what-if column=value" in told


def test_a_narrow_terminal_and_chinese(data: Path) -> None:
    told = dipsim("explain", "case", "barred", data, "-s", DRG)
    assert "KS11 已入组：决定性合并症：A41.900" in told
    assert "MCC，被 EX_5 排除（主要诊断在该表）" in told


def test_a_group_is_explained_with_its_rules_and_members() -> None:
    found = json.loads(dipsim("explain", "group", "KS1", "--scheme", "drg-reference", "--json"))
    assert [row["code"] for row in found["rows"]] == ["MDCK", "KS1"]
    assert [row["code"] for row in found["below"]] == ["KS11", "KS13", "KS15"]
    sizes = {row["set"]: row["codes"] for row in found["sets"]}
    assert sizes == {name: len(codes) for name, codes in found["members"].items()}
    assert "E11.900" in found["members"]["DI_KS1"]
    shown = dipsim("explain", "group", "KS11", "--scheme", "drg-reference", "--lang", "en")
    assert "below" not in shown
    assert "more" in shown


def test_a_group_of_a_catalogue_is_explained_and_an_unknown_one_refused() -> None:
    assert "36.0700" in dipsim("explain", "group", "I20.0:36.0700", "--scheme", "dip-demo")
    assert "did you mean" in dipsim("explain", "group", "KS14", "--scheme", "drg-reference", exit_code=2)
