from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.paths import PolicyRoots
from dipsim.policy import layer
from dipsim.policy.document import load_document
from tests.unit.policy.demo_city import BASELINE, BASELINE_FILE, EMPLOYEE, Write, at, refused

# ---- extends and override


@pytest.mark.parametrize(
    "patch",
    [
        "[override]\npayment.bed_day.tiers = [{ up_to_day = 60, day_rate = 240.0 }]",
        "[override.payment.bed_day]\ntiers = [{ up_to_day = 60, day_rate = 240.0 }]",
        "[[override.payment.bed_day.tiers]]\nup_to_day = 60\nday_rate = 240.0",
    ],
)
def test_an_override_may_be_dotted_or_nested_and_replaces_a_list_whole(
    write: Write, roots: PolicyRoots, patch: str
) -> None:
    write("demo-city/cap", f'extends = "demo-city/baseline-2025"\n{patch}\n')
    table = load_document("demo-city/cap", roots).table("payment.bed_day")
    assert table["tiers"] == ({"up_to_day": 60, "day_rate": 240.0},)
    assert table["max_days"] == 90


def test_an_array_of_tables_is_replaced_whole(write: Write, roots: PolicyRoots) -> None:
    write("all-dip", 'extends = "demo-city/baseline-2025"\n[[override.route]]\npay = "dip"\n')
    assert load_document("all-dip", roots).values["route"] == ({"pay": "dip"},)


def test_a_map_of_values_is_merged_key_by_key(write: Write, roots: PolicyRoots) -> None:
    write(
        "x", 'extends = "demo-city/baseline-2025"\n[override]\nsettlement.point_value.budget_yuan = { employee = 1 }\n'
    )
    budget = load_document("x", roots).table("settlement.point_value.budget_yuan")
    assert budget == {"employee": 1, "resident": 600_000_000}


def test_an_override_key_must_exist_in_the_parent(write: Write, roots: PolicyRoots) -> None:
    write(
        "demo-city/cap-60",
        'extends = "demo-city/baseline-2025"\n\n[override]\npayment.bed_day.max_day = 60\n'
        "payment.bedday.max_days = 1\nsettlement.point_value.budget_yuan.farmer = 1\nzzz = 1\n",
    )
    parent = "no such parameter in 'demo-city/baseline-2025'"
    assert refused("demo-city/cap-60", roots) == [
        (
            f"scenarios/demo-city/cap-60.toml:4: [override] payment.bed_day.max_day: {parent}; "
            "did you mean 'payment.bed_day.max_days'?"
        ),
        (
            f"scenarios/demo-city/cap-60.toml:5: [override] payment.bedday.max_days: {parent}; "
            "did you mean 'payment.bed_day.max_days'?"
        ),
        (
            f"scenarios/demo-city/cap-60.toml:6: [override] settlement.point_value.budget_yuan.farmer: {parent}; "
            "known in [settlement.point_value.budget_yuan]: employee, resident"
        ),
        (
            f"scenarios/demo-city/cap-60.toml:7: [override] zzz: {parent}; "
            "`dipsim show demo-city/baseline-2025` lists its parameters"
        ),
    ]


def test_a_table_in_the_parent_cannot_be_replaced_by_a_value(write: Write, roots: PolicyRoots) -> None:
    write("x", 'extends = "demo-city/baseline-2025"\n[override]\nsettlement.point_value = 1\npayment = {}\n')
    why = "it is a table in 'demo-city/baseline-2025'; override its keys one by one"
    assert refused("x", roots) == [
        f"scenarios/x.toml:3: [override] settlement.point_value: cannot be replaced whole; {why}",
        f"scenarios/x.toml:4: [override] payment: cannot be replaced whole; {why}",
    ]


