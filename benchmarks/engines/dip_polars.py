"""The DIP job in polars, streaming engine.

Tried and slower: a join on the two texts, reading twice (4.0 s against 3.2 s of CPU for 10 million cases on one core);
`over` in place of the join (4.9 s, on a number 3.8 s); lists of a group exploded (6.3 s). Means gathered from a dense
column in place of the join: no difference.
"""

from __future__ import annotations

import polars as pl

from benchmarks.dip_terms import HIGH, JOB, LOW, LOWER, SCALE, SMALLEST, UPPER, budgets
from benchmarks.registry import Answer, Step, Task, Work

NO_PROCEDURE = 999_999


def work(is_trimmed: bool) -> Work:
    """One step, from the files to the payments."""
    return Work((Step(JOB, lambda task: job(task, is_trimmed)),), answer)


def job(task: Task, is_trimmed: bool) -> pl.DataFrame:
    """Points, point value and payment by hospital and insurance."""
    cases = _cases(task)
    overall, means = _means(cases, is_trimmed)
    ratio, points = pl.col("cost") / pl.col("mean"), pl.col("mean") / overall * SCALE
    of_case = (
        pl.when(ratio < LOW).then(points * ratio).when(ratio > HIGH).then(points * (ratio - HIGH + 1)).otherwise(points)
    )
    found = (
        cases.lazy()
        .join(means.lazy(), on="key")
        .select("hospital", "insurance", points=of_case)
        .group_by("hospital", "insurance")
        .agg(pl.col("points").sum())
        .collect(engine="streaming")
        .with_columns(pl.col("hospital").cast(pl.String), pl.col("insurance").cast(pl.String))
    )
    money = pl.col("insurance").replace_strict(budgets(task.cases), return_dtype=pl.Float64)
    value = money / pl.col("points").sum().over("insurance")
    return found.with_columns(value=value, payment=pl.col("points") * value)


def answer(found: pl.DataFrame) -> Answer:
    """By hospital and by insurance."""
    sums = found.group_by("hospital").agg(pl.col("points").sum(), pl.col("payment").sum())
    return {
        "points": dict(zip(sums["hospital"], sums["points"], strict=True)),
        "payment": dict(zip(sums["hospital"], sums["payment"], strict=True)),
        "point value": dict(zip(found["insurance"], found["value"], strict=True)),
    }


def _cases(task: Task) -> pl.DataFrame:
    """Hospital, insurance and cost of each case, and one number for its group."""
    read = (
        pl.scan_parquet(task.folder / "*.parquet")
        .select(
            hospital="hospital_id",
            insurance="insurance",
            diagnosis="principal_diagnosis",
            procedure=pl.col("procedures").list.first().to_physical().cast(pl.UInt64).fill_null(NO_PROCEDURE),
            cost=pl.col("total_cost_yuan").cast(pl.Float64),
        )
        .collect(engine="streaming")
    )
    subcategory = pl.col("diagnosis").cast(pl.String).str.slice(0, 5).rank("dense").cast(pl.UInt64)
    diagnoses = read.select(pl.col("diagnosis").unique()).with_columns(subcategory=subcategory)
    key = pl.col("subcategory") * (NO_PROCEDURE + 1) + pl.col("procedure")
    return (
        read.lazy()
        .join(diagnoses.lazy(), on="diagnosis")
        .select("hospital", "insurance", "cost", key=key)
        .collect(engine="streaming")
    )


def _means(cases: pl.DataFrame, is_trimmed: bool) -> tuple[float, pl.DataFrame]:
    """The mean of all cases and of each group, with or without those beyond the percentiles."""
    if not is_trimmed:
        means = cases.lazy().group_by("key").agg(mean=pl.col("cost").mean()).collect(engine="streaming")
        return cases.select(pl.col("cost").mean()).item(), means
    cost, size = pl.col("cost"), pl.len()
    low = cost.sort().get((size * LOWER).ceil().cast(pl.UInt32) - 1)
    high = cost.sort().get((size * UPPER).ceil().cast(pl.UInt32) - 1)
    kept = (cost >= low) & (cost <= high) | (size < SMALLEST)
    sums = cases.lazy().group_by("key").agg(total=cost.filter(kept).sum(), count=kept.sum()).collect(engine="streaming")
    overall = sums.select(pl.col("total").sum() / pl.col("count").sum()).item()
    return overall, sums.select("key", mean=pl.col("total") / pl.col("count"))
