"""A section of a page."""

from __future__ import annotations

from dataclasses import dataclass

from dipsim.report.charts import Chart
from dipsim.report.labels import Text
from dipsim.report.report_table import ReportTable


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its charts, its tables and notes where a number could mislead."""

    key: str
    title: Text
    charts: tuple[Chart, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    notes: tuple[Text, ...] = ()