def test_a_value_in_the_parent_cannot_be_replaced_by_a_table(write: Write, roots: PolicyRoots) -> None:
    text = "[override]\ngrouper.name = 1\npayment.bed_day.unit = {}\nroute.pay = 1\n"
    write("x", f'extends = "demo-city/baseline-2025"\n{text}')
    why = "cannot be replaced by a table; it is a single value in 'demo-city/baseline-2025'; give one value"
    assert refused("x", roots) == [
        f"scenarios/x.toml:3: [override] grouper.name: {why}",
        f"scenarios/x.toml:4: [override] payment.bed_day.unit: {why}",
        f"scenarios/x.toml:5: [override] route.pay: {why}",
    ]


def test_a_document_that_extends_states_only_its_own_head_in_place(write: Write, roots: PolicyRoots) -> None:
    write("x", 'extends = "demo-city/baseline-2025"\ntitle = "Cap"\nvalid_from = 2026-01-01\n[override]\n')
    document = load_document("x", roots)
    assert document.values["title"] == "Cap"
    assert document.values["title_zh"] == "示例市"
    assert [str(origin) for origin in document.why("title")] == [f"{BASELINE_FILE}:1", "scenarios/x.toml:2"]


def test_parameters_beside_extends_belong_under_override_and_the_head_does_not(
    write: Write, roots: PolicyRoots
) -> None:
    write("x", 'extends = "demo-city/baseline-2025"\npayment.bed_day.max_days = 1\n[override]\ntitle = "x"\n')
    assert refused("x", roots) == [
        (
            "scenarios/x.toml:2: payment.bed_day.max_days: not allowed here; "
            "only a baseline states parameters in place; "
            "write it under [override], as override.payment.bed_day.max_days"
        ),
        (
            "scenarios/x.toml:4: override.title: not a parameter; it tells of the document itself; "
            "state it at the top of the file"
        ),
    ]


def test_override_must_be_a_table_and_extends_and_overlays_names(write: Write, roots: PolicyRoots) -> None:
    write("x", 'extends = "demo-city/baseline-2025"\noverlays = "quality"\noverride = 1\n')
    assert refused("x", roots) == [
        "scenarios/x.toml:3: override: must be a table; write [override] and the parameters below it",
        'scenarios/x.toml:2: overlays: must be a list of names; write overlays = ["quality-2025"]',
    ]
    write("y", 'extends = ["demo-city/baseline-2025"]\n')
    (message,) = refused("y", roots)
    assert message == 'scenarios/y.toml:1: extends: must name one scenario; write extends = "demo-city/baseline-2025"'


def test_an_unknown_parent_is_placed_at_extends(write: Write, roots: PolicyRoots) -> None:
    write("x", 'extends = "demo-city/baseline-2024"\nunit = 1\n')
    messages = refused("x", roots)
    assert messages[0].startswith("scenarios/x.toml:2: unit: not allowed here")
    assert messages[1].startswith("scenarios/x.toml:1: extends: scenario 'demo-city/baseline-2024': not found")
    assert messages[1].endswith("did you mean 'demo-city/baseline-2025'?")


def test_extends_may_be_followed_three_times_and_no_more(write: Write, roots: PolicyRoots) -> None:
    parent = "demo-city/baseline-2025"
    for name in ("one", "two", "three", "four"):
        write(name, f'extends = "{parent}"\n[override]\npayment.bed_day.max_days = 60\n')
        parent = name
    assert len(load_document("three", roots).why("payment.bed_day.max_days")) == 4
    (message,) = refused("four", roots)
    assert message == (
        "scenarios/one.toml:1: extends: too many parents; four -> three -> two -> one -> demo-city/baseline-2025 "
        "is more than 3 steps; extend an earlier document of the chain"
    )


def test_a_circle_of_parents_is_refused_with_its_members(write: Write, roots: PolicyRoots) -> None:
    write("one", 'extends = "two"\n')
    write("two", 'extends = "one"\n')
    (message,) = refused("one", roots)
    assert message == (
        "scenarios/two.toml:1: extends: goes in a circle; one -> two -> one; let one of them be a baseline"
    )


