"""The answer first: a few sentences in both languages on money, point value, fund, and who gains and who loses."""

from __future__ import annotations

from collections.abc import Sequence

from dipsim.ledger import INSURANCES
from dipsim.pipeline import Result
from dipsim.report.charts import hospital_names
from dipsim.report.comparing import fund_pay_fen, hospital_comparison, point_values, scale_note, scenario_title
from dipsim.report.comparison_charts import change_text
from dipsim.report.labels import Lang, Text, formatted, money, signed_money, signed_share, term
from dipsim.report.sums import is_gross, price_micro_yuan
from dipsim.report.tables import hospital_table, status_table
from dipsim.report.year_answer import year_answer
from dipsim.report.year_sums import closed_years
from dipsim.rule import FundPrice


def answer(results: Sequence[Result]) -> tuple[Text, ...]:
    """The sentences at the top of a report; of several results, those on the changes come first."""
    base = results[0]
    told = [Text(_change(results, number, "en"), _change(results, number, "zh")) for number in range(1, len(results))]
    told += year_answer(results)
    told += [Text(sentence(base, "en"), sentence(base, "zh")) for sentence in (_paid, _funds, _extremes, _left_out)]
    return tuple(sentence for sentence in told if sentence.en)


def _paid(result: Result, lang: Lang) -> str:
    """How many cases were paid for, how much, and what a yuan charged brings."""
    hospitals = hospital_table(result)
    total, scenario = hospitals.total, scenario_title(result.scenario).of(lang)
    count, cases = len(hospitals), int(str(total["cases"]))
    charged, fund = money(int(str(total["total_cost"])), lang), money(int(str(total["fund_pay"])), lang)
    ratio = formatted(total["pay_per_cost"], "ratio")
    whole = is_gross(result)
    if lang == "en":
        part = "hospitals are owed (patients' part included)" if whole else "the fund pays"
        return (
            f"{scenario}: {count} hospitals treated {cases:,} cases inside the pool and charged {charged}; "
            f"the fund pays {fund}. For each yuan charged {part} {ratio} yuan."
        )
    part = "机构应得（含个人已付部分）" if whole else "基金支付"
    return (
        f"{scenario}：{count} 家机构收治纳入预算的病例 {cases:,} 例，总费用 {charged}，基金支付 {fund}；"
        f"每 1 元费用{part} {ratio} 元。"
    )


def _funds(result: Result, lang: Lang) -> str:
    """Each fund's point value, and whether its budget holds; of areas the lowest and the highest value."""
    told = [_fund(price, lang) for price in result.prices if not price.area]
    for insurance in sorted({price.insurance for price in result.prices if price.area}):
        told.append(_areas([price for price in result.prices if price.insurance == insurance], lang))
    return Text(" ", "").of(lang).join(told)


def _areas(prices: Sequence[FundPrice], lang: Lang) -> str:
    name, count = term(INSURANCES[prices[0].insurance]).of(lang), len(prices)
    struck = [price_micro_yuan(price.pool_fen, price.points_micro) for price in prices]
    values = sorted(value for value in struck if value is not None)
    if not values:
        return Text(f"{name}: nobody has points.", f"{name}：无分值。").of(lang)
    low, high = formatted(values[0], "price"), formatted(values[-1], "price")
    english = f"{name}: {count} areas with ceilings of their own; a point is worth {low} to {high} yuan."
    return Text(english, f"{name}：{count} 个区域各有预算，点值 {low} 至 {high} 元。").of(lang)


def _fund(price: FundPrice, lang: Lang) -> str:
    name = term(INSURANCES[price.insurance]).of(lang)
    value = formatted(price_micro_yuan(price.pool_fen, price.points_micro), "price")
    if price.budget_fen is None:
        return Text(f"{name}: a point is worth {value} yuan, as given.", f"{name}：点值 {value} 元（给定）。").of(lang)
    budget, residual = money(price.budget_fen, lang), money(abs(price.residual_fen), lang)
    start = Text(f"{name}: a point is worth {value} yuan; ", f"{name}：点值 {value} 元，").of(lang)
    limits = Text("a limit of the value or a hospital cap binds", "点值上下限或机构封顶触发").of(lang)
    if price.residual_fen == 0:
        end = Text(f"payments equal the budget of {budget}.", f"支付额等于预算 {budget}。")
    elif price.residual_fen < 0:
        end = Text(
            f"{limits}, and payments exceed the budget of {budget} by {residual}, which the reserve pays.",
            f"{limits}，支付额超出预算 {budget}，由风险金补足 {residual}。",
        )
    else:
        end = Text(
            f"{limits}, and {residual} of the budget of {budget} goes to the reserve.",
            f"{limits}，预算 {budget} 中有 {residual} 转入风险金。",
        )
    return start + end.of(lang)


