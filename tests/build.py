"""Regions in a few lines: cases from plain rows, weights from plain tables, a scenario in memory."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, Kind
from dipsim.cases.companions import Budget, BudgetLine, Hospitals
from dipsim.cases.table import BLANK_ID, COUNT, CaseTable, Coded, CodedLists
from dipsim.cells import Cells
from dipsim.ledger import INSURANCES, Accounts
from dipsim.money import MISSING, micro
from dipsim.paths import PolicyRoots
from dipsim.policy.document import Document
from dipsim.policy.files import leaves_of, thawed
from dipsim.policy.layer import Origin
from dipsim.policy.params import Source
from dipsim.policy.scheme import Scheme
from dipsim.policy.weights import LEVELS, DaySurgeryGroup, Weights
from dipsim.registry import TABLES
from dipsim.scenario import FAMILIES, Head, Scenario

Row = Mapping[str, Any]
BASE = Path(__file__).parent / "golden" / "base.toml"
EPOCH = date(1970, 1, 1)


def yuan_fen(value: object) -> int:
    """Yuan as whole fen; ValueError where the text has more decimals, for an example must not be rounded unseen."""
    amount = Decimal(str(value)) * 100
    if amount != int(amount):
        raise ValueError(f"{value} yuan is not a whole number of fen")
    return int(amount)


def case_table(rows: Sequence[Row]) -> CaseTable:
    """Cases from rows of canonical columns; a column that no row names is absent, None and '' are blanks.

    Yuan are numbers or decimal text, dates ISO text; case_id counts from c00001 where a row has none.
    """
    names = {name for row in rows for name in row} - {"case_id"}
    kinds = {name: COLUMNS[name].kind for name in names}
    return CaseTable(
        case_ids=pa.array([row.get("case_id", f"c{number:05d}") for number, row in enumerate(rows, 1)], pa.string()),
        coded={name: coded([row.get(name) for row in rows]) for name, kind in kinds.items() if kind in TEXT_KINDS},
        lists={name: lists([row.get(name) for row in rows]) for name, kind in kinds.items() if kind is Kind.CODE_LIST},
        integers={
            name: np.array([_whole(kind, row.get(name)) for row in rows], np.int64)
            for name, kind in kinds.items()
            if kind in (Kind.INTEGER, Kind.YUAN, Kind.DATE)
        },
        reals={
            name: np.array([row.get(name, np.nan) for row in rows], np.float64)
            for name, kind in kinds.items()
            if kind is Kind.NUMBER
        },
        origin_file=np.zeros(len(rows), np.int32),
        origin_line=np.arange(2, len(rows) + 2, dtype=np.int64),
        files=("cases.csv",),
    )


def aggregates(rows: Sequence[Row], counts: Sequence[int]) -> CaseTable:
    """The table `cells`: rows of sums, each over so many cases."""
    table = case_table(rows)
    return replace(table, integers={**table.integers, COUNT: np.array(counts, np.int64)}, files=("cells.csv",))


def coded(texts: Sequence[str | None]) -> Coded:
    """A dictionary-encoded column; None and '' are blanks."""
    values = tuple(sorted({text for text in texts if text}))
    ids = {value: number for number, value in enumerate(values)}
    return Coded(np.array([ids[text] if text else BLANK_ID for text in texts], np.int32), values)


def lists(texts: Sequence[str | None]) -> CodedLists:
    """A list column from codes joined by `|`."""
    parts = [text.split("|") if text else [] for text in texts]
    flat = coded([code for codes in parts for code in codes])
    offsets = np.cumsum([0, *(len(codes) for codes in parts)]).astype(np.int64)
    return CodedLists(offsets, flat.ids, flat.values)


def _whole(kind: Kind, value: Any) -> int:
    if value is None or value == "":
        return MISSING
    if kind is Kind.YUAN:
        return yuan_fen(value)
    return (date.fromisoformat(value) - EPOCH).days if kind is Kind.DATE else int(value)


def weights(tables: Mapping[str, Any]) -> Weights:
    """Weights from the `[weights]` table of a golden case; numbers are decimal text or numbers, means in yuan."""
    groups = sorted(tables["group"], key=lambda group: str(group["group_code"]))

    def column(name: str) -> Any:
        return np.array([micro(group.get(name, 0)) for group in groups], np.int64)

    level_means = {
        level: np.array([micro(g.get("level_mean", {}).get(level, 0)) for g in groups], np.int64) for level in LEVELS
    }
    return Weights(
        name="test",
        title="Test",
        title_zh="测试",
        kind=tables["kind"],
        scheme="brought",
        scale_micro=micro(tables["scale"]),
        overall_mean_micro_yuan=micro(tables.get("mean_cost_yuan", 0)),
        mean_over=tables.get("mean_over", ""),
        group_codes=tuple(group["group_code"] for group in groups),
        points_micro=column("group_points"),
        mean_micro_yuan=column("mean_cost_yuan"),
        level_means=level_means,
        parents=tuple(group.get("parent", "") for group in groups),
        hospital_factors={hospital: micro(factor) for hospital, factor in tables.get("hospital_factor", {}).items()},
        grassroots=frozenset(tables.get("grassroots", ())),
        fingerprint=repr(sorted(tables.items(), key=str)),
        day_surgery={
            code: DaySurgeryGroup(micro(row["group_points"]), micro(row.get("mean_cost_yuan", 0)))
            for code, row in tables.get("day_surgery", {}).items()
        },
    )


def brought_scheme() -> Scheme:
    """A scheme whose cases bring their group."""
    return Scheme(
        name="brought",
        title="Brought",
        title_zh="自带",
        kind="brought",
        version="1",
        source=Source(doc="test"),
        semantics=None,
        rows=(),
        excluded_diagnoses=frozenset(),
        procedure_treatments={},
        procedure_classes={},
        fingerprint="brought",
    )


@dataclass(frozen=True)
class Base:
    """The baseline that examples change: scenario values, weights, what a case says unless its row says otherwise, and
    what the examples of point_value put on top."""

    values: dict[str, Any]
    weights: dict[str, Any]
    case: dict[str, Any]
    price: dict[str, Any]


def base() -> Base:
    """A fresh copy of tests/golden/base.toml."""
    tables = tomllib.loads(BASE.read_text(encoding="utf-8"))
    return Base(tables["scenario"], tables["weights"], tables["case"], tables["price"])


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Nested values with others put on top: tables key by key, everything else whole."""
    out = dict(values)
    for key, value in changes.items():
        inner = out.get(key)
        out[key] = changed(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return out


def document(values: Mapping[str, Any], name: str = "test/baseline") -> Document:
    """Values as a baseline document."""
    leaves = leaves_of(values)
    return Document(
        name, f"{name}.toml", {".".join(p): (Origin(f"{name}.toml", 0, "baseline", v, None),) for p, v in leaves}
    )


def scenario(changes: Mapping[str, Any] | None = None, tables: Mapping[str, Any] | None = None) -> Scenario:
    """The base scenario with changes, over cases that bring their group; `tables` change the weights."""
    stated = base()
    doc = document(changed(stated.values, changes or {}))
    names = stated_tables(doc)
    head = {key: thawed(value) for key, value in doc.values.items() if key not in FAMILIES}
    return Scenario(
        document=doc,
        roots=PolicyRoots(()),
        head=Head.model_validate(head),
        params={name: model.model_validate(doc.table(name)) for name, model in TABLES.items() if name in names},
        scheme=brought_scheme(),
        weights=weights(changed(stated.weights, tables or {})),
    )


def cells(rows: Sequence[Row], year: int) -> tuple[Cells, Accounts]:
    """What hospitals claim, one cell a row: id, insurance, points, claims_yuan, patient_yuan, cost_yuan."""
    accounts = Accounts(tuple(sorted({row["id"] for row in rows})))
    none = np.zeros(len(rows), np.int64)

    def column(numbers: Sequence[int]) -> Any:
        return np.array(numbers, np.int64)

    def fen(name: str) -> Any:
        return column([yuan_fen(row.get(name, 0)) for row in rows])

    made = Cells(
        hospital=column([accounts.hospital_ids.index(row["id"]) for row in rows]),
        insurance=column([INSURANCES.index(row.get("insurance", "employee")) for row in rows]),
        year=none + year,
        month=none,
        rule=none,
        group=none,
        flag=none,
        cases=none + 1,
        cost_fen=fen("cost_yuan"),
        points_cost_fen=np.where(column([micro(row.get("points", 0)) for row in rows]) != 0, fen("cost_yuan"), 0),
        patient_fen=fen("patient_yuan"),
        fund_paid_fen=fen("fund_paid_yuan"),
        length_of_stay_days=none,
        points_micro=column([micro(row.get("points", 0)) for row in rows]),
        amount_fen=fen("claims_yuan"),
    )
    return made, accounts


def hospitals(levels: Mapping[str, str]) -> Hospitals:
    """The companion table of hospitals from a level by id."""
    ids, blank, no_day = sorted(levels), ("",) * len(levels), np.full(len(levels), MISSING)
    level = tuple(levels[hospital_id] for hospital_id in ids)
    return Hospitals(tuple(ids), blank, level, blank, blank, blank, blank, blank, blank, no_day, no_day)


def counties(county_of: Mapping[str, str]) -> Hospitals:
    """The companion table of hospitals from a county by id."""
    table = hospitals(dict.fromkeys(county_of, "secondary"))
    return replace(table, county=tuple(county_of[hospital_id] for hospital_id in table.hospital_ids))


def budget(rows: Sequence[Row]) -> Budget:
    """The companion table of budgets: year, insurance, item, amount_yuan, and county or hospital_id of a part."""

    def line(row: Row) -> BudgetLine:
        areas = row.get("county", ""), row.get("hospital_id", "")
        return BudgetLine(row["year"], row["insurance"], row["item"], yuan_fen(row["amount_yuan"]), "test", *areas)

    return Budget(tuple(line(row) for row in rows))


def stated_tables(document: Document) -> frozenset[str]:
    """The tables of parameters that a document states; examples leave out the rules that they do not route to."""
    stated = [family for family in FAMILIES if family in document.values]
    return frozenset(f"{family}.{key}" for family in stated for key in document.table(family))


def policy_folder(folder: Path) -> PolicyRoots:
    """The base as a policy folder: scheme `brought`, weights `test`, scenario `test/baseline`."""
    text = BASE.read_text(encoding="utf-8").partition("[scenario]\n")[2].partition("# The cases of point_value")[0]
    about = 'title = "Test"\ntitle_zh = "测试"\nsource = { doc = "test" }\n'
    numbers = 'kind = "table"\nscheme = "brought"\nscale = 1000.0\nmean_cost_yuan = 10000.0\n'
    files = {
        "groupers/brought/scheme.toml": f'{about}kind = "brought"\nversion = "1"\n',
        "weights/test/weights.toml": about + numbers,
        "weights/test/group_points.csv": "group_code,group_points,mean_cost_yuan\nG,1000,10000\n",
        "scenarios/test/baseline.toml": text.replace("[scenario.", "["),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return PolicyRoots((folder,))
