"""Charts of one run: pay by hospital, groups above and below the average, deviation bands by hospital level.

Every chart is made in both languages, says its finding in its title, names the unit of each axis and bears the
fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized

import numpy as np
from numpy.typing import NDArray

from dipsim import __version__
from dipsim.money import half_even
from dipsim.pipeline import Result
from dipsim.policy.fingerprint import short
from dipsim.report.labels import Lang, Text, amount_in, money_unit, signed_money, term
from dipsim.report.lettering import shortened, text_width
from dipsim.report.picture import (
    INK,
    PALE,
    Above,
    Axis,
    Bars,
    Dots,
    Key,
    Label,
    Mark,
    Panel,
    Picture,
    Pieces,
    RowNames,
    RowTexts,
    Rule,
    Sheet,
    Strokes,
)
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart
from dipsim.report.sums import BANDS, paid_cells, shares
from dipsim.report.tables import NO_GROUP, group_table, hospital_levels, hospital_table

LEVEL_COLORS = {"tertiary": "#08519c", "secondary": "#4292c6", "primary": "#9ecae1", "unknown": "#969696"}
BAND_COLORS = {
    "low_outlier": "#92c5de",
    "normal": "#e3e3e3",
    "high_outlier": "#f4a582",
    "extreme": "#b2182b",
    "no_match": "#8c8c8c",
}
_DARK = frozenset({"extreme", "no_match"})
"""Bands whose colour wants white letters."""
MORE, LESS = "#2166ac", "#b35806"
MOST_HOSPITALS = 30
"""Hospitals in one chart; of more, those at both ends are shown."""
MOST_GROUPS = 8
"""Groups shown at either end."""
ROW = 19.0
"""Points from a row of a plot to the next."""
_LONGEST_NAME = 44
_NARROWEST_LABELLED_SHARE = 0.045


def both(title: Text, pictured: Callable[[Lang], Picture]) -> Chart:
    """A chart in both languages."""
    en, zh = pictured("en"), pictured("zh")
    return Chart(en.key, title, en, zh)


def footer(results: Sequence[Result], lang: Lang) -> str:
    """What stands below every chart: the scenarios and the fingerprints of their runs."""
    runs = (f"{Text(r.scenario.head.title, r.scenario.head.title_zh).of(lang)} {short(r.fingerprint)}" for r in results)
    return f"dipsim {__version__} · {Text('fingerprint', '指纹').of(lang)} · {' · '.join(runs)}"


def pay_per_cost_chart(result: Result) -> Chart:
    """Pay per yuan charged by hospital, the highest first, against the region's."""
    hospitals = hospital_table(result)
    charged = [row for row, cost in enumerate(hospitals.values("total_cost")) if cost]
    ordered = hospitals.taken(charged).ordered("pay_per_cost")
    table = at_both_ends(ordered, MOST_HOSPITALS)
    names, ratios = hospital_names(table), tuple(map(float, table.values("pay_per_cost")))
    mean = float(str(hospitals.total["pay_per_cost"]))
    has_levels = any(column.name == "level" for column in table.columns)
    levels = table.values("level") if has_levels else ["unknown"] * len(table)
    title = _pay_per_cost_title(names, ratios, mean)

    def pictured(lang: Lang) -> Picture:
        legend = tuple(Key(color, term(level).of(lang)) for level, color in LEVEL_COLORS.items() if level in levels)
        sheet = Sheet(title.of(lang), footer([result], lang), legend if has_levels else (), label_room(names))
        rows = tuple(range(len(table)))
        marks = (
            Strokes(False, rows, (mean,) * len(rows), ratios, PALE, 2.5),
            Dots(ratios, rows, tuple(LEVEL_COLORS[level or "unknown"] for level in levels)),
            Rule(True, mean),
            Above(mean, Text(f"region {mean:.3f}", f"全市 {mean:.3f}").of(lang)),
            RowNames(names),
            RowTexts(tuple(f"{ratio:.3f}" for ratio in ratios)),
        )
        unit = Text("Pay for each yuan charged (yuan)", "每 1 元费用的应付金额（元）").of(lang)
        axis = Axis(unit + left_out(len(ordered) - len(table), lang), margin=0.08)
        return Picture("pay_per_cost", lang, sheet, row_height(table), (Panel(marks, axis),))

    return both(title, pictured)