def _extremes(result: Result, lang: Lang) -> str:
    """The hospitals with the highest and the lowest pay per yuan charged."""
    hospitals = hospital_table(result)
    charged = hospitals.taken([row for row, cost in enumerate(hospitals.values("total_cost")) if cost])
    ordered = charged.ordered("pay_per_cost")
    if len(ordered) < 2:
        return ""
    names, ratios = hospital_names(ordered), [f"{ratio:.3f}" for ratio in ordered.values("pay_per_cost")]
    return Text(
        f"Per yuan charged, {names[0]} is paid most ({ratios[0]}) and {names[-1]} least ({ratios[-1]}).",
        f"每元费用应付最高的是{names[0]}（{ratios[0]}），最低的是{names[-1]}（{ratios[-1]}）。",
    ).of(lang)


def _left_out(result: Result, lang: Lang) -> str:
    """How many rows were not paid for."""
    table = status_table(result, result.inputs.reading)
    counts = {row["place"]: row["rows"] for row in table.rows() if not row["status"]}
    rejected = counts.get("rejected_reading", 0) + counts["rejected_rule"]
    outside = counts["outside_year"] + counts["outside_route"]
    rows = int(str(table.total["rows"]))
    return Text(
        f"Of {rows:,} rows, {rejected:,} were rejected and {outside:,} lie outside the pool.",
        f"全部 {rows:,} 行中，剔除 {rejected:,} 行，不纳入预算 {outside:,} 行。",
    ).of(lang)


def _change(results: Sequence[Result], number: int, lang: Lang) -> str:
    """What one scenario changes against the baseline: fund pay, point values, the hospitals that gain and lose most."""
    start = scenario_title(results[number].scenario).of(lang)
    values = _values(results, number, lang)
    fund, moves = _fund_change(results[0], results[number], lang), _moves(results, number, lang)
    if lang == "en":
        told = f" Point value: {'; '.join(values)}." if values else ""
        return f"{start}, against the baseline: {fund}.{told}{moves}"
    told = f"点值：{'；'.join(values)}。" if values else ""
    return f"与基准相比，{start}：{fund}。{told}{moves}"


def _values(results: Sequence[Result], number: int, lang: Lang) -> list[str]:
    """The point value of each insurance, before and after; nothing where points are on another scale."""
    pair = (results[0], results[number])
    if scale_note(pair) is not None:
        return []
    struck = point_values(pair)
    if all(before == after for before, after in struck.values()):
        return [Text("unchanged", "不变").of(lang)]
    return [_value(insurance, before, after, lang) for insurance, (before, after) in struck.items()]


def _fund_change(base: Result, other: Result, lang: Lang) -> str:
    """By how much all funds together pay more or less."""
    before, after = fund_pay_fen(base), fund_pay_fen(other)
    fund = Text("the fund and its reserves pay", "基金及调剂金、风险金") if closed_years((base, other)) else _FUND
    amount, percent = money(abs(after - before), lang), change_text(after, before)
    if after == before:
        text = Text(f"{fund.en} the same in all", f"{fund.zh}支付总额不变")
    elif after > before:
        text = Text(f"{fund.en} {amount} more ({percent})", f"{fund.zh}多支付 {amount}（{percent}）")
    else:
        text = Text(f"{fund.en} {amount} less ({percent})", f"{fund.zh}少支付 {amount}（{percent}）")
    return text.of(lang)


_FUND = Text("the fund pays", "基金")


def _moves(results: Sequence[Result], number: int, lang: Lang) -> str:
    """The hospitals that gain most and lose most, those of them that there are."""
    table = hospital_comparison(results).ordered(f"change_{number}")
    names, changes = hospital_names(table), table.values(f"change_{number}")
    relative = table.values(f"change_share_{number}")
    told = []
    if changes and changes[0] > 0:
        size = f"{signed_money(changes[0], lang)}, {signed_share(relative[0], 2)}"
        told.append(Text(f"{names[0]} gains most ({size})", f"{names[0]}多得最多（{size}）").of(lang))
    if changes and changes[-1] < 0:
        size = f"{signed_money(changes[-1], lang)}, {signed_share(relative[-1], 2)}"
        told.append(Text(f"{names[-1]} loses most ({size})", f"{names[-1]}少得最多（{size}）").of(lang))
    if not told:
        return ""
    return f" {', '.join(told)}." if lang == "en" else f"{'，'.join(told)}。"


def _value(insurance: str, before: int | None, after: int | None, lang: Lang) -> str:
    shown = f"{term(insurance).of(lang)} {formatted(before, 'price')} → {formatted(after, 'price')}"
    change = change_text(after, before)
    return f"{shown}{Text(f' ({change})', f'（{change}）').of(lang)}" if change else shown
