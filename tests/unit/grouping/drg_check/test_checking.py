from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.errors import PolicyError
from dipsim.grouping.drg_check import check_drg, read_sound_scheme
from dipsim.paths import PolicyRoots
from dipsim.policy.drg_folder import read_drg_folder
from tests.unit.policy.small_drg import BASE, HEAD, base, write

UNREACHABLE = "unreachable_row"


def odd(root: Path, name: str = "small") -> set[tuple[str, str, str]]:
    """Kind, place and subject of what is odd in a scheme without faults."""
    checked = check_drg(read_drg_folder(root / "groupers" / name, PolicyRoots((root,))))
    assert checked.problems == ()
    return {(anomaly.kind.key, anomaly.where, anomaly.what) for anomaly in checked.anomalies}


def unreachable(root: Path, adrg: str = "", drg: str = "", sets: str = "") -> set[tuple[str, str]]:
    """Where and what no case reaches, with more rows in the small scheme."""
    base(root, adrg_csv=BASE["adrg.csv"] + adrg, drg_csv=BASE["drg.csv"] + drg, sets_csv=BASE["sets.csv"] + sets)
    return {(where, what) for kind, where, what in odd(root) if kind == UNREACHABLE}


def test_the_small_scheme_is_odd_in_its_fallback_row_alone(tmp_path: Path) -> None:
    base(tmp_path)
    known = {"blank_name", "order_gap", "not_in_sets"}
    assert {finding for finding in odd(tmp_path) if finding[0] not in known} == {
        ("repeated_order", "small/adrg.csv:3", "O00, OS2: 18"),
        ("fallback_not_last", "small/adrg.csv:2", "O00 (18); OS2, OT1"),
    }


def test_an_adrg_whose_codes_an_earlier_one_takes_is_unreachable(tmp_path: Path) -> None:
    found = unreachable(
        tmp_path,
        adrg="OB1,剖宫产,ZYSS in OP_OB1 and NL>=18,MDCO,5\n",
        drg="OB19,剖宫产,,OB1,1\n",
        sets="OP_OB1,74.1x00,,\n",
    )
    assert found == {("small/adrg.csv:7", "OB1: OQY")}


def test_a_row_after_one_that_can_pass_a_case_on_is_reachable(tmp_path: Path) -> None:
    drg = BASE["drg.csv"].replace("OQY,,,OQY,1", "OQY,,NL>=18,OQY,1")
    base(
        tmp_path,
        adrg_csv=BASE["adrg.csv"] + "OB1,剖宫产,ZYSS in OP_ALL,MDCO,5\n",
        drg_csv=drg + "OB19,剖宫产,,OB1,1\n",
    )
    assert not {finding for finding in odd(tmp_path) if finding[0] == UNREACHABLE}


def test_a_drg_whose_condition_an_earlier_one_takes_is_unreachable(tmp_path: Path) -> None:
    found = unreachable(tmp_path, drg="OT1E,伴MCC,QTZD in MCC and NL>=70,OT1,1\n")
    assert found == {("small/drg.csv:8", "OT1E: OT11")}


def test_parts_of_a_split_share_an_order_and_that_is_not_odd(tmp_path: Path) -> None:
    base(tmp_path)
    split = """extends = "small"
[[split]]
drg = "OT11"
by = "icu_hours"
parts = [{ code = "OT1A", name = "a", minimum = 24 }, { code = "OT1B", name = "b", minimum = 1 }]
"""
    write(tmp_path, "city", {"scheme.toml": HEAD + split})
    assert odd(tmp_path, "city") == odd(tmp_path)


def test_the_rules_of_a_scheme_are_read_with_it(tmp_path: Path) -> None:
    base(tmp_path, mdc_csv="code,name,rule,order\nMDCO,x,ZYZD in DI_O01,2\nMDCA,y,ZYZD is,1\n")
    with pytest.raises(PolicyError) as refused:
        read_sound_scheme(tmp_path / "groupers" / "small", PolicyRoots((tmp_path,)))
    assert [problem.where for problem in refused.value.problems] == [
        "small/mdc.csv:3: rule: line 1, column 6",
        "small/mdc.csv:2: rule",
    ]