def _pay_per_cost_title(names: Sequence[str], ratios: Sequence[float], mean: float) -> Text:
    if not names:
        return Text("No hospital is paid", "没有应付的医疗机构")
    return Text(
        f"Pay per yuan charged: highest at {names[0]} ({ratios[0]:.3f}), lowest at {names[-1]} ({ratios[-1]:.3f}), "
        f"{mean:.3f} in the region",
        f"每元费用应付：{names[0]}最高（{ratios[0]:.3f}），{names[-1]}最低（{ratios[-1]:.3f}），全市 {mean:.3f}",
    )


def group_gap_chart(result: Result) -> Chart:
    """Groups whose pay is furthest above or below what the region pays on average for the same charges."""
    table, gaps = group_gaps(result)
    title = Text(_gap_title(table, gaps, "en"), _gap_title(table, gaps, "zh"))

    def pictured(lang: Lang) -> Picture:
        names = tuple(shortened(group_name(row, lang), _LONGEST_NAME) for row in table.rows())
        sheet = Sheet(title.of(lang), footer([result], lang), gain_legend(lang), label_room(names))
        what = Text("Pay less average pay for the same charges", "应付与同等费用平均应付之差").of(lang)
        return Picture("group_gap", lang, sheet, row_height(table), (signed_bars(gaps, names, what, lang),))

    return both(title, pictured)


def group_gaps(result: Result) -> tuple[ReportTable, list[int]]:
    """The groups that gain and lose most and by how much, fen."""
    groups, gaps = every_group_gap(result)
    gains, losses = ([row for row, gap in enumerate(gaps) if gap * sign > 0] for sign in (1, -1))
    ends = [*gains[:MOST_GROUPS], *losses[-MOST_GROUPS:]]
    return groups.taken(ends), [gaps[row] for row in ends]


def every_group_gap(result: Result) -> tuple[ReportTable, list[int]]:
    """Groups, those that gain most first, and their gaps in fen: pay - charges x region's pay / region's charges.

    Against the average, because charges are not costs and, in fund form, a part of them is never the fund's to pay.
    Groups of fewer cases than [report] smallest_cell are left out.
    """
    groups = group_table(result)
    pay, cost = int(str(groups.total["pay"])), int(str(groups.total["total_cost"]))
    smallest = result.scenario.head.report.smallest_cell
    found = []
    for row, group in enumerate(groups.rows()):
        if group["cases"] >= smallest and group["group_code"] != NO_GROUP and cost:
            found.append((group["pay"] - half_even(group["total_cost"] * pay, cost), row))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return groups.taken([row for _, row in found]), [gap for gap, _ in found]


def _gap_title(table: ReportTable, gaps: Sequence[int], lang: Lang) -> str:
    if not gaps:
        return Text("Every group is paid like the average", "各病组（种）应付与平均水平一致").of(lang)
    names = [group_name(row, lang) for row in table.rows()]
    most, least = signed_money(gaps[0], lang), signed_money(gaps[-1], lang)
    return Text(
        f"Against the average: {names[0]} gains most ({most}), {names[-1]} loses most ({least})",
        f"与平均水平相比：{names[0]}多得最多（{most}），{names[-1]}少得最多（{least}）",
    ).of(lang)


def band_chart(result: Result) -> Chart:
    """Deviation bands by hospital level: shares of cases, charges and points."""
    measures = (Text("cases", "病例"), Text("charges", "费用"), Text("points", "分值"))
    levels, parts = _band_shares(result)
    high = parts[:, 1, [BANDS.index("high_outlier"), BANDS.index("extreme")]].sum(axis=1)
    title = _band_title(levels, high)

    def pictured(lang: Lang) -> Picture:
        legend = tuple(Key(color, term(band).of(lang)) for band, color in BAND_COLORS.items())
        names = tuple(f"{term(level).of(lang)} · {measure.of(lang)}" for level in levels for measure in measures)
        sheet = Sheet(title.of(lang), footer([result], lang), legend, label_room(names), 20)
        between = (Rule(False, row - 0.5, width=0.4) for row in range(3, len(names), 3))
        marks = (*_stacked(parts.reshape(-1, len(BANDS))), RowNames(names), *between)
        what = Text("Share of the level's cases, charges and points (%)", "占该等级病例、费用、分值的比例（%）")
        axis = Axis(what.of(lang), limits=(0.0, 1.0), format="whole percent")
        return Picture("bands", lang, sheet, (ROW + 3) * max(len(names), 1), (Panel(marks, axis),))

    return both(title, pictured)


