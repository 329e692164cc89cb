"""The view of one hospital as a page and tables, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dipsim import __version__
from dipsim.cases.write import Column, Yuan, write_columns, write_text
from dipsim.report.charts import LESS, MORE, at_both_ends, both, footer, label_room, row_height, signed_bars
from dipsim.report.draughting import Draw, drawn_here
from dipsim.report.files import columns_of
from dipsim.report.hospital_view import (
    HospitalView,
    department_table,
    group_margin_table,
    near_edge_table,
    near_edges,
    physician_table,
)
from dipsim.report.html import Page
from dipsim.report.labels import Lang, Text, formatted, money, same, signed_money, signed_share
from dipsim.report.lettering import shortened
from dipsim.report.outputs import MANIFEST, digests, whole_folder
from dipsim.report.picture import Key, Picture, Sheet
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart, Section
from dipsim.report.sums import is_gross, share
from dipsim.report.waterfalls import clearing_chart
from dipsim.report.year_answer import year_told
from dipsim.report.year_section import CLEARING_NOTE, month_charts, month_notes
from dipsim.report.year_sums import year_of_hospital
from dipsim.report.year_tables import clearing_insurance_table, month_table

PAGE = "hospital.html"
MOST_ROWS = 20
_LONGEST_NAME = 40


def write_hospital(
    view: HospitalView,
    folder: Path,
    lang: Lang,
    near: float,
    physicians: bool = False,
    cases: bool = False,
    draw: Draw = drawn_here,
) -> None:
    """Write the page and its tables as CSV; with `cases` the near cases too, by case_id. OutputError.

    near   a case is near a limit when |r / limit - 1| is at most this
    draw   who draws the charts
    """
    tables, page = hospital_tables(view, near, physicians), hospital_page(view, near, physicians)
    with whole_folder(folder) as draft:
        drawings = draw(page.pictures())
        for table in tables:
            write_columns(draft / f"{table.key}.csv", columns_of([table]))
        if cases:
            write_columns(draft / "near_edge_cases.csv", _near_cases(view, near))
        write_text(draft / PAGE, page.text(drawings, lang))
        told = {
            "dipsim": __version__,
            "fingerprint": view.result.fingerprint,
            "hospital": view.hospital_id,
            "near": near,
            "files": digests(draft),
        }
        (draft / MANIFEST).write_text(f"{json.dumps(told, ensure_ascii=False, indent=2)}\n", encoding="utf-8")


def planned_hospital(view: HospitalView, near: float, physicians: bool, cases: bool) -> tuple[str, ...]:
    """The files that `write_hospital` would write, in order."""
    names = [f"{table.key}.csv" for table in hospital_tables(view, near, physicians)]
    return tuple(sorted([*names, *(["near_edge_cases.csv"] if cases else []), PAGE, MANIFEST]))


def hospital_tables(view: HospitalView, near: float, physicians: bool) -> tuple[ReportTable, ...]:
    """Every table of the view that the cases allow; physicians only where asked for."""
    by_physician = physician_table(view) if physicians else None
    found = (department_table(view), by_physician, group_margin_table(view), near_edge_table(view, near))
    return (*_year_tables(view), *(table for table in found if table is not None))


def _year_tables(view: HospitalView) -> tuple[ReportTable, ...]:
    """The clearing statement and the months of the hospital; none without a year."""
    year = year_of_hospital(view.result, view.hospital_id)
    if year is None:
        return ()
    statement = (replace(clearing_insurance_table(year), key="clearing"),) if year.clearing.is_closed else ()
    return (*statement, *((month_table(year),) if year.has_months else ()))


def hospital_page(view: HospitalView, near: float, physicians: bool) -> Page:
    """The page, in both languages."""
    return Page([view.result], hospital_title(view), _answer(view, near), tuple(_sections(view, near, physicians)))


def hospital_title(view: HospitalView) -> Text:
    """The hospital by name and by its id."""
    hospitals = view.result.inputs.hospitals
    row = None if hospitals is None else hospitals.row_of.get(view.hospital_id)
    name = "" if hospitals is None or row is None else hospitals.name[row]
    return Text(f"{name} ({view.hospital_id})", f"{name}（{view.hospital_id}）") if name else same(view.hospital_id)


def _answer(view: HospitalView, near: float) -> tuple[Text, ...]:
    cases, cost, margin = view.rows.size, int(view.cost_fen.sum()), int(view.margin_fen.sum())
    pay, relative = int(view.pay_fen.sum()), signed_share(share(margin, cost))
    counts = [int(mask.sum()) for _, _, mask in near_edges(view, near)]
    told = [
        Text(
            f"{cases:,} cases were charged {money(cost, 'en')} and bring {money(pay, 'en')} of pay; margin over "
            f"charges {signed_money(margin, 'en')} ({relative}).",
            f"{cases:,} 例病例总费用 {money(cost, 'zh')}，应付 {money(pay, 'zh')}；"
            f"与费用之差 {signed_money(margin, 'zh')}（{relative}）。",
        )
    ]
    if all(count == 0 or count >= view.smallest_cell for count in counts):
        near_cases, percent = sum(counts), formatted(near, "share")
        told.append(
            Text(
                f"{near_cases:,} cases lie within {percent} of a limit of the deviation bands.",
                f"{near_cases:,} 例的费用倍率与偏差界限相差不超过 {percent}。",
            )
        )
    year = year_of_hospital(view.result, view.hospital_id)
    told += [] if year is None else year_told(year)
    return (*told, _MARGIN_NOTE_KNOWN if view.patient_fen is not None or is_gross(view.result) else _MARGIN_NOTE_PAY)


def _sections(view: HospitalView, near: float, physicians: bool) -> Iterator[Section]:
    smallest = view.smallest_cell
    notes = [
        Text(
            f"Rows of fewer than {smallest} cases stand together, so that no single stay can be recognised.",
            f"少于 {smallest} 例的行合并列示，以免识别个别病例。",
        )
    ]
    if view.incomplete:
        text = "cases are left out, for their charge or what the patient bore is blank."
        notes.append(Text(f"{view.incomplete:,} {text}", f"{view.incomplete:,} 例因费用或个人负担为空未计入。"))
    yield from _year_sections(view)
    of_year = {table.key for table in _year_tables(view)}
    for table in hospital_tables(view, near, physicians):
        if table.key in of_year:
            continue
        if table.key == "near_edges":
            yield Section(table.key, Text(table.title, table.title_zh), (), (table,), _edge_notes(view, near))
        else:
            charts = (_margin_chart(view, table),)
            yield Section(table.key, Text(table.title, table.title_zh), charts, (table,), tuple(notes))


def _year_sections(view: HospitalView) -> Iterator[Section]:
    """The hospital's own clearing statement and months."""
    year = year_of_hospital(view.result, view.hospital_id)
    if year is None:
        return
    tables = {table.key: table for table in _year_tables(view)}
    if "clearing" in tables:
        title = Text("Clearing statement", "年终清算单")
        yield Section("clearing", title, (clearing_chart(year),), (tables["clearing"],), (CLEARING_NOTE,))
    if "months" in tables:
        title = Text("Month by month", "分月情况")
        yield Section("months", title, month_charts(year), (tables["months"],), month_notes(year))


