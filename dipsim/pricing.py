"""From what is claimed to prices: the areas under a ceiling of their own, and every PRICE rule on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dipsim.registry import RULES, table_of
from dipsim.rule import FundView, Priced, Stage
from dipsim.scenario import Scenario


def priced(view: FundView, scenario: Scenario) -> Iterator[tuple[int, Priced]]:
    """What the PRICE rule of a scenario posts, beside its number; CaseDataError or PolicyError when it cannot."""
    for rule in RULES:
        if rule.stage is Stage.CEILING and table_of(rule) in scenario.params:
            view = replace(view, areas=rule.run(view, scenario.params[table_of(rule)]))
    for number, rule in enumerate(RULES):
        if rule.stage is Stage.PRICE and table_of(rule) in scenario.params:
            yield number, rule.run(view, scenario.params[table_of(rule)])