def test_a_renamed_key_is_answered_with_its_new_name(
    write: Write, roots: PolicyRoots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "RENAMED", {"payment.bed": "payment.bed_day"})
    write("x", 'extends = "demo-city/baseline-2025"\n[override]\npayment.bed.max_days = 1\n')
    assert refused("x", roots)[0] == (
        "scenarios/x.toml:3: [override] payment.bed.max_days: 'payment.bed' was renamed; write 'payment.bed_day'"
    )


# ---- overlays


def test_overlays_are_applied_from_left_to_right_and_the_own_override_last(write: Write, roots: PolicyRoots) -> None:
    write("overlays/poor", f"[override]\n{EMPLOYEE} = 1\n")
    write("overlays/short", "[override]\npayment.bed_day.max_days = 60\n")
    write("x", f'extends = "demo-city/baseline-2025"\noverlays = ["poor", "short"]\n[override]\n{EMPLOYEE} = 2\n')
    document = load_document("x", roots)
    assert at(document, "payment.bed_day.max_days") == 60
    assert [(str(origin), origin.layer, origin.value) for origin in document.why(EMPLOYEE)] == [
        (f"{BASELINE_FILE}:23", "baseline", 400_000_000),
        ("scenarios/overlays/poor.toml:2", "overlay", 1),
        ("scenarios/x.toml:4", "override", 2),
    ]


def test_the_same_key_in_two_overlays_is_refused_naming_both(write: Write, roots: PolicyRoots) -> None:
    write("overlays/poor", f"[override]\n{EMPLOYEE} = 1\n")
    write("overlays/rich", f"\n[override]\n{EMPLOYEE} = 1\n")
    write("x", 'extends = "demo-city/baseline-2025"\noverlays = ["poor", "rich"]\n')
    assert refused("x", roots) == [
        (
            f"scenarios/overlays/rich.toml:3: [override] {EMPLOYEE}: the same key in two overlays; "
            "scenarios/overlays/poor.toml:2 states it too; keep it in one of them"
        )
    ]


def test_an_overlay_holds_overrides_and_its_own_head_only(write: Write, roots: PolicyRoots) -> None:
    write("overlays/odd", 'title = "Odd"\nextends = "x"\n[override]\npayment.bed_day.max_day = 1\n')
    write("x", 'extends = "demo-city/baseline-2025"\noverlays = ["odd"]\n[override]\nzzz = 1\n')
    messages = refused("x", roots)
    assert [message.partition(": ")[0] for message in messages] == [
        "scenarios/overlays/odd.toml:2",
        "scenarios/overlays/odd.toml:4",
        "scenarios/x.toml:4",
    ]
    assert messages[0].startswith("scenarios/overlays/odd.toml:2: extends: not allowed here")


def test_an_unknown_overlay_is_placed_at_overlays(write: Write, roots: PolicyRoots) -> None:
    write("overlays/quality-2025", "[override]\n")
    write("x", 'extends = "demo-city/baseline-2025"\noverlays = ["quality-2052"]\n')
    (message,) = refused("x", roots)
    assert message.startswith("scenarios/x.toml:2: overlays: overlay 'quality-2052': not found; searched ")
    assert message.endswith("did you mean 'quality-2025'?")


@given(st.permutations(["payment.bed_day.max_days = 1", 'payment.bed_day.unit = "yuan"', f"{EMPLOYEE} = 3"]))
def test_the_order_of_overlays_with_different_keys_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, patches: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("policy") / "scenarios"
    (folder / "overlays").mkdir(parents=True)
    (folder / "base.toml").write_text(BASELINE, encoding="utf-8")
    for number, patch in enumerate(patches):
        (folder / "overlays" / f"{number}.toml").write_text(f"[override]\n{patch}\n", encoding="utf-8")
    (folder / "x.toml").write_text('extends = "base"\noverlays = ["0", "1", "2"]\n', encoding="utf-8")
    document = load_document("x", PolicyRoots((folder.parent,)))
    assert at(document, "payment.bed_day.max_days") == 1
    assert at(document, "payment.bed_day.unit") == "yuan"
    assert at(document, EMPLOYEE) == 3
    assert at(document, "settlement.point_value.mode") == "solve"
