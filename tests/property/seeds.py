"""Sound files of every kind that dipsim reads, to be mutated; all invented."""

from __future__ import annotations

CASES = """\
case_id,hospital_id,insurance,sex,age_years,age_days,principal_diagnosis,other_diagnoses,procedures,length_of_stay_days,\
admitted_on,discharged_on,settled_on,total_cost_yuan,claim_status,replaces_case_id,patient_id,admission_weight_g,\
ventilation_hours,fund_paid_yuan,insured_region,name
a1,H1,employee,1,61,,I63.900,I10.x00|E11.900,,9,2025-01-03,2025-01-12,2025-02-01,12345.60,normal,,p1,,,9000.00,local,甲
a2,H1,resident,2,0,12,P22.000,,96.7101,20,2025/3/1,2025/3/21,,40000,normal,,p2,2450,36.5,30000,local,"乙, 丙"
a3,H2,resident,2,33,,O82.900,,74.1x01|75.7x00,5,2025年4月1日,2025年4月6日,20250501,8000.5,corrected,a4,p3,,,6000,441900,
a4,H2,resident,2,33,,O82.900,,74.1x01,5,2025-04-01,2025-04-06,,9000,normal,,p3,,,6000,441900,
a5,H2,other,1,70,,J18.900,,,,,2025-06-30 23:59,,"6100.00",reversed,,,,,,local,
a6,H1,employee,1,45,,K35.900,,47.0100,5,2025-02-11,2025-02-16,,11800.00,normal,,p6,,,9000.00,local,丁
"""
FOREIGN_CASES = """\
A48;A49;机构;险种;主诊;D20;D23;D24;入院;出院;C35x01C;C35x02C;C14x01C;呼吸机;RYTZ;BZYZSNL
1001;1;H1;310;I63.900;12.345,60;1,5;;03/01/25;12/01/25;E11.900;I10.x00;47.0100;1/2/30;;
1002;1;H1;390;P22.000;40.000,00;;2;01/03/25;21/03/25;;;;0/0/0;2450;12
1003;2;H2;390;O82.900;8.000,50;;;01/04/25;06/04/25;;O90.900;74.1x01;;;
"""
MAPPING = """\
title = "Export of a hospital"
title_zh = "医院导出"
source = "demo"
[columns]
case_id = { joined = ["A48", "A49"] }
hospital_id = "机构"
insurance = "险种"
principal_diagnosis = "主诊"
total_cost_yuan = ["D20", "D23"]
fee_drug_yuan = { sum = ["D23", "D24"] }
other_diagnoses = { numbered = "C35x##C" }
procedures = { main = "C14x01C", numbered = "C35x##C", without_main = "reject" }
admitted_on = "入院"
discharged_on = "出院"
ventilation_hours = "呼吸机"
admission_weight_g = "RYTZ"
age_years = "BZYZSNL"
age_days = "BZYZSNL"
[constants]
claim_status = "normal"
[values.insurance]
"310" = "employee"
"390" = "resident"
[durations]
ventilation_hours = "days/hours/minutes"
[when_blank]
age_years = { if_filled = "age_days", value = 0 }
[format]
delimiter = ";"
decimal = ","
thousands = "."
date_format = "%d/%m/%y"
two_digit_years_from = 1950
blanks = ["-", "无"]
strip_trailing_zero = ["principal_diagnosis"]
[notes]
insurance = "demo"
"""
TABLES_MAPPING = """\
[columns]
case_id = "id"
total_cost_yuan = "cost"
[tables.diagnoses]
file = "diagnoses.csv"
key = "id"
code = "code"
order = "place"
main = { column = "main", is = "1" }
without_main = "reject"
[tables.procedures]
file = "procedures.csv"
key = "id"
code = "code"
order = "place"
without_main = "blank"
[tables.persons]
file = "persons.csv"
key = "id"
columns = { sex = "sex", age_years = "age" }
"""
TABLES = {
    "cases.csv": "id,cost\nc1,100\nc2,250.50\nc3,7\n",
    "diagnoses.csv": "id,place,main,code\nc1,1,1,I63.900\nc1,2,0,I10.x00\nc2,1,1,J18.900\nc3,1,1,O82.900\n",
    "procedures.csv": "id,place,code\nc1,1,47.0100\nc1,2,86.0400\nc3,1,74.1x01\n",
    "persons.csv": "id,sex,age\nc1,1,61\nc2,2,33\nc3,2,28\n",
}
HOSPITALS = """\
hospital_id,name,level,grade,type,county,consortium_id,role,ownership,designated_from,designated_to
H1,甲,tertiary,A,general,,M1,lead,public,2020-01-01,
H2,乙,primary,,,县,M1,township,public,2021/1/1,20251231
"""
BUDGET = """\
year,insurance,item,amount_yuan,source
2025,employee,dip_fund,400000000.00,demo
2025,resident,dip_fund,600000000,demo
"""
PREPAID = """\
year,month,insurance,hospital_id,prepaid_yuan,deposit_yuan
2025,1,employee,H1,400000.00,2000
2025,2,resident,H2,1,
"""
ASSESSMENT = """\
year,hospital_id,score
2025,H1,92.5
2025,H2,100
"""
DEDUCTIONS = """\
year,insurance,hospital_id,case_id,amount_yuan,points,reason
2025,employee,H1,a1,1200.50,,demo
2025,resident,H2,,,30.5,demo
"""
CARRY = """\
year,insurance,hospital_id,amount_yuan
2024,employee,H1,-1200.50
2024,resident,H2,30
"""
POINT_VALUES = """\
insurance,pool_fen,points_micro,cut_remainder,cut_last_id,note
employee,4000000,1500000000,12,H1,
resident,3000000,1,-1,,x
"""
CELLS = """\
hospital_id,insurance,group_code,cases,month,total_cost_yuan,length_of_stay_days
H1,employee,I63.9,12,1,120000.00,100
H1,resident,I63.9,3,2,30000,30
H2,resident,J18.9,1,12,5000.5,7
"""
CODE_MAP = """\
source_code,grouper_code,name
I63.900x001,I63.900,甲
K35.902,K35.900,
A,B,
A,C,
"""
PROCEDURE_CLASSES = """\
code,class
47.0100,surgery
86.0400,therapeutic
"""
SETTLEMENT = """\
case_id,amount_yuan,group_code
a1,9000.00,I63.9
a2,30000,P22.0
"""

