"""`dipsim quality`: how good a grouping is, and the case mix by weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Cell, Column, Fact, Screen, Table, millionths, show
from dipsim.cli.common import (
    AsJson,
    Cases,
    DryRun,
    Lang,
    MappingFile,
    PolicyDir,
    Quiet,
    Threads,
    reading_fact,
    require_apart,
    require_writable,
    table_file,
)
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.lab.quality import GroupQuality, Quality
    from dipsim.learn.relative_weight_rules import RelativeWeightRules

SHOWN = 10
"""Groups that a reader is named; a program and the file get them all."""
STANDINGS = {"stable": "稳定", "dispersed": "离散", "few_cases": "病例不足"}


def quality(
    cases: Cases,
    scheme: Annotated[str, typer.Option("--scheme", help="A scheme by name")],
    weights: Annotated[str | None, typer.Option("--weights", help="Weights by name, for the CMI")] = None,
    rules: Annotated[
        str, typer.Option("--rules", help="Rules of relative weights: minimum cases, trimming and [quality]")
    ] = "drg-national",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="OUT.csv or OUT.parquet: every group")] = None,
    mapping: MappingFile = None,
    policy: PolicyDir = None,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Measure a grouping: RIV, CV, grouping rate, CMI, groups of few cases, costs far from the mean of their group.

    Examples:
      dipsim quality claims.csv --scheme drg-reference --weights drg-demo-2025
      dipsim quality grouped.csv --scheme brought -o groups.csv
    """
    from dipsim.cases.mapping import read_mapping
    from dipsim.cases.read import read_cases
    from dipsim.cases.write import write_columns
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.grouping.group import group_cases
    from dipsim.lab.quality import quality_of
    from dipsim.learn.relative_weight_rules import read_relative_weight_rules
    from dipsim.paths import policy_roots
    from dipsim.policy.weights import read_weights

    screen = Screen(lang, as_json, quiet)
    mapped = None if mapping is None else read_mapping(mapping)
    if output is not None:
        require_writable(table_file(output))
        require_apart(output, cases, mapped)
    roots = policy_roots(policy)
    stated = read_relative_weight_rules(roots.learning(rules))
    weighed = None if weights is None else read_weights(roots.weights(weights))
    chosen = read_sound_scheme(roots.scheme(scheme), roots)
    with progress(screen, ("read", "group")) as began:
        began("read")
        reading = read_cases(cases, mapped)
        began("group")
        found = quality_of(reading.cases, group_cases(reading.cases, chosen, threads), stated, weighed)
    parts = [reading_fact(reading, screen), *_told(found, stated, screen)]
    if output is not None:
        if not dry_run:
            write_columns(output, _columns_of(found))
        parts.append(Fact("would_write" if dry_run else "written", [str(output)]))
    show(screen, parts)


def _told(found: Quality, rules: RelativeWeightRules, screen: Screen) -> Iterator[Table | Fact]:
    words = screen.words
    figures = list(_figures(found, rules))
    if screen.as_json:
        yield Fact("figures", {key: value for key, _, value in figures})
    else:
        columns = (Column("figure", words("figure", "指标")), Column("value", words("value", "值"), 4))
        rows = [(words(*label), value) for _, label, value in figures]
        yield Table("figures", words("Quality of grouping", "分组效能"), columns, rows)
    yield _standings(found, rules, screen)
    yield _few(found, rules, screen)
    if found.case_mix:
        yield _case_mix(found, screen)


def _figures(found: Quality, rules: RelativeWeightRules) -> Iterator[tuple[str, tuple[str, str], int | Decimal | None]]:
    """Key, label in English and Chinese, and value; what is no count is a ratio."""
    groups = found.groups
    costed = sum(group.cases for group in groups)
    low, high, trimmed = (sum(getattr(group, name) for group in groups) for name in ("low", "high", "trimmed"))
    yield "cases", ("cases", "病例数"), found.cases
    yield "grouped", ("grouped", "入组病例数"), found.grouped
    yield "grouping_rate", ("grouping rate", "入组率"), millionths(found.grouping_rate_micro)
    yield "without_cost", ("grouped without a cost", "入组而无费用"), found.without_cost
    yield "groups", ("groups with cases", "有病例的病组数"), len(groups)
    yield "riv", ("RIV", "组间变异贡献（RIV）"), millionths(found.riv_micro)
    yield "riv_trimmed", ("RIV without trimmed cases", "裁剪后RIV"), millionths(found.trimmed_riv_micro)
    yield "riv_target", ("RIV to reach", "RIV目标值"), Decimal(str(rules.quality.riv_target_ratio))
    yield "trimmed", ("trimmed cases", "裁剪病例数"), trimmed
    yield "low", ("low cases", "低倍率病例数"), low
    yield "low_rate", ("share of low cases", "低倍率病例占比"), _ratio(low, costed)
    yield "high", ("high cases", "高倍率病例数"), high
    yield "high_rate", ("share of high cases", "高倍率病例占比"), _ratio(high, costed)
    if found.case_mix:
        whole = found.case_mix[0]
        yield "cmi", ("CMI", "病例组合指数（CMI）"), millionths(whole.cmi_micro)
        yield "without_weight", ("cases of groups without a weight", "病组无权重的病例数"), whole.cases - whole.weighted


