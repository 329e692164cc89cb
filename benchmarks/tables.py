"""Figures and targets as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from benchmarks.registry import Figures, Target

GIGABYTE = 1e9


def figures_table(figures: Figures) -> Table:
    """The medians: CPU is user and system, the spread is that of the CPU, set-up is told apart."""
    table = Table(title="medians", title_justify="left")
    for heading in ("engine", "threads", "step", "CPU s", "spread", "wall s", "peak GB", "set-up CPU s"):
        table.add_column(heading, justify="left" if heading in ("engine", "step") else "right")
    for (engine, threads, step), figure in sorted(figures.items(), key=lambda item: (item[0][1], item[0][0])):
        numbers = (f"{figure.cpu:.3f}", f"{figure.spread:.0%}", f"{figure.wall:.3f}")
        memory = f"{figure.peak_bytes / GIGABYTE:.2f}"
        table.add_row(engine, str(threads), step, *numbers, memory, f"{figure.setup_cpu:.2f}")
    return table


def targets_table(targets: Sequence[Target], figures: Figures) -> tuple[Table, bool]:
    """Every target with its value and whether it is met, and whether all are; one without its figures is not met."""
    table = Table(title="targets", title_justify="left")
    for heading in ("target", "wanted", "found", "met"):
        table.add_column(heading, justify="left" if heading == "target" else "right")
    is_all_met = True
    for target in targets:
        wanted = f"{'at least' if target.is_at_least else 'at most'} {target.limit:g}"
        try:
            value = target.value(figures)
        except KeyError:
            table.add_row(target.text, wanted, "not measured", "no")
            is_all_met = False
            continue
        is_all_met &= target.is_met(value)
        table.add_row(target.text, wanted, f"{value:.3f}", "yes" if target.is_met(value) else "NO")
    return table, is_all_met
