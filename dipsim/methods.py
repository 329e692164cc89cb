"""Pages made from the code: a page for each rule, which `explain rule` prints too, and the data dictionary."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from dipsim.cases.columns import COLUMNS
from dipsim.policy.params import Params, Strict
from dipsim.registry import RULES, TABLES, table_of
from dipsim.rule import Rule
from dipsim.weighting import hospital_factor, outlier

_KINDS: Mapping[object, str] = {float: "number", int: "whole number", str: "text", bool: "true | false"}
WEIGHTING = {"weighting.outlier": outlier, "weighting.hospital_factor": hospital_factor}
"""Tables that are no rule of their own: they are part of every rule that claims points."""


def method_page(rule: Rule) -> str:
    """The page of a rule as Markdown."""
    module = inspect.getmodule(rule.run)
    assert module is not None
    lines = [f"# {rule.key}: {rule.label} {rule.label_zh}", "", inspect.cleandoc(module.__doc__ or ""), ""]
    lines += [f"Stage `{rule.stage.value}`, pass `{rule.pass_kind.value}`.", ""]
    lines += _table_lines(table_of(rule), rule.params)
    if rule.is_weighted:
        for name, part in WEIGHTING.items():
            lines += [f"## {name}", "", inspect.cleandoc(part.__doc__ or ""), "", *_table_lines(name, TABLES[name])]
    lines += ["## Flags", "", *(f"- {label} {label_zh}" for label, label_zh in rule.flags), ""]
    return "\n".join(lines)


def all_pages() -> dict[str, str]:
    """Every page by its place below docs/."""
    return {"columns.md": columns_page(), **{f"methods/{rule.key}.md": method_page(rule) for rule in RULES}}


def _table_lines(name: str, params: type[Params]) -> Iterator[str]:
    """The parameters of a table, one line each."""
    yield f"Parameters of `[{name}]`:"
    yield ""
    for key, field in params.model_fields.items():
        yield f"- `{key}` ({_kind(field.annotation)}): {field.description}"
    yield ""


def _kind(annotation: object) -> str:
    """A type as a reader of TOML would say it: `solve | given`, `number`, `text`."""
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " | ".join(f'"{part}"' for part in parts)
    if get_origin(annotation) is tuple:
        return f"list of {_kind(parts[0])}"
    if get_origin(annotation) is Annotated:
        return _kind(parts[0])
    if parts and get_origin(annotation) in (Union, UnionType):
        return " | ".join(_kind(part) for part in parts if part is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return ", ".join(annotation.model_fields)
    return _KINDS.get(annotation, str(annotation))


def columns_page() -> str:
    """The data dictionary as a Markdown page."""
    lines = [
        "# Columns of a case 病例字段",
        "",
        "Only `case_id` is required on reading; a rule that reads a column that is not there says so.",
        "Blank is unknown, never 0. Lists are joined by `|`; money is in yuan.",
        "",
        "| column | kind | unit | values | meaning | 含义 |",
        "|---|---|---|---|---|---|",
    ]
    for spec in COLUMNS.values():
        cells = (
            f"`{spec.name}`",
            spec.kind.value,
            spec.unit,
            ", ".join(spec.values),
            spec.description,
            spec.description_zh,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
