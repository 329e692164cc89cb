from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.errors import PolicyError
from dipsim.paths import PolicyRoots
from dipsim.policy.any_scheme import read_any_scheme
from dipsim.policy.drg_folder import read_drg_scheme
from dipsim.policy.drg_scheme import Complication, DrgScheme
from tests.unit.policy.small_drg import BASE, CHOICES, HEAD, base, codes, problems, variant, write


def test_rows_stand_in_the_order_of_trying_with_fallback_rows_last(tmp_path: Path) -> None:
    scheme = read_drg_scheme(base(tmp_path), PolicyRoots((tmp_path,)))
    assert [row.code for row in scheme.mdc] == ["MDCA", "MDCO"]
    assert [row.code for row in scheme.adrg] == ["AA1", "OQY", "OS2", "OT1", "O00"]
    assert codes(scheme) == ["AA19", "OQY", "OS29", "OT11", "OT15", "O000"]
    assert scheme.adrg[2].where == "small/adrg.csv:3"


def test_sets_complications_and_exclusions_are_looked_up_by_name_and_code(tmp_path: Path) -> None:
    scheme = read_drg_scheme(base(tmp_path), PolicyRoots((tmp_path,)))
    assert scheme.sets["DI_O00"] == {"O00.900", "O03.900"}
    assert scheme.complications == {"D62.x00": Complication("CC", "EX_1"), "A41.900": Complication("MCC", "EX_2")}
    assert scheme.exclusions == {"D62.x00": "EX_1", "A41.900": "EX_2"}


def test_a_rule_over_several_lines_is_read_as_it_stands(tmp_path: Path) -> None:
    mdc = 'code,name,rule,order\nMDCO,x,"ZYZD in DI_O00\r\n and XB = 2",2\nMDCA,y,,1\n'
    scheme = read_drg_scheme(base(tmp_path, mdc_csv=mdc), PolicyRoots((tmp_path,)))
    assert scheme.mdc[1].rule == "ZYZD in DI_O00\r\n and XB = 2"


def test_a_scheme_of_kind_drg_is_told_from_one_of_dip(tmp_path: Path) -> None:
    roots = PolicyRoots((tmp_path, Path(__file__).parents[3]))
    assert isinstance(read_any_scheme(base(tmp_path), roots), DrgScheme)
    assert not isinstance(read_any_scheme(roots.scheme("dip-demo"), roots), DrgScheme)


