"""A section of a page, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from dipsim.report.labels import Text
from dipsim.report.picture import Picture
from dipsim.report.report_table import ReportTable


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in both languages: its key, its finding and its pictures."""

    key: str
    title: Text
    en: Picture
    zh: Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its charts, its tables and notes where a number could mislead."""

    key: str
    title: Text
    charts: tuple[Chart, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    notes: tuple[Text, ...] = ()