GROUPS = """\
group_code,kind,diagnosis,main_procedure,other_procedures,procedure_class,name,name_zh
J18.9,core,J18.9,,,,Pneumonia,肺炎
K35.9:47.0100,core,K35.9,47.0100,,,"Appendicitis, appendectomy",急性阑尾炎，阑尾切除
K35.9:47.0100+54.2100,core,K35.9,47.0100,54.2100,,,
I63-0,composite,I63,,,surgery,,
"""
SCHEME = """\
title = "Small"
title_zh = "小方案"
kind = "dip"
version = "2025"
main_procedure = "first"
empty_procedure = "conservative_only"
class_of = "highest"
tie = "smallest_code"
source = { doc = "demo", article = "invented" }
"""
WEIGHTS = """\
title = "Small"
title_zh = "小分值"
kind = "table"
scheme = "small"
scale = 1000
mean_cost_yuan = 8000
source = { doc = "demo", article = "invented" }
"""
GROUP_POINTS = """\
group_code,group_points,mean_cost_yuan
J18.9,625,5000
K35.9:47.0100,1250.25,10000
I63-0,1500,12000
"""
LEVEL_MEANS = """\
group_code,level,mean_cost_yuan
J18.9,primary,4000
J18.9,tertiary,6000.5
"""
HOSPITAL_FACTORS = "hospital_id,hospital_factor\nH1,1.05\nH2,0.95\n"
GRASSROOTS = "group_code,name_zh\nJ18.9,肺炎\n"
PROCEDURE_TREATMENTS = "code,treatment\n96.7101,conservative\n86.0400,not_main\n"
OVERLAY = """\
title = "Wider bands"
title_zh = "放宽"
source = { doc = "demo", article = "invented" }
[override]
weighting.outlier.low_ratio = 0.4
weighting.outlier.high_ratio = 2.5
"""
SCENARIO = """\
extends = "demo-city/baseline-2025"
overlays = ["mine"]
title = "Small city"
title_zh = "小城"
[override]
grouper = "small"
weights = "small"
year = 2025
weighting.hospital_factor.level_factor = { primary = 0.9, secondary = 1.0, tertiary = 1.1 }
settlement.point_value.budget_yuan = { employee = 40_000, resident = 30_000 }
settlement.point_value.source = { doc = "demo", article = "invented" }
"""
RULES = (
    "ZYZD in DI_B00",
    "(ZYZD in {DI_BR1, DI_BR2} or QTZD in DI_BR1) and not (ZYSS in OP_ALL)",
    "((NL=0) and (XSRTL<29)) or length(MCC ∩ QTZD) >= 2",
    "QTZD in {MCC, CC} and NL>=18 and length(OP_ALL ∩ {ZYSS,QTSS}) > 1",
    "1",
)
