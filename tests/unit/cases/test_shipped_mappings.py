"""Sample files in the documented layouts of the settlement list and the front page, read by their shipped mappings."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from dipsim.cases.identity import content_fingerprint
from dipsim.cases.mapping import CaseMapping, read_mapping, shipped_mappings
from dipsim.cases.read import CaseReading, read_cases
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import rejects_of, written

LIST_4101A = {
    "setlinfo.csv": """setl_id,psn_no,nwb_age,nwb_adm_wt,adm_time,dscg_time,act_ipt_days,dscg_way,vent_used_dura
S1,P1,,,2025-01-02 08:00:00,2025-01-09 10:00:00,7,1,1/13/24
S2,P2,0,3050,2025-01-03 09:30:00,2025-01-05 11:00:00,2,1,
S3,P1,,,2025-02-01 10:00:00,2025-02-02 09:00:00,1,5,0/0/0
""",
    "diseinfo.csv": """setl_id,diag_type,diag_code,diag_name,adm_cond_type,maindiag_flag
S1,1,E11.900,糖尿病,1,0
S1,1,K35.800x001,阑尾炎,1,1
S1,2,BNW000,某病,1,0
S2,1,P59.900,新生儿黄疸,1,1
S3,1,J18.900,肺炎,1,1
""",
    "oprninfo.csv": """setl_id,oprn_oprt_type,oprn_oprt_code,oprn_oprt_date
S1,2,54.2100,2025-01-03
S1,1,47.0100,2025-01-03
S3,2,96.7101,2025-02-01
""",
    "settlement.csv": """setl_id,fixmedins_code,hi_type,gend,age,setl_time,medfee_sumamt,fund_pay_sumamt,psn_part_amt
