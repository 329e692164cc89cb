"""`dipsim scheme diff`: what a new scheme says otherwise, and the cases that move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show, yuan
from dipsim.cli.common import AsJson, Lang, MappingFile, PolicyDir, Quiet, Threads, reading_fact
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.grouping.moves import Moves
    from dipsim.grouping.scheme_diff import SchemeDiff

CHANGES_ZH: Mapping[str, str] = {"added": "新增", "dropped": "删除", "changed": "变更"}
MOVES_SHOWN = 20
"""Moves that a reader is shown; a program gets them all."""


def diff_schemes(
    old: Annotated[str, typer.Argument(help="The scheme now")],
    new: Annotated[str, typer.Argument(help="The scheme that would take its place")],
    cases: Annotated[
        list[Path] | None, typer.Option("--cases", help="Case files or a data folder: which cases move")
    ] = None,
    mapping: MappingFile = None,
    policy: PolicyDir = None,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare two schemes: groups added, dropped and changed, their rules, lists of codes; with cases, who moves.

    Examples:
      dipsim scheme diff drg-3.0 my-variant --policy my-city
      dipsim scheme diff dip-2024 dip-2025 --cases claims.csv --policy my-city
    """
    from dipsim.cases.mapping import read_mapping
    from dipsim.cases.read import read_cases
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.grouping.moves import moves_between
    from dipsim.grouping.scheme_diff import scheme_diff
    from dipsim.paths import policy_roots

    screen = Screen(lang, as_json, quiet)
    roots = policy_roots(policy)
    before, after = (read_sound_scheme(roots.scheme(name), roots) for name in (old, new))
    parts = list(_difference(scheme_diff(before, after), screen))
    if cases:
        with progress(screen, ("read", "group")) as began:
            began("read")
            reading = read_cases(cases, None if mapping is None else read_mapping(mapping))
            began("group")
            moves = moves_between(reading.cases, before, after, threads)
        parts += [reading_fact(reading, screen), *_moved(moves, screen)]
    show(screen, parts)


def _difference(diff: SchemeDiff, screen: Screen) -> Iterator[Table | Fact]:
    words = screen.words
    counts = {"added": diff.count("added"), "dropped": diff.count("dropped"), "changed": diff.count("changed")}
    english = f"groups: {counts['added']} added, {counts['dropped']} dropped, {counts['changed']} changed"
    chinese = f"病组：新增 {counts['added']}，删除 {counts['dropped']}，变更 {counts['changed']}"
    yield Fact("groups", counts, words(english, chinese))
    if diff.rows or screen.as_json:
        heads = {"level": "层级", "code": "编码", "change": "变化", "field": "字段", "old": "原", "new": "新"}
        changes = {} if screen.as_json or screen.lang == "en" else CHANGES_ZH
        cells = [
            (row.level, row.code, changes.get(row.change, row.change), row.field, row.old, row.new) for row in diff.rows
        ]
        yield Table("rows", words("rows that differ", "有差异的行"), _columns(heads, screen), cells)
    if diff.codes or screen.as_json:
        heads = {"name": "名称", "added": "新增", "dropped": "删除", "changed": "变更"}
        lists = [(code.name, code.added, code.dropped, code.changed) for code in diff.codes]
        title = words("sets and lists of codes that differ", "有差异的集合与编码表")
        yield Table("codes", title, _columns(heads, screen), lists)


def _columns(heads: Mapping[str, str], screen: Screen) -> list[Column]:
    """Columns by key, which is the English heading, with the Chinese one."""
    return [Column(key, screen.words(key, chinese)) for key, chinese in heads.items()]


def _moved(moves: Moves, screen: Screen) -> Iterator[Table | Fact]:
    words = screen.words
    facts = {
        "cases": moves.cases,
        "moved": moves.moved,
        "cost_yuan": yuan(moves.cost_fen),
        "moved_cost_yuan": yuan(moves.moved_cost_fen),
    }
    english = f"{moves.moved:,} of {moves.cases:,} cases move"
    chinese = f"{moves.cases:,} 例中 {moves.moved:,} 例换组"
    if moves.moved_cost_fen is not None:
        english += f", with {yuan(moves.moved_cost_fen):,} yuan of cost"
        chinese += f"，涉及费用 {yuan(moves.moved_cost_fen):,} 元"
    yield Fact("cases", facts, words(english, chinese))
    columns = (
        Column("old", words("old group", "原病组")),
        Column("new", words("new group", "新病组")),
        Column("cases", words("cases", "病例数")),
        Column("cost_yuan", words("cost, yuan", "费用（元）")),
    )
    shown = moves.moves if screen.as_json else moves.moves[:MOVES_SHOWN]
    if shown or screen.as_json:
        rows = [(move.old, move.new, move.cases, yuan(move.cost_fen)) for move in shown]
        yield Table("moves", words("the largest moves", "换组最多的病组"), columns, rows)
