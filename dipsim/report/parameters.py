"""The parameters behind a result: every one in force, or those that differ between scenarios, each with its source."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from dipsim.policy.document import Document
from dipsim.policy.files import SOURCE
from dipsim.policy.layer import Origin
from dipsim.report.comparing import scenario_title
from dipsim.report.labels import NO_VALUE, Text, parameter_label
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.scenario import Scenario

_LONG_NUMBER = 10_000
_UNTOLD = frozenset({"title", "title_zh"})


def parameter_table(scenarios: Sequence[Scenario], only_differing: bool = True) -> ReportTable:
    """Parameters by scenario (`value_0`, `value_1`, ...), and where each value that is not the first's comes from."""
    documents = [scenario.document for scenario in scenarios]
    keys = [key for key in _keys(documents) if not only_differing or _differs(key, documents)]
    labels = [parameter_label(key) for key in keys]
    data: dict[str, Column] = {
        "label": [label.en for label in labels],
        "label_zh": [label.zh for label in labels],
        "key": keys,
    }
    columns = [
        ReportColumn("label", "Parameter", "参数", "text", "en"),
        ReportColumn("label_zh", "Parameter", "参数", "text", "zh"),
        ReportColumn("key", "Name in the scenario", "情景文件中的名称", "code"),
    ]
    for number, (scenario, document) in enumerate(zip(scenarios, documents, strict=True)):
        title = scenario_title(scenario)
        data[f"value_{number}"] = [value_text(_in_force(key, document)) for key in keys]
        columns.append(ReportColumn(f"value_{number}", title.en, title.zh, "text"))
    data["source"] = [_sources(key, documents) for key in keys]
    columns.append(ReportColumn("source", "Source", "来源", "text"))
    title = (
        Text("Parameters that differ", "有差异的参数") if only_differing else Text("Parameters in force", "现行参数")
    )
    return report_table("parameters", title, columns, data, {})


def value_text(value: object) -> str:
    """A value of policy as a reader sees it."""
    if value is None:
        return NO_VALUE
    if isinstance(value, Mapping) and "pay" in value:
        return f"{value_text(value.get('when') or '*')} → {value['pay']}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {value_text(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        separator = "; " if any(isinstance(inner, Mapping) for inner in value) else " / "
        return separator.join(value_text(inner) for inner in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:,}" if abs(value) >= _LONG_NUMBER else str(value)
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def source_text(origin: Origin) -> str:
    """The document and article a value comes from, and the file and line that state it."""
    said = ", ".join(str(part) for part in (origin.source or {}).values() if part)
    return f"{said} ({origin})" if said else str(origin)


def _keys(documents: Sequence[Document]) -> list[str]:
    """The dotted keys of all documents in the order of the first, sources and titles left out."""
    keys = dict.fromkeys(key for document in documents for key in document.provenance)
    return [key for key in keys if key not in _UNTOLD and key.rpartition(".")[2] != SOURCE]


def _in_force(key: str, document: Document) -> object:
    return document.why(key)[-1].value if key in document.provenance else None


def _differs(key: str, documents: Sequence[Document]) -> bool:
    return any(_in_force(key, document) != _in_force(key, documents[0]) for document in documents[1:])


def _sources(key: str, documents: Sequence[Document]) -> str:
    """The origins in force of the first document and of those that differ from it."""
    told = [source_text(document.why(key)[-1]) for document in documents if key in document.provenance]
    return "; ".join(dict.fromkeys(told))