S1,H01,310,1,43,2025-01-10,12345.67,10000.00,2345.67
S2,H02,390,2,,2025-01-06,2000.00,1500.00,500.00
S3,H01,310,1,43,2025-02-03,3000.00,2500.00,500.00
""",
}


def front_page(header_case: bool) -> tuple[list[str], list[dict[str, str]]]:
    """The header and two rows of a wide front page; every blank is `-`."""
    columns = ["A01", "A12C", "A14", "A16", "A17", "A18x01", "A20", "A46C", "A48", "A49"]
    columns += ["B12", "B15", "B16C", "B20", "B34C", "C03C", "C04N", "C05C"]
    columns += [f"C06x{number:02}C" for number in range(1, 41)] + ["C14x01C", "C15x01N"]
    columns += [f"C35x{number:02}C" for number in range(1, 41)] + ["C47"]
    columns += ["D01", "D09", *(f"D{number}" for number in range(11, 35)), "D19x01", "D20x01", "D20x02", "D23x01"]
    adult = {
        "A01": "H01",
        "A12C": "1",
        "A14": "61",
        "A20": "110101196401011234",
        "A46C": "1",
        "A48": "000123",
        "A49": "2",
    }
    adult |= {"B12": "2025/1/2", "B15": "2025/1/12", "B20": "10", "B34C": "1", "C03C": "I63.900"}
    adult |= {
        "C06x01C": "I10.x00",
        "C06x02C": "E11.900",
        "C06x10C": "Z98.800",
        "C14x01C": "39.7200",
        "C35x01C": "38.9300",
    }
    adult |= {"D01": "30000.00", "D09": "6000.5", "D11": "1000", "D16": "2000", "D20": "7000", "D20x01": "3000"}
    adult |= {"D23": "15000.00", "D23x01": "900", "D24": "0.1", "D33": "4999.9", "C47": "12"}
    child = {"A01": "H02", "A12C": "2", "A16": "0", "A17": "2950", "A20": "x", "A46C": "2", "A48": "9", "A49": "1"}
    child |= {"B12": "2025/3/1", "B15": "2025/3/4", "B20": "3", "C03C": "P59.900", "D01": "1500"}
    rows = [{name: row.get(name, "-") for name in columns} for row in (adult, child)]
    if header_case:
        return [name.upper() for name in columns], [{name.upper(): cell for name, cell in row.items()} for row in rows]
    return columns, rows


def read_front_page(folder: Path, header_case: bool = False, changed: Mapping[str, str] | None = None) -> CaseReading:
    columns, rows = front_page(header_case)
    path = written(folder, "", "front.csv")
    _write(path, columns, [{**rows[0], **(changed or {})}, rows[1]])
    return read_cases([path], read_mapping(Path("hqms")))


def _write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def settlement_list(tmp_path: Path) -> CaseReading:
    for name, text in LIST_4101A.items():
        written(tmp_path, text, name)
    return read_cases([tmp_path / "setlinfo.csv"], read_mapping(Path("4101a")))


def test_a_settlement_list_reads_with_its_settlement(settlement_list: CaseReading) -> None:
    cases = settlement_list.cases
    assert cases.case_ids.to_pylist() == ["S1", "S2"]
    assert [cases.code("insurance").text(row) for row in (0, 1)] == ["employee", "resident"]
    assert [cases.code("hospital_id").text(row) for row in (0, 1)] == ["H01", "H02"]
    assert cases.fen("total_cost_yuan").tolist() == [1234567, 200000]
    assert cases.code("principal_diagnosis").text(0) == "K35.800x001"
    assert cases.code_list("other_diagnoses").texts(0) == ("E11.900",)
    assert cases.code_list("procedures").texts(0) == ("47.0100", "54.2100")


def test_a_folder_holds_the_list_and_its_further_tables(tmp_path: Path, settlement_list: CaseReading) -> None:
    again = read_cases([tmp_path], read_mapping(Path("4101a")))
    assert content_fingerprint(again.cases) == content_fingerprint(settlement_list.cases)


def test_an_infant_is_0_years_old_and_a_duration_is_in_hours(settlement_list: CaseReading) -> None:
    cases = settlement_list.cases
    assert cases.integer("age_years").tolist() == [43, 0]
    assert cases.integer("age_days").tolist()[1] == 0
    assert cases.real("ventilation_hours").tolist()[0] == 37.4


def test_a_main_operation_is_not_guessed_from_the_order_of_rows(settlement_list: CaseReading) -> None:
    assert rejects_of(settlement_list) == [(4, "S3", "procedures", "", "no_main_code")]


def test_a_list_without_its_settlement_is_refused_by_name(tmp_path: Path) -> None:
    for name in ("setlinfo.csv", "diseinfo.csv", "oprninfo.csv"):
        written(tmp_path, LIST_4101A[name], name)
    with pytest.raises(CaseDataError, match=r"\[tables.settlement\] file: no settlement\* beside the cases"):
        read_cases([tmp_path / "setlinfo.csv"], read_mapping(Path("4101a")))


@pytest.mark.parametrize("header_case", [False, True])
def test_a_front_page_reads_whatever_the_case_of_its_header(tmp_path: Path, header_case: bool) -> None:
    reading = read_front_page(tmp_path, header_case)
    cases = reading.cases
    assert reading.rejects == ()
    assert cases.case_ids.to_pylist() == ["000123-2", "9-1"]
    assert cases.code_list("other_diagnoses").texts(0) == ("I10.x00", "E11.900", "Z98.800")
    assert cases.code_list("procedures").texts(0) == ("39.7200", "38.9300")
    assert cases.code_list("procedures").texts(1) == ()
    assert cases.fen("fee_drug_yuan").tolist()[0] == 1500010
    assert cases.integer("age_years").tolist() == [61, 0]
    assert cases.code("patient_id").values[0] not in ("110101196401011234", "x")


def test_fees_of_a_front_page_that_miss_the_total_reject_it(tmp_path: Path) -> None:
    fees = {f"D{number}": "0" for number in range(11, 35)}
    reading = read_front_page(tmp_path, changed=fees)
    assert [row[4] for row in rejects_of(reading)] == ["fees_not_total"]


def test_other_operations_without_a_main_one_reject_a_front_page(tmp_path: Path) -> None:
    reading = read_front_page(tmp_path, changed={"C14x01C": "-"})
    assert rejects_of(reading) == [(2, "000123-2", "procedures", "", "no_main_code")]


def test_a_column_that_a_vendor_lacks_is_said(tmp_path: Path) -> None:
    reading = read_front_page(tmp_path)
    assert reading.absent_columns == ()
    columns, rows = front_page(False)
    _write(
        tmp_path / "front.csv",
        [name for name in columns if name != "C47"],
        [{k: v for k, v in row.items() if k != "C47"} for row in rows],
    )
    assert read_cases([tmp_path / "front.csv"], read_mapping(Path("hqms"))).absent_columns == ("ventilation_hours",)


def test_a_name_that_is_not_shipped_is_refused_with_those_that_are() -> None:
    with pytest.raises(CaseDataError, match="hqmss: no such mapping; did you mean 'hqms'"):
        read_mapping(Path("hqmss"))


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_line_of_a_shipped_mapping_says_whether_it_is_verified(name: str) -> None:
    mapping: CaseMapping = read_mapping(Path(name))
    assert set(mapping.notes) == {*mapping.columns, *mapping.joined}
    assert all(note.startswith(("verified: ", "unverified: ")) for note in mapping.notes.values())
    document = tomllib.loads(files("dipsim.cases").joinpath("mappings", f"{name}.toml").read_text(encoding="utf-8"))
    assert {"title", "title_zh"} <= set(document)
