"""A reconciliation as files: every difference, the causes, the groups that are taken for one another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dipsim import __version__
from dipsim.cases.write import Column, Micro, Yuan, write_columns
from dipsim.lab.reconcile import CAUSES, Cause, Difference, Reconciliation
from dipsim.lab.settlements import AMOUNTS, MICROS, TEXTS, Settlement
from dipsim.report.labels import Text
from dipsim.report.outputs import MANIFEST, digests, whole_folder

CAUSE_LABELS: Mapping[Cause, Text] = {
    "group": Text("group", "病组（种）"),
    "factor": Text("hospital factor", "机构系数"),
    "band": Text("deviation band", "费用偏差"),
    "point_value": Text("point value", "点值"),
    "deduction": Text("deduction", "扣款"),
    "payee": Text("another hospital or insurance", "拨付机构或险种不同"),
    "not_settled": Text("not settled", "未结算"),
    "not_in_run": Text("not in the run", "测算中没有"),
    "rest": Text("the rest", "其他"),
}
FILES = ("differences.csv", "causes.csv", "group_pairs.csv", MANIFEST)


def settlement_columns(settlement: Settlement) -> Mapping[str, Column]:
    """A settlement as the columns of its export, by case_id; `reconcile` reads them back as they are."""
    return {
        "case_id": settlement.case_ids,
        **{name: settlement.texts[name] for name in TEXTS},
        **{name: Micro(settlement.micro[name]) for name in MICROS},
        **{name: Yuan(settlement.fen[name]) for name in AMOUNTS},
    }


def write_reconciliation(found: Reconciliation, folder: Path, of: Mapping[str, str]) -> None:
    """Write all tables; `of` says in the manifest what was compared. Raises OutputError as `whole_folder` does."""
    with whole_folder(folder) as draft:
        write_columns(draft / "differences.csv", difference_columns(found.differences))
        write_columns(draft / "causes.csv", cause_columns(found))
        write_columns(draft / "group_pairs.csv", group_pair_columns(found))
        told = {"dipsim": __version__, **of, "files": digests(draft)}
        manifest = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
        (draft / MANIFEST).write_text(f"{manifest}\n", encoding="utf-8")


def difference_columns(differences: tuple[Difference, ...]) -> Mapping[str, Column]:
    """One row a case, the largest difference first, with the effect of each cause on points and yuan."""

    def effects(name: str, cause: Cause) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([getattr(each, name).get(cause, 0) for each in differences], np.int64)

    return {
        "case_id": [each.case_id for each in differences],
        "hospital_id": [each.hospital_id for each in differences],
        "settled_hospital_id": [each.settled_hospital_id for each in differences],
        "insurance": [each.insurance for each in differences],
        "settled_insurance": [each.settled_insurance for each in differences],
        "cause": [each.cause for each in differences],
        "group_code": [each.group for each in differences],
        "settled_group_code": [each.settled_group for each in differences],
        "pay_yuan": Yuan(np.array([each.paid_fen for each in differences], np.int64)),
        "settled_yuan": Yuan(np.array([each.settled_fen for each in differences], np.int64)),
        "difference_yuan": Yuan(np.array([each.settled_fen - each.paid_fen for each in differences], np.int64)),
        **{f"{cause}_yuan": Yuan(effects("fen", cause)) for cause in CAUSES if cause != "payee"},
        **{f"{cause}_points": Micro(effects("points_micro", cause)) for cause in CAUSES[:3]},
    }


def cause_columns(found: Reconciliation) -> Mapping[str, Column]:
    """One row a cause; the yuan of all rows add up to the whole difference."""
    return {
        "cause": [total.cause for total in found.totals],
        "cases": [total.cases for total in found.totals],
        "points": Micro(np.array([total.points_micro for total in found.totals], np.int64)),
        "yuan": Yuan(np.array([total.fen for total in found.totals], np.int64)),
    }


def group_pair_columns(found: Reconciliation) -> Mapping[str, Column]:
    """Group of the run, group of the settlement, and how many cases have the two."""
    return {
        "group_code": [mine for (mine, _), _ in found.confusion],
        "settled_group_code": [theirs for (_, theirs), _ in found.confusion],
        "cases": np.array([cases for _, cases in found.confusion], np.int64),
    }
