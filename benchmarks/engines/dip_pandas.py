"""The DIP job in pandas, text as categories; the files are read by pyarrow, which keeps the dictionaries.

Tried and slower: the two categories as the key with `transform("mean")`, in place of one number made of their codes and
means by `map` (4.6 s against 3.6 s of CPU for 10 million cases on one core).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.dip_terms import COLUMNS, HIGH, JOB, LOW, LOWER, SCALE, SMALLEST, UPPER, budgets
from benchmarks.registry import Answer, Step, Task, Work


def work(is_trimmed: bool) -> Work:
    """One step, from the files to the payments."""
    return Work((Step(JOB, lambda task: job(task, is_trimmed)),), answer)


def job(task: Task, is_trimmed: bool) -> pd.DataFrame:
    """Points, point value and payment by hospital and insurance."""
    cases = _cases(task)
    kept = cases if not is_trimmed else cases[_within(cases)]
    mean = cases["key"].map(kept.groupby("key", sort=False)["cost"].mean())
    ratio = (cases["cost"] / mean).to_numpy()
    points = (mean / kept["cost"].mean() * SCALE).to_numpy()
    cases["points"] = np.where(ratio < LOW, points * ratio, np.where(ratio > HIGH, points * (ratio - HIGH + 1), points))
    found = cases.groupby(["hospital", "insurance"], observed=True)["points"].sum().reset_index()
    all_points = found.groupby("insurance", observed=True)["points"].transform("sum")
    found["value"] = found["insurance"].astype(str).map(budgets(task.cases)) / all_points
    found["payment"] = found["points"] * found["value"]
    return found


def answer(found: pd.DataFrame) -> Answer:
    """By hospital and by insurance."""
    sums = found.groupby("hospital", observed=True)[["points", "payment"]].sum()
    value = dict(zip(found["insurance"], found["value"], strict=True))
    return {"points": sums["points"].to_dict(), "payment": sums["payment"].to_dict(), "point value": value}


def _cases(task: Task) -> pd.DataFrame:
    """Hospital, insurance and cost of each case, and one number for its group."""
    pa.set_cpu_count(task.threads)
    table = pq.read_table(task.folder, columns=list(COLUMNS), use_threads=task.threads > 1).unify_dictionaries()
    diagnosis = table["principal_diagnosis"].combine_chunks()
    subcategory, _ = pd.factorize(np.array([code[:5] for code in diagnosis.dictionary.to_pylist()]))
    lists = table["procedures"].combine_chunks()
    start, codes = lists.offsets.to_numpy(), lists.values.indices.to_numpy()
    has_any = start[:-1] < start[1:]
    procedure = np.where(has_any, codes[np.minimum(start[:-1], codes.size - 1)] + 1, 0)
    own = subcategory[diagnosis.indices.to_numpy()] * (len(lists.values.dictionary) + 1) + procedure
    return pd.DataFrame(
        {
            "hospital": table["hospital_id"].to_pandas(),
            "insurance": table["insurance"].to_pandas(),
            "cost": table["total_cost_yuan"].cast(pa.float64()).to_numpy(),
            "key": own,
        }
    )


def _within(cases: pd.DataFrame) -> pd.Series[bool]:
    """Whether the cost of each case lies within the percentiles of its group, by nearest rank."""
    ordered = cases[["key", "cost"]].sort_values(["key", "cost"], kind="stable")
    size = ordered.groupby("key", sort=True)["cost"].size()
    first = size.cumsum() - size
    costs = ordered["cost"].to_numpy()
    low, high = (
        pd.Series(costs[(first + np.ceil(size * part).astype(int) - 1).to_numpy()], size.index)
        for part in (LOWER, UPPER)
    )
    low[size < SMALLEST], high[size < SMALLEST] = -np.inf, np.inf
    return (cases["cost"] >= cases["key"].map(low)) & (cases["cost"] <= cases["key"].map(high))