def _edge_notes(view: HospitalView, near: float) -> tuple[Text, ...]:
    smallest, percent = view.smallest_cell, formatted(near, "share")
    return (
        Text(
            f"r = charge / reference cost of the group. Near: r within {percent} of a limit, of cases paid by DIP. "
            f"Fewer than {smallest} cases are not shown.",
            f"倍率 = 病例费用 / 病组（种）参照费用；临近指倍率与界限相差不超过界限的 {percent}，仅含按分值付费的病例；"
            f"少于 {smallest} 例的不列示。",
        ),
        Text(
            "A case near a limit is a place to look at coding and charging, not a finding against anyone.",
            "临近界限仅提示核对编码与收费，不代表存在问题。",
        ),
    )


def _margin_chart(view: HospitalView, full: ReportTable) -> Chart:
    """Margin over charges by row, those at both ends."""
    table, title = at_both_ends(full, MOST_ROWS), _chart_title(full)
    margins = table.values("margin")

    def pictured(lang: Lang) -> Picture:
        names = tuple(shortened(name, _LONGEST_NAME) for name in table.values("name" if lang == "en" else "name_zh"))
        legend = (
            Key(MORE, Text("above charges", "高于费用").of(lang)),
            Key(LESS, Text("below charges", "低于费用").of(lang)),
        )
        sheet = Sheet(title.of(lang), footer([view.result], lang), legend, label_room(names))
        what = Text("Margin over charges", "与费用之差").of(lang) + _between(full, table, lang)
        return Picture(f"margin_{full.key}", lang, sheet, row_height(table), (signed_bars(margins, names, what, lang),))

    return both(title, pictured)


def _between(full: ReportTable, table: ReportTable, lang: Lang) -> str:
    """How many rows the chart leaves out between its two ends."""
    count = len(full) - len(table)
    return Text(f"; {count:,} rows between not shown", f"；中间 {count:,} 行未列出").of(lang) if count else ""


def _chart_title(table: ReportTable) -> Text:
    margins = table.values("margin")
    ends = [
        max(range(len(margins)), key=lambda row: margins[row]),
        min(range(len(margins)), key=lambda row: margins[row]),
    ]
    en, zh = (
        [f"{table.values(name)[row]} ({signed_money(margins[row], lang)})" for row in ends]
        for name, lang in _NAMES.items()
    )
    title = Text(table.title, table.title_zh)
    return Text(f"{title.en}: most {en[0]}, least {en[1]}", f"{title.zh}：最高{zh[0]}，最低{zh[1]}")


_NAMES: dict[str, Lang] = {"name": "en", "name_zh": "zh"}


def _near_cases(view: HospitalView, near: float) -> dict[str, Column]:
    """The near cases in the order of their ids: limit, side, charge and pay."""
    ids = view.result.inputs.cases.case_ids.take(view.rows).to_pylist()
    rows = sorted(
        (ids[at], edge, side, at) for edge, side, mask in near_edges(view, near) for at in mask.nonzero()[0].tolist()
    )
    places = [at for *_, at in rows]
    return {
        "case_id": [case_id for case_id, *_ in rows],
        "limit": [edge for _, edge, _, _ in rows],
        "side": [side for _, _, side, _ in rows],
        "total_cost_yuan": Yuan(view.cost_fen[places]),
        "pay_yuan": Yuan(view.pay_fen[places]),
    }


_MARGIN_NOTE_KNOWN = Text(
    "Margin = pay + what patients bore − charges. Charges are what was billed, not what the care cost the hospital: "
    "a margin below zero is not a loss.",
    "与费用之差 = 应付 + 个人负担 − 总费用。总费用是收费金额，不是医疗机构的成本：差额为负不等于亏损。",
)
_MARGIN_NOTE_PAY = Text(
    "What patients bore is not known: margin = pay − charges holds the fund's part only. Charges are what was billed, "
    "not what the care cost the hospital.",
    "个人负担未知：与费用之差 = 应付 − 总费用，仅含基金部分。总费用是收费金额，不是医疗机构的成本。",
)
