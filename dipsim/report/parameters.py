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
_NAMED = (
    ReportColumn("label", "Parameter", "参数", "text", "en"),
    ReportColumn("label_zh", "Parameter", "参数", "text", "zh"),
    ReportColumn("key", "Name in the scenario", "情景文件中的名称", "code"),
)
_SOURCE = ReportColumn("source", "Source", "来源", "text")


def parameter_table(scenario: Scenario) -> ReportTable:
    """Every parameter in force in a scenario, and where it comes from."""
    document = scenario.document
    keys = _keys([document])
    labels = [parameter_label(key) for key in keys]
    data: dict[str, Column] = {
        "label": [label.en for label in labels],
        "label_zh": [label.zh for label in labels],
        "key": keys,
        "value": [value_text(_in_force(key, document)) for key in keys],
        "source": [source_text(document.why(key)[-1]) for key in keys],
    }
    columns = [*_NAMED, ReportColumn("value", "Value", "取值", "text"), _SOURCE]
    return report_table("parameters", Text("Parameters in force", "现行参数"), columns, data, {})


def changed_parameter_table(scenarios: Sequence[Scenario]) -> ReportTable:
    """What each scenario changes of the first: one row a parameter, both values, and where the new one comes from."""
    base, *others = scenarios
    changes = [
        (scenario, key)
        for scenario in others
        for key in _keys([base.document, scenario.document])
        if _in_force(key, scenario.document) != _in_force(key, base.document)
    ]
    titles = [scenario_title(scenario) for scenario, _ in changes]
    labels = [parameter_label(key) for _, key in changes]
    data: dict[str, Column] = {
        "scenario": [title.en for title in titles],
        "scenario_zh": [title.zh for title in titles],
        "label": [label.en for label in labels],
        "label_zh": [label.zh for label in labels],
        "key": [key for _, key in changes],
        "before": [value_text(_in_force(key, base.document)) for _, key in changes],
        "value": [value_text(_in_force(key, scenario.document)) for scenario, key in changes],
        "source": [_changed_source(scenario.document, key) for scenario, key in changes],
    }
    columns = [
        ReportColumn("scenario", "Scenario", "情景", "text", "en"),
        ReportColumn("scenario_zh", "Scenario", "情景", "text", "zh"),
        *_NAMED,
        ReportColumn("before", "Baseline", "基准", "text"),
        ReportColumn("value", "This scenario", "本情景", "text"),
        _SOURCE,
    ]
    return report_table("changed_parameters", Text("Parameters that differ", "有差异的参数"), columns, data, {})


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


def _changed_source(document: Document, key: str) -> str:
    return source_text(document.why(key)[-1]) if key in document.provenance else NO_VALUE
