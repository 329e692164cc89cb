"""Charts of one run: pay by hospital, groups above and below the average, deviation bands by hospital level.

Every chart is drawn in both languages, says its finding in its title, names the unit of each axis and bears the
fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim import __version__
from dipsim.money import half_even
from dipsim.pipeline import Result
from dipsim.policy.fingerprint import short
from dipsim.report.axes import Scale, amounts, rows, span
from dipsim.report.drawing import Key, Panel, Sheet, svg
from dipsim.report.labels import Lang, Text, amount_in, money_unit, signed_money, term
from dipsim.report.lettering import shortened, text_width
from dipsim.report.marks import GREY, INK, PALE, Bar, Dot, Guide, Line, Mark, Words
from dipsim.report.report_table import ReportTable
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
MORE, LESS = "#2166ac", "#b35806"
MOST_HOSPITALS = 30
"""Hospitals in one chart; of more, those at both ends are shown."""
MOST_GROUPS = 8
"""Groups shown at either end."""
_DARK_BANDS = frozenset({"extreme", "no_match"})
_ROW, _DOT = 19.0, 3.2
_LONGEST_NAME = 44
_NARROWEST_LABELLED_SHARE = 0.045


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in both languages: its key, its finding and its SVG."""

    key: str
    title: Text
    svg: Text


def both(key: str, title: Text, drawn: Callable[[Lang], str]) -> Chart:
    """A chart drawn in both languages."""
    return Chart(key, title, Text(drawn("en"), drawn("zh")))


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
    names, ratios = hospital_names(table), np.array(table.values("pay_per_cost"), np.float64)
    mean = float(str(hospitals.total["pay_per_cost"]))
    has_levels = any(column.name == "level" for column in table.columns)
    levels = table.values("level") if has_levels else ["unknown"] * len(table)
    title = _pay_per_cost_title(names, ratios, mean)

    def drawn(lang: Lang) -> str:
        legend = [Key(color, term(level).of(lang)) for level, color in LEVEL_COLORS.items() if level in levels]
        sheet = Sheet(title.of(lang), footer([result], lang), legend if has_levels else (), label_room(names))
        named = rows(names)
        region = Text(f"region {mean:.3f}", f"全市 {mean:.3f}").of(lang)
        marks: list[Mark] = [
            *(Line([(mean, row), (ratio, row)], PALE, 2.5) for row, ratio in enumerate(ratios.tolist())),
            Guide(mean, is_upright=True),
            Words(mean, named.scale.high, region, color=GREY, below=-6),
        ]
        for row, (ratio, level) in enumerate(zip(ratios.tolist(), levels, strict=True)):
            marks.append(Dot(ratio, row, _DOT, LEVEL_COLORS[level or "unknown"]))
        unit = Text("Pay for each yuan charged (yuan)", "每 1 元费用的应付金额（元）").of(lang)
        across = amounts(
            span([mean, *ratios.tolist()], 0.08, with_zero=False), unit + left_out(len(ordered) - len(table), lang)
        )
        panel = Panel(across, named, marks, [f"{ratio:.3f}" for ratio in ratios])
        return svg(sheet, _ROW * max(len(table), 1), [panel], lang)

    return both("pay_per_cost", title, drawn)


def _pay_per_cost_title(names: Sequence[str], ratios: NDArray[np.float64], mean: float) -> Text:
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

    def drawn(lang: Lang) -> str:
        names = [shortened(group_name(row, lang), _LONGEST_NAME) for row in table.rows()]
        sheet = Sheet(title.of(lang), footer([result], lang), gain_legend(lang), label_room(names))
        what = Text("Pay less average pay for the same charges", "应付与同等费用平均应付之差").of(lang)
        return svg(sheet, _ROW * max(len(table), 1), [signed_bars(names, gaps, what, lang)], lang)

    return both("group_gap", title, drawn)


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
        return Text("Every group is paid like the average", "各病种应付与平均水平一致").of(lang)
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

    def drawn(lang: Lang) -> str:
        legend = [Key(color, term(band).of(lang)) for band, color in BAND_COLORS.items()]
        names = [f"{term(level).of(lang)} · {measure.of(lang)}" for level in levels for measure in measures]
        sheet = Sheet(title.of(lang), footer([result], lang), legend, label_room(names), 20)
        marks = [*_stacked(parts.reshape(-1, len(BANDS))), *between_rows(3, len(names))]
        unit = Text("Share of the level's cases, charges and points (%)", "占该等级病例、费用、分值的比例（%）")
        panel = Panel(amounts(Scale(0, 1), unit.of(lang), is_percent=True), rows(names), marks)
        return svg(sheet, (_ROW + 3) * max(len(names), 1), [panel], lang)

    return both("bands", title, drawn)


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
    row = int(np.nanargmax(high))
    level = term(levels[row])
    return Text(
        f"High-outlier and extreme cases weigh most at {level.en.lower()} hospitals: {high[row]:.1%} of charges",
        f"高倍率和极高费用病例在{level.zh}机构占比最高：占其费用的 {high[row]:.1%}",
    )