def _band_shares(result: Result) -> tuple[list[str], NDArray[np.float64]]:
    """The levels that claim points, and shape (levels, 3, bands): shares of cases, charges and points."""
    paid = paid_cells(result)
    levels, of_hospital = hospital_levels(result)
    index = np.where(paid.band >= 0, of_hospital[paid.cells.hospital] * len(BANDS) + paid.band, -1)
    columns = ("cases", "cost_fen", "points_micro")
    sums = np.stack([paid.total(name, index, len(levels) * len(BANDS)).reshape(len(levels), -1) for name in columns], 1)
    present = np.flatnonzero(sums[:, 0].sum(axis=1))
    part = sums[present]
    whole = np.broadcast_to(part.sum(axis=2, keepdims=True), part.shape)
    return [levels[number] for number in present], shares(part, whole)


def _band_title(levels: Sequence[str], high: NDArray[np.float64]) -> Text:
    if not levels:
        return Text("No case claims points", "没有按分值申报的病例")
    if np.isnan(high).all():
        return Text("The cases that claim points cost nothing", "按分值申报的病例费用均为零")
    row = int(np.nanargmax(high))
    level = term(levels[row])
    return Text(
        f"High-outlier and extreme cases weigh most at {level.en.lower()} hospitals: {high[row]:.1%} of charges",
        f"高倍率和极高费用病例在{level.zh}机构占比最高：占其费用的 {high[row]:.1%}",
    )


def _stacked(parts: NDArray[np.float64]) -> Iterator[Mark]:
    """One bar a row, cut into bands in the order of the legend; wide parts bear their share."""
    order = [BANDS.index(band) for band in BAND_COLORS]
    for row, widths in enumerate(np.nan_to_num(parts[:, order])):
        starts = (np.cumsum(widths) - widths).tolist()
        yield Pieces(row, tuple(starts), tuple(widths.tolist()), tuple(BAND_COLORS.values()))
        for band, start, width in zip(BAND_COLORS, starts, widths.tolist(), strict=True):
            if width < _NARROWEST_LABELLED_SHARE:
                continue
            label = f"{width:.1%}" if width > 0.06 else f"{width:.0%}"
            ink = "white" if band in _DARK else INK
            yield Label(start + width / 2, row, label, ink, 8)


def signed_bars(amounts_fen: Sequence[int], names: tuple[str, ...], what: str, lang: Lang) -> Panel:
    """Bars to both sides of zero, one a row, with money on the axis."""
    per_unit, unit = money_unit(max((abs(amount) for amount in amounts_fen), default=0), lang)
    texts = tuple(f"{'+' if amount > 0 else ''}{amount_in(amount, per_unit)}" for amount in amounts_fen)
    marks = (gain_bars([amount / per_unit for amount in amounts_fen]), Rule(True, 0), RowTexts(texts), RowNames(names))
    return Panel(marks, Axis(Text(f"{what} ({unit})", f"{what}（{unit}）").of(lang), most_ticks=5))


def gain_bars(values: Sequence[float], thickness: float = 0.62) -> Bars:
    """Bars to both sides of zero, one a row, in the colours of gain and loss."""
    return Bars(tuple(range(len(values))), tuple(values), gain_colors(values), thickness)


def gain_colors(values: Sequence[float]) -> tuple[str, ...]:
    """The colour of gain or of loss for each value."""
    return tuple(MORE if value > 0 else LESS for value in values)


def gain_legend(lang: Lang) -> tuple[Key, ...]:
    """The two colours of gain and loss."""
    return (Key(MORE, Text("more", "多得").of(lang)), Key(LESS, Text("less", "少得").of(lang)))


def hospital_names(table: ReportTable) -> tuple[str, ...]:
    """The names of the hospitals of a table, or their ids where no name is known, short enough for a chart."""
    named = any(column.name == "name" for column in table.columns)
    return tuple(shortened((named and row["name"]) or row["hospital_id"], _LONGEST_NAME) for row in table.rows())


def group_name(group: dict[str, object], lang: Lang) -> str:
    """A group by name, by its code where it has none."""
    return str(group["name" if lang == "en" else "name_zh"] or group["group_code"])


def label_room(names: Sequence[str]) -> float:
    """Points that row labels take at the left."""
    return max([text_width(name) for name in names], default=0.0) + 16


def row_height(rows: Sized) -> float:
    """Points that a row of a plot takes for each of these; an empty plot is as high as one."""
    return ROW * max(len(rows), 1)


def at_both_ends(table: ReportTable, most: int) -> ReportTable:
    """The table, or its first and last rows where it has more than `most`."""
    rows = list(range(len(table)))
    return table if len(rows) <= most else table.taken([*rows[: most // 2], *rows[-(most // 2) :]])


def left_out(count: int, lang: Lang) -> str:
    """How many rows a chart leaves out between the two ends."""
    return Text(f"; {count:,} between the ends not shown", f"；中间 {count:,} 家未列出").of(lang) if count else ""
