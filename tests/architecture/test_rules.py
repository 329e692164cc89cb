"""A rule is complete: module, table, labels, columns that exist, and at least ten cases worked by hand."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from dipsim.registry import RULES, TABLES, table_of
from dipsim.rule import Rule
from tests.shared import REPOSITORY

GOLDEN_CASES = 10
FOLDERS = ("payment", "supervision", "settlement", "fund")

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)


def folder_of(rule: Rule) -> str:
    return table_of(rule).partition(".")[0]


def test_keys_differ() -> None:
    assert len({rule.key for rule in RULES}) == len(RULES)


@each_rule
def test_a_rule_stands_in_the_module_of_its_key(rule: Rule) -> None:
    module = import_module(f"dipsim.{folder_of(rule)}.{rule.key}")
    assert rule in module.RULES
    assert module.__doc__


@each_rule
def test_a_rule_has_a_table_of_its_key_that_names_its_source(rule: Rule) -> None:
    assert table_of(rule) == f"{folder_of(rule)}.{rule.key}"
    assert folder_of(rule) in FOLDERS
    assert TABLES[table_of(rule)] is rule.params
    assert "source" in rule.params.model_fields


@each_rule
def test_a_rule_and_its_flags_are_named_in_both_languages(rule: Rule) -> None:
    labels = [(rule.label, rule.label_zh), *((english, chinese) for english, chinese in rule.flags)]
    assert all(english.isascii() and english for english, _ in labels)
    assert all(re.search("[\u4e00-\u9fff]", chinese) for _, chinese in labels)
    assert len({english for english, _ in rule.flags}) == len(rule.flags)


@each_rule
def test_a_rule_has_ten_golden_cases(rule: Rule) -> None:
    cases = list((REPOSITORY / "tests" / "golden" / rule.key).rglob("*.toml"))
    assert len(cases) >= GOLDEN_CASES


@each_rule
def test_a_rule_has_a_page(rule: Rule) -> None:
    assert (REPOSITORY / "docs" / "methods" / f"{rule.key}.md").is_file()


def test_every_module_of_a_rule_is_registered() -> None:
    for folder in FOLDERS:
        modules = {path.stem for path in (REPOSITORY / "dipsim" / folder).glob("*.py")} - {"__init__"}
        registered = {rule.key for rule in RULES if folder_of(rule) == folder}
        assert {
            module for module in modules if hasattr(import_module(f"dipsim.{folder}.{module}"), "RULES")
        } == registered