def _stacked(parts: NDArray[np.float64]) -> Iterator[Mark]:
    """One bar a row, cut into bands in the order of the legend; wide parts bear their share."""
    for row, shares_of_row in enumerate(np.nan_to_num(parts).tolist()):
        left = 0.0
        for band, color in BAND_COLORS.items():
            width = shares_of_row[BANDS.index(band)]
            if width:
                yield Bar(left, left + width, row - 0.36, row + 0.36, color, has_edge=True)
            if width >= _NARROWEST_LABELLED_SHARE:
                label = f"{width:.1%}" if width > 0.06 else f"{width:.0%}"
                yield Words(left + width / 2, row, label, size=8, color="white" if band in _DARK_BANDS else INK)
            left += width


def between_rows(every: int, count: int) -> Iterator[Mark]:
    """A thin line after so many rows each."""
    for row in range(every, count, every):
        yield Guide(row - 0.5, is_upright=False, width=0.4)


def signed_bars(names: Sequence[str], amounts_fen: Sequence[int], what: str, lang: Lang) -> Panel:
    """Bars to both sides of zero, one a row, with money on the axis."""
    per_unit, unit = money_unit(max((abs(amount) for amount in amounts_fen), default=0), lang)
    values = [amount / per_unit for amount in amounts_fen]
    texts = [f"{'+' if amount > 0 else ''}{amount_in(amount, per_unit)}" for amount in amounts_fen]
    across = amounts(span(values), f"{what} ({unit})" if lang == "en" else f"{what}（{unit}）", 5)
    return Panel(across, rows(names), bars_from_zero(values, gain_colors(values)), texts)


def bars_from_zero(values: Sequence[float], colors: Sequence[str], height: float = 0.62) -> list[Mark]:
    """One bar a row, and the line that they begin at."""
    bars = enumerate(zip(values, colors, strict=True))
    return [
        *(Bar(0.0, value, row - height / 2, row + height / 2, color) for row, (value, color) in bars),
        Guide(0.0, is_upright=True),
    ]


def gain_colors(values: Sequence[float]) -> list[str]:
    """The colour of a gain or a loss for each value."""
    return [MORE if value > 0 else LESS for value in values]


def toned(middle: str, tone: float) -> str:
    """The colour of a tone: -1 is that of a loss, 0 the middle one, 1 that of a gain, and what is between is mixed."""
    ends = (middle, MORE if tone > 0 else LESS)
    start, end = ([int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in ends)
    mixed = (round(one + (other - one) * abs(tone)) for one, other in zip(start, end, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def gain_legend(lang: Lang) -> tuple[Key, ...]:
    """The two colours of gain and loss."""
    return (Key(MORE, Text("more", "多得").of(lang)), Key(LESS, Text("less", "少得").of(lang)))


def hospital_names(table: ReportTable) -> list[str]:
    """The names of the hospitals of a table, or their ids where no name is known, short enough for a chart."""
    named = any(column.name == "name" for column in table.columns)
    return [shortened((named and row["name"]) or row["hospital_id"], _LONGEST_NAME) for row in table.rows()]


def group_name(group: dict[str, object], lang: Lang) -> str:
    """A group by name, by its code where it has none."""
    return str(group["name" if lang == "en" else "name_zh"] or group["group_code"])


def label_room(names: Sequence[str]) -> float:
    """Points that row labels take at the left."""
    return max([text_width(name) for name in names], default=0.0) + 16


def at_both_ends(table: ReportTable, most: int) -> ReportTable:
    """The table, or its first and last rows where it has more than `most`."""
    rows = list(range(len(table)))
    return table if len(rows) <= most else table.taken([*rows[: most // 2], *rows[-(most // 2) :]])


def left_out(count: int, lang: Lang) -> str:
    """How many rows a chart leaves out between the two ends."""
    return Text(f"; {count:,} between the ends not shown", f"；中间 {count:,} 家未列出").of(lang) if count else ""