def test_the_faults_of_all_tables_are_told_at_once(tmp_path: Path) -> None:
    folder = base(
        tmp_path,
        mdc_csv="code,name,order\nMDCO,x,1\n",
        drg_csv="code,name,rule,adrg,order\nOT11,,,OT1,first\n",
        cc_csv="code,name,table,level\nD62.x00,,EX_1,severe\n",
    )
    (folder / "set.csv").write_text("set,code\n", encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_drg_scheme(folder, PolicyRoots((tmp_path,)))
    told = [str(problem) for problem in refused.value.problems]
    assert told[0] == "small/set.csv: no table of a DRG scheme; did you mean 'sets.csv'?"
    assert "small/drg.csv:2: order: 'first' is not a plain number" in told[1]
    assert "small/cc.csv:2: level: 'severe' is not allowed" in told[2]
    assert len(told) == 3


def test_a_table_that_is_absent_is_told(tmp_path: Path) -> None:
    folder = base(tmp_path)
    (folder / "sets.csv").unlink()
    with pytest.raises(PolicyError, match=r"small/sets.csv: cannot be read"):
        read_drg_scheme(folder, PolicyRoots((tmp_path,)))


def test_parents_that_do_not_exist_are_told_with_line_and_column(tmp_path: Path) -> None:
    drg = BASE["drg.csv"] + "OX19,,,OX1,1\n"
    folder = base(tmp_path, adrg_csv=BASE["adrg.csv"] + "XA1,,,MDCX,1\n", drg_csv=drg)
    with pytest.raises(PolicyError) as refused:
        read_drg_scheme(folder, PolicyRoots((tmp_path,)))
    told = [problem.where for problem in refused.value.problems]
    assert told == ["small/adrg.csv:7: mdc", "small/drg.csv:8: adrg"]


def test_choices_must_name_adrgs_of_the_scheme(tmp_path: Path) -> None:
    toml = HEAD + CHOICES.replace('"O00"', '"B00"')
    write(tmp_path, "small", {**BASE, "scheme.toml": toml})
    with pytest.raises(PolicyError, match="fallback: no ADRG 'B00'"):
        read_drg_scheme(tmp_path / "groupers" / "small", PolicyRoots((tmp_path,)))


def test_a_scheme_must_state_every_choice(tmp_path: Path) -> None:
    write(tmp_path, "small", {**BASE, "scheme.toml": HEAD})
    with pytest.raises(PolicyError) as refused:
        read_drg_scheme(tmp_path / "groupers" / "small", PolicyRoots((tmp_path,)))
    assert len(refused.value.problems) == 5


def test_a_variant_without_changes_says_what_its_parent_says(tmp_path: Path) -> None:
    city = variant(tmp_path)
    parent = read_drg_scheme(tmp_path / "groupers" / "small", PolicyRoots((tmp_path,)))
    assert (city.mdc, city.adrg, city.drg, city.sets) == (parent.mdc, parent.adrg, parent.drg, parent.sets)
    assert city.choices == parent.choices
    assert city.fingerprint != parent.fingerprint


def test_a_variant_adds_replaces_and_drops_rows_of_every_table(tmp_path: Path) -> None:
    city = variant(
        tmp_path,
        'unknown_codes = "ungroupable"\n',
        adrg_csv="change,code,name,rule,mdc,order\nadd,OT2,宫角妊娠,ZYZD in DI_OT2,MDCO,19\n",
        drg_csv=(
            "change,code,name,rule,adrg,order\n"
            "add,OT29,宫角妊娠,,OT2,1\ndrop,OT11,,,,\nreplace,OT15,异位妊娠,NL>=35,OT1,1\n"
        ),
        sets_csv="change,set,code\nadd,DI_OT2,O00.800\ndrop,DI_O00,O03.900\n",
        cc_csv="change,code,table,level\nreplace,D62.x00,EX_9,MCC\n",
        exclusions_csv="change,code,table\ndrop,A41.900,\n",
    )
    assert [row.code for row in city.adrg] == ["AA1", "OQY", "OS2", "OT2", "OT1", "O00"]
    assert codes(city) == ["AA19", "OQY", "OS29", "OT29", "OT15", "O000"]
    assert city.drg[4].rule == "NL>=35"
    assert city.sets["DI_O00"] == {"O00.900"}
    assert city.sets["DI_OT2"] == {"O00.800"}
    assert city.complications["D62.x00"] == Complication("MCC", "EX_9")
    assert city.exclusions == {"D62.x00": "EX_1"}
    assert city.choices.unknown_codes == "ungroupable"
    assert city.choices.fallback == ("O00",)


def test_of_rows_with_the_same_order_the_variant_s_is_tried_first(tmp_path: Path) -> None:
    rows = "change,code,name,rule,adrg,order\nadd,OT1A,,NL<18,OT1,2\n"
    assert codes(variant(tmp_path, drg_csv=rows))[3:6] == ["OT11", "OT1A", "OT15"]


def test_changes_that_fit_no_row_are_told_together(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        drg_csv="change,code,name,rule,adrg,order\nadd,OT11,,,OT1,1\nreplace,OT12,,,OT1,1\nadd,OT13,,,OT1,\n",
        sets_csv="change,set,code\ndrop,DI_O00,O99.900\n",
    )
    assert told == [
        "city/drg.csv:4: order: is blank; state the whole row",
        "city/drg.csv:2: cannot add 'OT11'; it stands in small/drg.csv:3 already; write replace",
        "city/drg.csv:3: cannot replace 'OT12'; the parent has no such row; correct the code, or write add",
        "city/sets.csv:2: cannot drop 'DI_O00 O99.900'; the parent has no such row; correct the code, or write add",
    ]


def test_an_adrg_cannot_be_dropped_from_under_its_drgs(tmp_path: Path) -> None:
    told = problems(tmp_path, adrg_csv="change,code,name,rule,mdc,order\ndrop,OT1,,,,\n")
    assert [line.partition(";")[0] for line in told] == [
        "small/drg.csv:2: adrg: no ADRG 'OT1'",
        "small/drg.csv:3: adrg: no ADRG 'OT1'",
    ]


def test_a_parent_that_is_not_there_is_told_at_the_line_of_extends(tmp_path: Path) -> None:
    folder = write(tmp_path, "city", {"scheme.toml": HEAD + 'extends = "smal"\n'})
    base(tmp_path)
    with pytest.raises(
        PolicyError, match=r"city/scheme.toml:6: extends: scheme 'smal' not found.*did you mean 'small'"
    ):
        read_drg_scheme(folder, PolicyRoots((tmp_path,)))


def test_schemes_that_extend_each_other_are_told(tmp_path: Path) -> None:
    write(tmp_path, "a", {"scheme.toml": HEAD + 'extends = "b"\n'})
    write(tmp_path, "b", {"scheme.toml": HEAD + 'extends = "a"\n'})
    with pytest.raises(PolicyError, match="schemes extend each other; a -> b -> a"):
        read_drg_scheme(tmp_path / "groupers" / "a", PolicyRoots((tmp_path,)))


def test_a_change_of_the_parent_changes_the_fingerprint_of_the_variant(tmp_path: Path) -> None:
    before = variant(tmp_path).fingerprint
    path = tmp_path / "groupers" / "small" / "sets.csv"
    path.write_text(path.read_text(encoding="utf-8") + "DI_O00,O80.000,,\n", encoding="utf-8")
    assert read_drg_scheme(tmp_path / "groupers" / "city", PolicyRoots((tmp_path,))).fingerprint != before


def test_what_an_import_found_odd_does_not_change_the_fingerprint(tmp_path: Path) -> None:
    folder = base(tmp_path)
    before = read_drg_scheme(folder, PolicyRoots((tmp_path,))).fingerprint
    (folder / "anomalies.csv").write_text("kind\n", encoding="utf-8")
    assert read_drg_scheme(folder, PolicyRoots((tmp_path,))).fingerprint == before
