"""Real hospitals for measurements: Medicare 2011, the cells of hospital and DRG with what was really paid for them.

Read from `../shared/data/medicare-2011` beside the repository, or from `$DIPSIM_SHARED`; never kept in it.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

CELLS, FACTS = "cells.csv", "hospitals.csv"
DISCHARGES = 6_975_318
NATION, REGIONS = "nation", "regions"
"""The steps: all hospitals under one ceiling, and each referral region under its own."""
YEAR = 2025


def made_medicare(folder: Path, cases: int) -> Path:
    """The folder of the first cells with at least so many cases, and what each hospital was paid, by region."""
    place = folder / f"medicare-{cases}"
    if (place / FACTS).is_file():
        return place
    place.mkdir(parents=True, exist_ok=True)
    source = _source()
    with (source / "providers.csv").open(encoding="utf-8", newline="") as file:
        region = {row["idProvider"]: row["referralRegion"] for row in csv.DictReader(file)}
    paid: dict[str, int] = defaultdict(int)
    taken = 0
    with (source / "charges.csv").open(encoding="utf-8", newline="") as file, (place / CELLS).open("w") as out:
        out.write("hospital_id,insurance,group_code,cases,total_cost_yuan\n")
        for row in csv.DictReader(file):
            if taken >= cases:
                break
            count = int(row["totalDischarges"])
            charges, payments = (round(Decimal(row[name]) * count * 100) for name in ("aveCharges", "avePayments"))
            out.write(f"{row['idProvider']},employee,{row['drg']},{count},{charges // 100}.{charges % 100:02d}\n")
            paid[row["idProvider"]] += payments
            taken += count
    rows = (f"{name},{region[name]},{amount}\n" for name, amount in sorted(paid.items()))
    (place / FACTS).write_text("".join(["hospital_id,region,paid_fen\n", *rows]), encoding="utf-8")
    return place


def read_facts(folder: Path) -> tuple[Mapping[str, str], Mapping[str, int]]:
    """The region of each hospital, and what it was paid in all."""
    with (folder / FACTS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["hospital_id"]: row["region"] for row in rows}, {
        row["hospital_id"]: int(row["paid_fen"]) for row in rows
    }


def ceilings(region: Mapping[str, str], paid: Mapping[str, int]) -> dict[str, int]:
    """What each region was paid."""
    found: dict[str, int] = defaultdict(int)
    for name, amount in paid.items():
        found[region[name]] += amount
    return found


def _source() -> Path:
    shared = Path(os.environ.get("DIPSIM_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    folder = shared / "data" / "medicare-2011"
    if not folder.is_dir():
        raise FileNotFoundError(f"no {folder}: this subject needs the data of Medicare 2011")
    return folder
