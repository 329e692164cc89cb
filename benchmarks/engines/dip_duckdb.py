"""The DIP job in DuckDB.

Tried and slower: the two texts as the key in place of their hash (4.9 s against 3.6 s of CPU for 10 million cases on
one core), reading the files twice (5.0 s), a table of groups with numbers (5.6 s), window functions (7.3 s), lists of
a group unnested (16 s). Two groups of one hash would be one group; the check of the answers would tell.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import duckdb

from benchmarks.dip_terms import HIGH, JOB, LOW, LOWER, SCALE, SMALLEST, UPPER, budgets
from benchmarks.registry import Answer, Step, Task, Work

CASES = """
    SELECT hospital_id AS hospital, insurance, total_cost_yuan::DOUBLE AS cost,
           hash(left(principal_diagnosis, 5), coalesce(procedures[1], '')) AS key
    FROM read_parquet('{files}')
"""
PLAIN = "SELECT key, avg(cost) AS mean, sum(cost) AS total, count(*) AS cases FROM cases GROUP BY key"
TRIMMED = f"""
    SELECT key, avg(cost) AS mean, sum(cost) AS total, count(*) AS cases
    FROM cases JOIN (
        SELECT key, count(*) AS size, quantile_disc(cost, [{LOWER}, {UPPER}]) AS limits FROM cases GROUP BY key
    ) USING (key)
    WHERE size < {SMALLEST} OR cost BETWEEN limits[1] AND limits[2]
    GROUP BY key
"""
QUERY = """
    WITH cases AS MATERIALIZED ({cases}),
    means AS MATERIALIZED ({means}),
    overall AS (SELECT sum(total) / sum(cases) AS overall FROM means),
    claims AS (
        SELECT hospital, insurance, sum(
            CASE WHEN ratio < {low} THEN points * ratio
                 WHEN ratio > {high} THEN points * (ratio - {high} + 1)
                 ELSE points END
        ) AS points
        FROM (
            SELECT hospital, insurance, mean / overall * {scale} AS points, cost / mean AS ratio
            FROM cases JOIN means USING (key), overall
        )
        GROUP BY hospital, insurance
    )
    SELECT hospital, insurance, points, budget / sum(points) OVER (PARTITION BY insurance) AS value, points * value
    FROM claims JOIN (SELECT unnest(['employee', 'resident']) AS insurance, unnest([{budgets}]) AS budget)
    USING (insurance)
"""


def work(is_trimmed: bool) -> Work:
    """One step, from the files to the payments."""
    return Work((Step(JOB, lambda task: job(task, is_trimmed)),), answer)


def job(task: Task, is_trimmed: bool) -> list[tuple[Any, ...]]:
    """Hospital, insurance, points, point value and payment."""
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {task.threads}")
        connection.execute("SET preserve_insertion_order = false")
        money = budgets(task.cases)
        query = QUERY.format(
            cases=CASES.format(files=task.folder / "*.parquet"),
            means=TRIMMED if is_trimmed else PLAIN,
            low=LOW,
            high=HIGH,
            scale=SCALE,
            budgets=f"{money['employee']}, {money['resident']}",
        )
        return connection.execute(query).fetchall()


def answer(found: list[tuple[Any, ...]]) -> Answer:
    """By hospital and by insurance."""
    points: dict[str, float] = defaultdict(float)
    payment: dict[str, float] = defaultdict(float)
    for hospital, _, own_points, _, own_payment in found:
        points[hospital] += own_points
        payment[hospital] += own_payment
    return {"points": points, "payment": payment, "point value": {row[1]: row[3] for row in found}}