def _standings(found: Quality, rules: RelativeWeightRules, screen: Screen) -> Table:
    """The CV table: how many groups and cases are stable, with all cases and without the trimmed ones."""
    words = screen.words
    heads = (
        ("groups", "病组"),
        ("cases", "病例"),
        ("groups_trimmed", "裁剪后病组"),
        ("cases_trimmed", "裁剪后病例"),
    )
    columns = [Column("standing", words("CV", "变异系数"))]
    columns += [Column(key, words(key.replace("_", ", "), label)) for key, label in heads]
    rows: list[list[Cell]] = []
    for key, label in STANDINGS.items():
        before = [group.cases for group in found.groups if group.standing == key]
        after = [group.cases - group.trimmed for group in found.groups if group.trimmed_standing == key]
        shown = key if screen.as_json else words(key.replace("_", " "), label)
        rows.append([shown, len(before), sum(before), len(after), sum(after)])
    limit, least = rules.quality.cv_limit, rules.minimum_cases
    title = words(f"stable: CV < {limit:g}, {least} cases or more", f"稳定：CV < {limit:g} 且病例数 ≥ {least}")
    return Table("standings", title, columns, rows)


def _few(found: Quality, rules: RelativeWeightRules, screen: Screen) -> Fact:
    few, least = found.few(), rules.minimum_cases
    heading = screen.words(f"groups of fewer than {least} cases", f"病例数不足 {least} 例的病组")
    named = ", ".join(f"{group.group_code} ({group.cases})" for group in few[:SHOWN])
    rest = ", ..." if len(few) > SHOWN else ""
    told = [{"group_code": group.group_code, "cases": group.cases} for group in few]
    return Fact("few_cases", told, f"{heading}: {len(few):,}" + (f": {named}{rest}" if few else ""))


def _case_mix(found: Quality, screen: Screen) -> Table:
    words = screen.words
    columns = (
        Column("hospital_id", words("hospital", "医院")),
        Column("cases", words("cases", "病例")),
        Column("weighted", words("with a weight", "有权重病例")),
        Column("cmi", "CMI", 4),
    )
    everyone = "" if screen.as_json else words("all", "全部")
    rows = [(mix.hospital_id or everyone, mix.cases, mix.weighted, millionths(mix.cmi_micro)) for mix in found.case_mix]
    return Table("case_mix", words("Case mix index", "病例组合指数"), columns, rows)


def _columns_of(found: Quality) -> dict[str, list[str]]:
    """Every group as the columns of a file; RW, CV and means have six decimals."""

    def of(read: Callable[[GroupQuality], object]) -> list[str]:
        return [str(read(group)) for group in found.groups]

    def decimals(name: str) -> list[str]:
        values = (millionths(getattr(group, name)) for group in found.groups)
        return ["" if value is None else f"{value:f}" for value in values]

    return {
        "group_code": of(lambda group: group.group_code),
        "cases": of(lambda group: group.cases),
        "mean_cost_yuan": decimals("mean_micro_yuan"),
        "cv": decimals("cv_micro"),
        "standing": of(lambda group: group.standing),
        "trimmed_cases": of(lambda group: group.trimmed),
        "trimmed_mean_cost_yuan": decimals("trimmed_mean_micro_yuan"),
        "trimmed_cv": decimals("trimmed_cv_micro"),
        "trimmed_standing": of(lambda group: group.trimmed_standing),
        "low_cases": of(lambda group: group.low),
        "high_cases": of(lambda group: group.high),
        "relative_weight": decimals("weight_micro"),
    }


def _ratio(part: int, whole: int) -> Decimal | None:
    from dipsim.money import MICRO, half_even

    return millionths(half_even(part * MICRO, whole)) if whole else None
