"""The year in sentences: what was earned, paid and is still due, who gains and loses by sharing, what reserves gave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dipsim.pipeline import Result
from dipsim.report.comparing import scenario_title
from dipsim.report.labels import Lang, Text, money, signed_money
from dipsim.report.year_sums import Year, closed_years, drawn_fen, year_of


def year_answer(results: Sequence[Result]) -> tuple[Text, ...]:
    """The sentences on the year of the first result, and what reserves pay in the others."""
    base = year_of(results[0])
    told = [] if base is None else year_told(base)
    others = [year for number, year in closed_years(results) if number]
    return (*told, *(_drawn(year) for year in others if _has_sharing(year)))


def year_told(year: Year) -> list[Text]:
    """The sentences on one year, or on what one hospital has of it: how it was cleared, or how far it goes."""
    of_all = (_shared, _owing) if len(year.places) > 1 else ()
    makers = (_earned, *of_all) if year.clearing.is_closed else (_interim, _paid_so_far)
    told = [Text(make(year, "en"), make(year, "zh")) for make in makers]
    return [text for text in told if text.en]


def _earned(year: Year, lang: Lang) -> str:
    """What hospitals earned, had in hand, and still get."""
    total = {name: money(abs(fen), lang) for name, fen in year.totals().items()}
    steps = [_step(year, name, words, lang) for name, words in _CHANGES.items()]
    changed = Text(", ", "，").of(lang).join(step for step in steps if step)
    due = year.totals()["due"]
    paid = money(-(year.totals()["prepaid"] + year.totals()["deposit"]), lang)
    if lang == "en":
        who, them = ("hospitals", "them") if len(year.places) > 1 else ("the hospital", "it")
        last = f"{total['due']} {'is still due to' if due >= 0 else 'is due from'} {them}"
        how = f" ({total['priced']} by the price; {changed})" if changed else ""
        return f"Clearing: {who} earned {total['earned']} in {year.number}{how}; {paid} was paid by then, and {last}."
    how = f"（按点值应付 {total['priced']}；{changed}）" if changed else ""
    last = f"{'清算尚应付' if due >= 0 else '清算应收回'} {total['due']}"
    return f"清算：{year.number} 年机构应得 {total['earned']}{how}，年内已付 {paid}，{last}。"


_CHANGES = {
    "shared": Text("sharing", "结余超支分担"),
    "assessed": Text("assessment", "考核"),
    "deducted": Text("deductions", "扣款"),
}


def _step(year: Year, name: str, words: Text, lang: Lang) -> str:
    amount = year.totals()[name]
    return f"{words.of(lang)} {signed_money(amount, lang)}" if amount else ""


def _shared(year: Year, lang: Lang) -> str:
    """Who gains and who loses by sharing, and where the money comes from."""
    if not _has_sharing(year):
        return ""
    by_hospital = year.steps()["shared"].sum(axis=1)
    gains, losses = int((by_hospital > 0).sum()), int((by_hospital < 0).sum())
    more, less = int(np.maximum(by_hospital, 0).sum()), int(-np.minimum(by_hospital, 0).sum())
    drawn = money(drawn_fen(year.clearing), lang)
    if lang == "en":
        parts = [f"{_hospitals(gains, 'gain')} {money(more, lang)}" if gains else "no hospital gains"]
        parts.append(f"{_hospitals(losses, 'lose')} {money(less, lang)}" if losses else "none loses")
        return f"By sharing, {' and '.join(parts)}; the risk reserve adds {drawn}."
    parts = [f"{gains} 家机构多得 {money(more, lang)}" if gains else "没有机构多得"]
    parts.append(f"{losses} 家少得 {money(less, lang)}" if losses else "没有机构少得")
    return f"结余留用与超支分担：{'，'.join(parts)}；动用风险金 {drawn}。"


def _owing(year: Year, lang: Lang) -> str:
    """Hospitals that owe money, now or next year."""
    steps = year.steps()
    owed, carried = steps["due"].sum(axis=1), steps["carried_out"].sum(axis=1)
    told = []
    if (owed < 0).any():
        count, amount = int((owed < 0).sum()), money(int(-owed[owed < 0].sum()), lang)
        told.append(Text(f"{_hospitals(count, 'pay')} back {amount}", f"{count} 家机构应退回 {amount}").of(lang))
    if carried.any():
        count, amount = int((carried > 0).sum()), money(int(carried.sum()), lang)
        told.append(
            Text(
                f"{_hospitals(count, 'owe')} {amount} that goes to next year", f"{count} 家机构欠款 {amount} 转下年"
            ).of(lang)
        )
    if not told:
        return ""
    return f"{'; '.join(told)}." if lang == "en" else f"{'；'.join(told)}。"


def _interim(year: Year, lang: Lang) -> str:
    """How far the run goes, and what is still to come."""
    last, later = year.clearing.last_month, year.result.not_arrived
    return Text(
        f"Interim: this run goes to the end of {year.number}-{last:02d}. {later:,} claims that came later are not in "
        f"it; {_months_left(last, 'en')}assessment, sharing and clearing are still to come, and every figure here may "
        "change.",
        f"年中测算：截至 {year.number} 年 {last} 月底。此后到达的 {later:,} 例未计入；"
        f"{_months_left(last, 'zh')}考核、结余超支分担和清算尚未进行，本页数字均为阶段性结果。",
    ).of(lang)


def _months_left(last: int, lang: Lang) -> str:
    if last == 12:
        return ""
    if last == 11:
        return Text("month 12, ", "12 月及").of(lang)
    return Text(f"months {last + 1} to 12, ", f"{last + 1} 至 12 月及").of(lang)


def _paid_so_far(year: Year, lang: Lang) -> str:
    """What was prepaid so far beside the interim price."""
    total = year.totals()
    prepaid, withheld = money(-total["prepaid"], lang), money(total["deposit"], lang)
    return Text(
        f"So far {money(total['priced'], 'en')} by the interim price; {prepaid} prepaid, of which {withheld} withheld "
        "as deposit.",
        f"按阶段点值应付 {money(total['priced'], 'zh')}；已预付 {prepaid}，其中扣留质量保证金 {withheld}。",
    ).of(lang)


def _drawn(year: Year) -> Text:
    """What sharing moves in one of several scenarios, and what the risk reserve pays of it."""
    title, by_hospital = scenario_title(year.result.scenario), year.steps()["shared"].sum(axis=1)
    gains, losses, drawn = int((by_hospital > 0).sum()), int((by_hospital < 0).sum()), drawn_fen(year.clearing)
    if not by_hospital.any():
        return Text(f"{title.en}: sharing moves no money.", f"{title.zh}：不作分担，机构盈亏自负。")
    who = f"{_hospitals(gains, 'gain')} and {_hospitals(losses, 'lose')}"
    total = int(by_hospital.sum())
    return Text(
        f"{title.en}: by sharing {who}, {signed_money(total, 'en')} in all; the risk reserve adds "
        f"{money(drawn, 'en')}.",
        f"{title.zh}：分担后 {gains} 家多得、{losses} 家少得，合计 {signed_money(total, 'zh')}；"
        f"动用风险金 {money(drawn, 'zh')}。",
    )


def _hospitals(count: int, verb: str) -> str:
    """So many hospitals do something."""
    return f"{count} hospital {verb}s" if count == 1 else f"{count} hospitals {verb}"


def _has_sharing(year: Year) -> bool:
    return "settlement.risk_sharing" in year.result.scenario.params
