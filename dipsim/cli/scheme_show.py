"""`dipsim scheme show`: what a scheme says, as a whole or of one group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet

if TYPE_CHECKING:
    from dipsim.paths import PolicyRoots
    from dipsim.policy.any_scheme import AnyScheme
    from dipsim.policy.drg_scheme import DrgScheme, RuleRow
    from dipsim.policy.scheme import GroupRow, Scheme

Part = Table | Fact


def show_scheme(
    name: Annotated[str, typer.Argument(help="A scheme by name")],
    group: Annotated[str | None, typer.Argument(help="A group: its rule, with the sets that it names")] = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Every row, in the order of trying")] = False,
    policy: PolicyDir = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show a scheme with what it extends applied: what it is, every row of it, or one group.

    Examples:
      dipsim scheme show dip-demo
      dipsim scheme show drg-3.0 BR11 --policy my-city
      dipsim scheme show my-variant --resolved --policy my-city
    """
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.paths import policy_roots
    from dipsim.policy.drg_scheme import DrgScheme

    screen = Screen(lang, as_json, quiet)
    roots = policy_roots(policy)
    scheme = read_sound_scheme(roots.scheme(name), roots)
    if group is not None:
        parts = drg_group(scheme, group, screen) if isinstance(scheme, DrgScheme) else dip_group(scheme, group, screen)
    elif resolved:
        rows = _tree(scheme) if isinstance(scheme, DrgScheme) else [*scheme.rows]
        parts = [rows_table(rows, screen)]
    else:
        parts = list(_head(scheme, roots, screen))
    show(screen, parts)


def _head(scheme: AnyScheme, roots: PolicyRoots, screen: Screen) -> Iterator[Part]:
    """Title, version, source and sizes; of a DRG scheme also its choices and what it extends."""
    from dipsim.policy.drg_folder import read_drg_folder
    from dipsim.policy.scheme import Scheme

    words = screen.words
    columns = (Column("what", ""), Column("value", ""))
    source = " ".join(filter(None, (scheme.source.doc, scheme.source.article)))
    facts = [
        (words("title", "名称"), words(scheme.title, scheme.title_zh)),
        (words("version", "版本"), scheme.version),
        (words("source", "来源"), source),
        (words("fingerprint", "指纹"), scheme.fingerprint),
    ]
    if isinstance(scheme, Scheme):
        choices = {} if scheme.semantics is None else scheme.semantics.model_dump()
        sizes = [
            (words("groups", "病组（种）"), str(len(scheme.rows))),
            (words("procedure classes", "手术操作类别"), str(len(scheme.procedure_classes))),
        ]
    else:
        choices = scheme.choices.model_dump()
        if lineage := read_drg_folder(roots.scheme(scheme.name), roots).lineage:
            facts.append((words("extends", "基于"), " -> ".join(lineage)))
        sizes = [
            *((level, str(len(rows))) for level, rows in zip(("MDC", "ADRG", "DRG"), _levels(scheme), strict=True)),
            (words("sets", "集合"), str(len(scheme.sets))),
            ("MCC, CC", str(len(scheme.complications))),
            (words("exclusions", "排除表编码"), str(len(scheme.exclusions))),
        ]
    stated = [(key, ", ".join(value) if isinstance(value, tuple) else str(value)) for key, value in choices.items()]
    yield Table("scheme", scheme.name, columns, [*facts, *stated, *sizes])


def rows_table(rows: Sequence[RuleRow | GroupRow], screen: Screen) -> Table:
    """Rows of a scheme with their rules."""
    words = screen.words
    columns = (
        Column("code", words("code", "编码")),
        Column("name", words("name", "名称")),
        Column("rule", words("rule", "规则")),
        Column("where", words("where", "位置")),
    )
    return Table("rows", words("in the order of trying", "按判断顺序"), columns, [_cells(row, screen) for row in rows])


def _cells(row: RuleRow | GroupRow, screen: Screen) -> tuple[str, str, str, str]:
    from dipsim.policy.drg_scheme import RuleRow
    from dipsim.policy.scheme import JOIN

    if isinstance(row, RuleRow):
        return row.code, row.name, row.rule, row.where
    rule = " ".join(filter(None, (row.diagnosis, JOIN.join(row.procedures), row.procedure_class)))
    return row.group_code, screen.words(row.name or row.name_zh, row.name_zh or row.name), rule, row.kind


def _levels(scheme: DrgScheme) -> tuple[Sequence[RuleRow], Sequence[RuleRow], Sequence[RuleRow]]:
    return scheme.mdc, scheme.adrg, scheme.drg


def _tree(scheme: DrgScheme) -> list[RuleRow]:
    """Every row below its parent, in the order of trying."""
    return [
        row
        for mdc in scheme.mdc
        for row in (
            mdc,
            *(below for adrg in _children(scheme.adrg, mdc) for below in (adrg, *_children(scheme.drg, adrg))),
        )
    ]


def _children(rows: Sequence[RuleRow], parent: RuleRow) -> list[RuleRow]:
    return [row for row in rows if row.parent == parent.code]


def way_to(scheme: DrgScheme, code: str) -> list[RuleRow]:
    """The rows from the MDC down to that of a code; PolicyError for a code that no row has.

    A code that an ADRG shares with its DRG, such as BQY, is read as the DRG.
    """
    from dipsim.errors import PolicyError, Problem
    from dipsim.paths import did_you_mean

    found = next((row for rows in reversed(_levels(scheme)) for row in rows if row.code == code), None)
    if found is None:
        hint = did_you_mean(code, [row.code for rows in _levels(scheme) for row in rows])
        raise PolicyError(Problem(f"scheme '{scheme.name}'", f"no row '{code}'", next_step=hint or "see --resolved"))
    by_code = {row.code: row for row in (*scheme.adrg, *scheme.mdc)}
    way = [found]
    while way[0].parent:
        way.insert(0, by_code[way[0].parent])
    return way


def members_of(scheme: DrgScheme, way: Sequence[RuleRow]) -> dict[str, list[str]]:
    """The codes of every set that some rows name, MCC and CC included, sorted."""
    from dipsim.grouping.drg.expression import sets_of
    from dipsim.grouping.drg.language import parse
    from dipsim.policy.drg_scheme import LEVELS

    of_level = {level: [code for code, each in scheme.complications.items() if each.level == level] for level in LEVELS}
    names = sorted({name for row in way for name in sets_of(parse(row.rule))})
    return {name: sorted(of_level[name] if name in of_level else scheme.sets[name]) for name in names}


def drg_group(scheme: DrgScheme, code: str, screen: Screen) -> list[Part]:
    """The rules from the MDC down to a row, and the sets that they name with their sizes."""
    way = way_to(scheme, code)
    rows = [(name, len(codes)) for name, codes in members_of(scheme, way).items()]
    columns = (Column("set", screen.words("set", "集合")), Column("codes", screen.words("codes", "编码数")))
    return [rows_table(way, screen), Table("sets", screen.words("sets", "集合"), columns, rows)]


def dip_group(scheme: Scheme, code: str, screen: Screen) -> list[Part]:
    """The rows of a group of a catalogue; PolicyError for a code that none has."""
    from dipsim.errors import PolicyError, Problem
    from dipsim.paths import did_you_mean

    rows = [row for row in scheme.rows if row.group_code == code]
    if not rows:
        hint = did_you_mean(code, [row.group_code for row in scheme.rows]) or "see --resolved"
        raise PolicyError(Problem(f"scheme '{scheme.name}'", f"no group '{code}'", next_step=hint))
    return [rows_table(rows, screen)]
