"""The DIP job: group means, points by deviation band, points of hospitals, point value by insurance, payments.

A group is the subcategory of the principal diagnosis (five characters) and the first procedure; group points are 1,000
x mean of the group / mean of all. dipsim then pays a further scenario with other bands, and one with other budgets.
"""

from __future__ import annotations

from functools import partial

from benchmarks.dip_terms import BANDS, JOB, PRICES
from benchmarks.made_cases import made_cases
from benchmarks.registry import Engine, Figures, Subject, Target, Tolerance, Work

GIGABYTE = 1e9


def engines(is_trimmed: bool) -> tuple[Engine, ...]:
    """dipsim, its peers and the yardstick."""
    return (
        Engine("dipsim", partial(_dipsim, is_trimmed)),
        Engine("polars", partial(_polars, is_trimmed)),
        Engine("duckdb", partial(_duckdb, is_trimmed)),
        Engine("pandas", partial(_pandas, is_trimmed)),
        Engine("decode", _decode),
    )


def _dipsim(is_trimmed: bool) -> Work:
    from benchmarks.engines import dip_dipsim

    return dip_dipsim.work(is_trimmed)


def _polars(is_trimmed: bool) -> Work:
    from benchmarks.engines import dip_polars

    return dip_polars.work(is_trimmed)


def _duckdb(is_trimmed: bool) -> Work:
    from benchmarks.engines import dip_duckdb

    return dip_duckdb.work(is_trimmed)


def _pandas(is_trimmed: bool) -> Work:
    from benchmarks.engines import dip_pandas

    return dip_pandas.work(is_trimmed)


def _decode() -> Work:
    from benchmarks.engines import dip_decode

    return dip_decode.work()


def cpu_ratio(figures: Figures, slower: str, faster: str) -> float:
    """CPU seconds of one engine's job over those of another's, on one core."""
    return figures[slower, 1, JOB].cpu / figures[faster, 1, JOB].cpu


TARGETS = (
    Target("CPU of polars / dipsim, 1 core", lambda f: cpu_ratio(f, "polars", "dipsim"), 2.0, True),
    Target("CPU of duckdb / dipsim, 1 core", lambda f: cpu_ratio(f, "duckdb", "dipsim"), 2.0, True),
    Target("CPU of pandas / dipsim, 1 core", lambda f: cpu_ratio(f, "pandas", "dipsim"), 3.0, True),
    Target("CPU of dipsim / decode, 1 core", lambda f: cpu_ratio(f, "dipsim", "decode"), 2.5, False),
    Target(
        "wall of polars / dipsim, 2 threads", lambda f: f["polars", 2, JOB].wall / f["dipsim", 2, JOB].wall, 1.7, True
    ),
    Target("peak memory of dipsim, GB", lambda f: f["dipsim", 1, JOB].peak_bytes / GIGABYTE, 0.8, False),
    Target("peak memory of dipsim with 2 threads, GB", lambda f: f["dipsim", 2, JOB].peak_bytes / GIGABYTE, 0.8, False),
    Target("a scenario of other bands, CPU s", lambda f: f["dipsim", 1, BANDS].cpu, 0.15, False),
    Target("a scenario of other prices, CPU s", lambda f: f["dipsim", 1, PRICES].cpu, 0.02, False),
)

SUBJECT = Subject(
    key="dip_job",
    title="DIP job",
    make=made_cases,
    engines=engines(is_trimmed=False),
    cases=10_000_000,
    warm_cases=2_000,
    tolerances={"points": Tolerance(1e-9), "payment": Tolerance(1e-9, absolute=0.01), "point value": Tolerance(1e-9)},
    threads=(1, 2),
    targets=TARGETS,
)
