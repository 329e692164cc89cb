"""Clearing real hospitals: 163,065 cells of Medicare 2011 under one ceiling, then 306 regions each under its own.

Reading the cells is not timed. The peer is plain Python, which does this job and nothing else: no ledger, no
fingerprint, no posting by rule.
"""

from __future__ import annotations

from benchmarks.medicare import DISCHARGES, NATION, REGIONS, made_medicare
from benchmarks.registry import Engine, Figures, Subject, Target, Tolerance, Work


def _dipsim() -> Work:
    from benchmarks.engines import clearing_dipsim

    return clearing_dipsim.work()


def _plain() -> Work:
    from benchmarks.engines import clearing_plain

    return clearing_plain.work()


def seconds(figures: Figures) -> float:
    """CPU of dipsim for the nation and all its regions."""
    return sum(figures["dipsim", 1, step].cpu for step in (NATION, REGIONS))


SUBJECT = Subject(
    key="medicare_clearing",
    title="Clearing of Medicare 2011",
    make=made_medicare,
    engines=(Engine("dipsim", _dipsim), Engine("plain python", _plain)),
    cases=DISCHARGES,
    warm_cases=2_000,
    tolerances={"payment": Tolerance(0.0, absolute=0.02)},
    threads=(1,),
    targets=(Target("CPU of dipsim, nation and regions, s", seconds, 2.0, False),),
)
