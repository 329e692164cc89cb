"""One self-contained page in Chinese and English, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dipsim import __version__
from dipsim.cases.write import write_text
from dipsim.lab.compare import Comparison
from dipsim.pipeline import Result
from dipsim.policy.fingerprint import short
from dipsim.report.answer import answer
from dipsim.report.comparing import method, scenario_title
from dipsim.report.draughting import Drawings, drawn_here
from dipsim.report.labels import NO_VALUE, Kind, Lang, Text, Value, formatted, same, term
from dipsim.report.picture import Picture
from dipsim.report.report_table import NUMBERS, ReportTable
from dipsim.report.section import Section
from dipsim.report.sections import sections

if TYPE_CHECKING:
    from jinja2 import Template

_PLACE = "<svg/>"
"""Where a drawing goes; no text of a page holds one, for its signs are escaped."""
_ANSWERING = frozenset({"day_surgery", "bed_days"})
"""Sections whose charts' findings belong to the answer at the top."""


MOST_NAMES = 3
"""Scenarios that the title of a page names one by one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands on the page: its text and its CSS classes."""

    text: Text
    css: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it stands on the page."""

    title: Text
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]


def write_report(result: Result | Comparison, path: str | Path, lang: Lang = "zh") -> None:
    """Write the page of a result or a comparison; it opens offline in `lang` and switches to the other language.

    Raises OutputError.
    """
    write_text(Path(path), page(result, lang))


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its title, what it tells first, its sections, and how to come to the same results again."""

    results: Sequence[Result]
    title: Text
    told: Sequence[Text]
    sections: Sequence[Section]

    def pictures(self) -> tuple[Picture, ...]:
        """What must be drawn for it, in both languages."""
        charts = [chart for section in self.sections for chart in section.charts]
        return tuple(picture for chart in charts for picture in (chart.zh, chart.en))

    def drawn(self, lang: Lang) -> str:
        """The page as text, drawn by this process."""
        return self.text(drawn_here(self.pictures()), lang)

    def text(self, drawings: Drawings, lang: Lang) -> str:
        """The page with the drawings of its pictures, which are fetched when all else of it is there."""
        first, *parts = self._undrawn(lang).split(_PLACE)
        return first + "".join(drawing + part for drawing, part in zip(drawings(), parts, strict=True))

    def _undrawn(self, lang: Lang) -> str:
        """The page with a place for each drawing, in the order of the pictures."""
        titles = [scenario_title(each.scenario) for each in self.results]
        return _template().render(
            lang=lang,
            title=self.title,
            method=method(self.results),
            year=self.results[0].scenario.head.year,
            is_comparison=len(self.results) > 1,
            answer=self.told,
            sections=self.sections,
            drawing=_PLACE,
            grid=grid,
            version=__version__,
            runs=[
                (each.scenario.name, name, each.fingerprint, each.scenario.head.grouper, each.scenario.head.weights)
                for each, name in zip(self.results, titles, strict=True)
            ],
            fingerprints=" ".join(short(each.fingerprint) for each in self.results),
        )


def page(result: Result | Comparison, lang: Lang) -> str:
    """The page of a result or a comparison as text, drawn by this process."""
    return page_of(result).drawn(lang)


def page_of(result: Result | Comparison) -> Page:
    """The page of a result or a comparison: the same for the same results, whatever the order of the cases."""
    results = result.results if isinstance(result, Comparison) else (result,)
    titles = [scenario_title(each.scenario) for each in results]
    title = _title(titles)
    parts = sections(results)
    findings = [chart.title for part in parts if part.key in _ANSWERING for chart in part.charts]
    told = [*answer(results), *(Text(f"{finding.en}.", f"{finding.zh}。") for finding in findings)]
    return Page(results, title, told, parts)


def _template() -> Template:
    """The page's skeleton; what it takes to fill it is loaded while the charts are drawn."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dipsim.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _title(titles: Sequence[Text]) -> Text:
    """The names of the scenarios, or of the baseline and how many stand beside it."""
    if len(titles) > MOST_NAMES:
        base, others = titles[0], len(titles) - 1
        return Text(f"{base.en}, and {others} other scenarios", f"{base.zh}与其他 {others} 个情景")
    return Text(" / ".join(each.en for each in titles), " / ".join(each.zh for each in titles))


def grid(table: ReportTable) -> Grid:
    """A table with its values as text."""
    columns = table.columns
    css = [
        f"{'number' if column.kind in NUMBERS else column.kind} {column.language or ''}".strip() for column in columns
    ]
    head = tuple(Cell(Text(column.label, column.label_zh), name) for column, name in zip(columns, css, strict=True))
    rows = tuple(
        tuple(Cell(shown(row[column.name], column.kind), name) for column, name in zip(columns, css, strict=True))
        for row in table.rows()
    )
    total: list[Cell] = []
    for number, (column, name) in enumerate(zip(columns, css, strict=True)):
        value = table.total.get(column.name)
        known = same("") if value is None else shown(value, column.kind)
        is_label = number == 0 or (column.language is not None and columns[0].language is not None and number == 1)
        total.append(Cell(Text("Total", "合计") if is_label else known, name))
    return Grid(Text(table.title, table.title_zh), head, rows, tuple(total) if table.total else ())


def shown(value: Value, kind: Kind) -> Text:
    """A value in both languages."""
    if kind == "term" and isinstance(value, str):
        return term(value) if value else same(NO_VALUE)
    return same(formatted(value, kind))
