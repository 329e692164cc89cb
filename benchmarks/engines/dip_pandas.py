"""The DIP job in pandas, text as categories; the files are read by pyarrow, which keeps the dictionaries.

A group is two categories. Tried and slower than `transform("mean")` on them: numbers of the groups by `ngroup`, and
means taken by them (4.0 s against 1.2 s of CPU for 10 million cases on one core), groups in order (1.24 s), a category
of its own for no procedure (1.27 s). Faster, and no longer pandas with categories: one number for the group, made in
numpy of the codes of both, with the means by `map` (0.65 s).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.dip_terms import COLUMNS, HIGH, JOB, LOW, LOWER, SCALE, SMALLEST, UPPER, budgets
from benchmarks.registry import Answer, Step, Task, Work

GROUP = ["subcategory", "procedure"]


def work(is_trimmed: bool) -> Work:
    """One step, from the files to the payments."""
    return Work((Step(JOB, lambda task: job(task, is_trimmed)),), answer)


def job(task: Task, is_trimmed: bool) -> pd.DataFrame:
    """Points, point value and payment by hospital and insurance."""
    cases = _cases(task)
    cases["counted"] = cases["cost"].where(_within(cases)) if is_trimmed else cases["cost"]
    mean = cases.groupby(GROUP, observed=True, dropna=False, sort=False)["counted"].transform("mean")
    ratio = (cases["cost"] / mean).to_numpy()
    points = (mean / cases["counted"].mean() * SCALE).to_numpy()
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
    """Hospital, insurance, subcategory, main procedure (none is missing) and cost of each case."""
    pa.set_cpu_count(task.threads)
    table = pq.read_table(task.folder, columns=list(COLUMNS), use_threads=task.threads > 1).unify_dictionaries()
    diagnosis = table["principal_diagnosis"].to_pandas().cat
    number, subcategories = pd.factorize(diagnosis.categories.str[:5])
    lists = table["procedures"].combine_chunks()
    start, codes = lists.offsets.to_numpy(), lists.values.indices.to_numpy()
    first = np.where(start[:-1] < start[1:], codes[np.minimum(start[:-1], codes.size - 1)], -1)
    columns = {
        "hospital": table["hospital_id"].to_pandas(),
        "insurance": table["insurance"].to_pandas(),
        "subcategory": pd.Categorical.from_codes(number[diagnosis.codes.to_numpy()], subcategories),
        "procedure": pd.Categorical.from_codes(first, lists.values.dictionary.to_pandas()),
        "cost": table["total_cost_yuan"].cast(pa.float64()).to_numpy(),
    }
    return pd.DataFrame(columns, copy=False)


def _within(cases: pd.DataFrame) -> pd.Series[bool]:
    """Whether the cost of each case lies within the percentiles of its group, by nearest rank."""
    procedure = cases["procedure"].cat
    key = cases["subcategory"].cat.codes.astype(np.int64) * (len(procedure.categories) + 1) + procedure.codes
    ordered = pd.DataFrame({"key": key, "cost": cases["cost"]}).sort_values(["key", "cost"], kind="stable")
    size = ordered.groupby("key", sort=True)["cost"].size()
    first = size.cumsum() - size
    costs = ordered["cost"].to_numpy()
    low, high = (
        pd.Series(costs[(first + np.ceil(size * part).astype(int) - 1).to_numpy()], size.index)
        for part in (LOWER, UPPER)
    )
    low[size < SMALLEST], high[size < SMALLEST] = -np.inf, np.inf
    return (cases["cost"] >= key.map(low)) & (cases["cost"] <= key.map(high))
