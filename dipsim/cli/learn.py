"""`dipsim scheme learn`: a catalogue and its points from the cases of past years."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
from dipsim.cli.common import (
    AsJson,
    Cases,
    ClassesFile,
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
    from dipsim.learn import Learned


def learn(
    cases: Cases,
    name: Annotated[str, typer.Option("--name", help="Name of the new scheme and weights folders")],
    destination: Annotated[Path, typer.Option("--into", help="The policy folder that receives them")],
    rules: Annotated[
        str, typer.Option("--rules", help="Rules of learning: a .toml file, or a name in groupers/learn/")
    ] = "dip-national",
    scheme: Annotated[
        str | None, typer.Option("--scheme", help="Keep this catalogue and learn only its weights")
    ] = None,
    mapping: MappingFile = None,
    hospitals: HospitalsFile = None,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace folders of this name")] = False,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Learn a DIP catalogue, group points, level means and hospital factors from the cases of past years.

    Example:
      dipsim scheme learn history/ --name my-city-2025 --into my-city --procedure-classes classes.csv
    """
    from dipsim.cases.further import files_read
    from dipsim.cases.mapping import CANONICAL, read_mapping
    from dipsim.inputs import Companions, read_inputs
    from dipsim.learn import learn as learned_from
    from dipsim.learn import learn_weights, read_rules, write_learned
    from dipsim.learn.writing import free_folders
    from dipsim.paths import policy_roots
    from dipsim.policy.scheme import read_procedure_classes, read_scheme

    screen = Screen(lang, as_json, quiet)
    require_writable(destination / name)
    roots = policy_roots(policy)
    chosen_rules = roots.learning(rules)
    stated = read_rules(chosen_rules)
    classes = {} if procedure_classes is None else read_procedure_classes(procedure_classes)
    with progress(screen, ("read", "learn", "write")) as began:
        began("read")
        plan = None if mapping is None else read_mapping(mapping)
        inputs, reading = read_inputs(cases, Companions(hospitals=hospitals), plan)
        began("learn")
        if scheme is None:
            learned = learned_from(inputs.cases, stated, name, classes, inputs.hospitals, threads)
        else:
            kept = read_scheme(roots.scheme(scheme)).with_procedure_classes(classes)
            learned = learn_weights(inputs.cases, stated, kept, inputs.hospitals, threads)
        began("write")
        given = [path for path in (hospitals, procedure_classes) if path is not None]
        files = [*files_read(cases, plan or CANONICAL), *given, chosen_rules]
        targets = free_folders(learned, name, destination, replace)
        if not dry_run:
            write_learned(learned, name, destination, files, replace)
    told = (learned_table(learned, reading.counts.rejected, f"{name}, {chosen_rules.name}"), _warnings(learned))
    key = "would_write" if dry_run else "written"
    show(screen, [reading_fact(reading, screen), *told, Fact(key, [str(target) for target in targets])])


def learned_table(learned: Learned, rejected: int, title: str) -> Table:
    """What was learned, line by line."""
    columns = (Column("what", ""), Column("value", "", is_number=True))
    return Table("learned", title, columns, report(learned, rejected))


def _warnings(learned: Learned) -> Fact:
    found = warnings(learned)
    return Fact("warnings", found, "\n".join(found))


def report(learned: Learned, rejected: int) -> list[tuple[str, str]]:
    """What was learned, line by line."""
    from dipsim.grouping.result import Status
    from dipsim.money import decimal_text

    points, left_out = learned.weights[""].points, learned.left_out
    rows = [
        ("cases learned from 测算病例", f"{learned.cases:,}"),
        ("left out: other years 其他年度", f"{left_out.other_years:,}"),
        ("left out: undated 无日期", f"{left_out.undated:,}"),
        ("left out: without cost 无费用", f"{left_out.without_cost:,}"),
        ("left out: rejected rows 未通过校验", f"{rejected:,}"),
    ]
    if learned.catalogue is not None:
        kinds = Counter(row.kind for row in learned.scheme.rows)
        rows += [
            ("combinations 诊断与操作组合", f"{learned.catalogue.distinct:,}"),
            ("threshold n* 临界值", f"{learned.catalogue.threshold:,}"),
            ("cases of core combinations 核心组合病例占比", _share(learned.catalogue.core_cases, learned.cases)),
            ("core groups 核心病种", f"{kinds['core']:,}"),
            ("composite groups 综合病种", f"{kinds['composite']:,}"),
        ]
    for status in Status:
        count = int((learned.grouping.status == status).sum())
        if count:
            rows.append((f"{status.key} {status.label_zh}", f"{count:,} = {_share(count, learned.cases)}"))
    rows += [
        ("trimmed 裁剪", f"{points.all_trimmed:,} = {_share(points.all_trimmed, points.all_cases)}"),
        ("groups with points 有分值的病种", f"{len(points.group_codes):,}"),
        ("groups with too few cases 病例不足的病种", f"{points.left_out:,}"),
        ("mean cost M, yuan 次均费用", decimal_text(points.overall_mean_micro_yuan, 6)),
    ]
    return rows


def warnings(learned: Learned) -> list[str]:
    """What the reader should look at before using the result."""
    from dipsim.learn.writing import flags
    from dipsim.money import MICRO, micro

    found = []
    rules, points = learned.rules, learned.weights[""].points
    if points.all_trimmed * MICRO > micro(rules.trimming.warn_above_ratio) * points.all_cases:
        limit = rules.trimming.warn_above_ratio
        found.append(f"warning: more than {limit:.1%} of all cases were trimmed: look at the groups and at the costs")
    if learned.catalogue is not None and learned.catalogue.without_class:
        count = learned.catalogue.without_class
        found.append(f"warning: {count:,} cases need the class of a procedure that has none: see --procedure-classes")
    if len(rules.history.years) > 1 and (flagged := Counter(filter(None, flags(points, rules)))):
        told = ", ".join(f"{count:,} {flag}" for flag, count in sorted(flagged.items()))
        found.append(f"groups flagged in stability.csv against the year before: {told}")
    column = rules.hospital_factor.column
    if column != "none":
        missing = [factor.hospital_id for factor in learned.weights[""].factors if getattr(factor, column) is None]
        if missing:
            found.append(f"warning: no hospital factor for {', '.join(missing)}")
    return found


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}"
