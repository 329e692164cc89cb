"""`dipsim weights learn`: relative weights of a scheme from the cases of past years."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, millionths, show
from dipsim.cli.common import (
    AsJson,
    Cases,
    DryRun,
    HospitalsFile,
    Lang,
    MappingFile,
    PolicyDir,
    Quiet,
    Threads,
    reading_fact,
    require_writable,
)
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.learn.relative_weights import RelativeWeights

SHOWN = 10
"""Groups that a reader is named; a program gets them all."""


def learn_weights(
    cases: Cases,
    scheme: Annotated[str, typer.Option("--scheme", help="The scheme that groups the cases; it stays as it is")],
    name: Annotated[str, typer.Option("--name", help="Name of the new weights folder")],
    destination: Annotated[Path, typer.Option("--into", help="The policy folder that receives it")],
    rules: Annotated[
        str, typer.Option("--rules", help="Rules of learning: a .toml file, or a name in groupers/learn/")
    ] = "drg-national",
    mapping: MappingFile = None,
    hospitals: HospitalsFile = None,
    policy: PolicyDir = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a folder of this name")] = False,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Learn the relative weights of a DRG scheme, or of groups that the cases bring, from past years.

    Examples:
      dipsim weights learn history/ --scheme drg-reference --name my-drg-2025 --into my-city
      dipsim weights learn grouped.csv --scheme brought --name own --into my-city --rules my-rules.toml
    """
    from dipsim.cases.further import files_read
    from dipsim.cases.mapping import CANONICAL, read_mapping
    from dipsim.grouping.catalogue.folders import free_weights_folder
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.inputs import Companions, read_inputs
    from dipsim.learn.relative_weight_rules import adjustment_file, read_adjustments, read_relative_weight_rules
    from dipsim.learn.relative_weights import learn_relative_weights
    from dipsim.learn.writing import write_relative_weights
    from dipsim.paths import policy_roots

    screen = Screen(lang, as_json, quiet)
    require_writable(destination / name)
    roots = policy_roots(policy)
    rules_file = roots.learning(rules)
    stated = read_relative_weight_rules(rules_file)
    factors_file = adjustment_file(stated, rules_file)
    factors = {} if factors_file is None else read_adjustments(factors_file)
    chosen = read_sound_scheme(roots.scheme(scheme), roots)
    target = free_weights_folder(name, destination, replace)
    with progress(screen, ("read", "learn", "write")) as began:
        began("read")
        plan = None if mapping is None else read_mapping(mapping)
        inputs, reading = read_inputs(cases, Companions(hospitals=hospitals), plan)
        began("learn")
        learned = learn_relative_weights(inputs.cases, stated, chosen, factors, inputs.hospitals, threads)
        began("write")
        given = [path for path in (hospitals, rules_file, factors_file) if path is not None]
        if not dry_run:
            write_relative_weights(learned, name, destination, [*files_read(cases, plan or CANONICAL), *given], replace)
    told = (reading_fact(reading, screen), *_told(learned, reading.counts.rejected, screen))
    show(screen, [*told, Fact("would_write" if dry_run else "written", [str(target)])])


def _told(learned: RelativeWeights, rejected: int, screen: Screen) -> Iterator[Table | Fact]:
    words = screen.words
    columns = (Column("what", ""), Column("value", "", is_number=True))
    rows = [(words(*label), value) for label, value in _lines(learned, rejected)]
    yield Table("learned", f"{learned.scheme}, {learned.rules.weights.title}", columns, rows)
    warning = _trimming_warning(learned, screen)
    yield Fact("warnings", [warning] if warning else [], warning)
    if learned.unweighted or screen.as_json:
        codes = [{"group_code": code, "cases": cases} for code, cases in learned.unweighted]
        named = ", ".join(f"{code} ({cases:,})" for code, cases in learned.unweighted[:SHOWN])
        line = f"{words('groups with cases and no weight', '有病例而无权重的病组')}: {named}"
        yield Fact("unweighted", codes, line if codes else "")
    small = [group for group in learned.groups if group.basis == "adrg" and group.cases]
    named = ", ".join(f"{group.group_code} ({group.cases:,})" for group in small[:SHOWN])
    heading = words("groups of few cases with the weight of their ADRG", "病例不足、取ADRG权重的病组")
    told = [{"group_code": group.group_code, "cases": group.cases} for group in small]
    yield Fact("weight_of_adrg", told, f"{heading}: {named}" if small else "")


def _lines(learned: RelativeWeights, rejected: int) -> Iterator[tuple[tuple[str, str], int | Decimal | None]]:
    from dipsim.grouping.result import Status

    left_out, own = learned.left_out, learned.own
    yield ("cases learned from", "测算病例"), own.all_cases
    yield ("left out: other years", "排除：其他年度"), left_out.other_years
    yield ("left out: undated", "排除：无日期"), left_out.undated
    yield ("left out: without cost", "排除：无费用"), left_out.without_cost
    yield ("left out: rejected rows", "排除：未通过校验"), rejected
    for status in Status:
        if count := int((learned.grouping.status == status).sum()):
            yield (status.key, status.label_zh), count
    yield ("trimmed", "裁剪病例"), own.all_trimmed
    yield ("groups with a weight of their own", "自有权重的病组"), sum(g.basis == "own" for g in learned.groups)
    yield ("groups with the weight of their ADRG", "取ADRG权重的病组"), sum(g.basis == "adrg" for g in learned.groups)
    yield ("groups with cases and no weight", "有病例而无权重的病组"), len(learned.unweighted)
    yield ("mean cost M, yuan", "次均费用（元）"), millionths(own.overall_mean_micro_yuan)


def _trimming_warning(learned: RelativeWeights, screen: Screen) -> str:
    from dipsim.money import MICRO, micro

    limit, own = learned.rules.trimming.warn_above_ratio, learned.own
    if own.all_trimmed * MICRO <= micro(limit) * own.all_cases:
        return ""
    return screen.words(
        f"warning: more than {limit:.1%} of all cases were trimmed: look at the groups and at the costs",
        f"提示：裁剪病例超过全部病例的 {limit:.1%}，请核对分组与费用",
    )
