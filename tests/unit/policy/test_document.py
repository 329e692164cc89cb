from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dipsim.errors import PolicyError
from dipsim.paths import PolicyRoots
from dipsim.policy import layer
from dipsim.policy.document import Document, load_document, read_document
from dipsim.policy.files import dotted, frozen, leaves_of
from tests.unit.policy.demo_city import BASELINE_FILE, EMPLOYEE, Write, at, refused

# ---- baseline


def test_a_baseline_states_its_values_in_place(baseline: Document) -> None:
    assert baseline.name == "demo-city/baseline-2025"
    assert baseline.values["valid_from"] == date(2025, 1, 1)
    assert baseline.table("settlement.point_value") == {
        "mode": "solve",
        "budget_yuan": {"employee": 400_000_000, "resident": 600_000_000},
    }
    assert baseline.table("")["grouper"] == "dip-demo"


def test_values_cannot_be_changed_and_lists_are_tuples(baseline: Document) -> None:
    payment = baseline.values["payment"]
    assert isinstance(payment, MappingProxyType)
    assert isinstance(payment["bed_day"]["tiers"], tuple)
    assert isinstance(payment["bed_day"]["tiers"][0], MappingProxyType)


def test_a_table_is_a_copy_of_ones_own(baseline: Document) -> None:
    baseline.table("payment.bed_day")["unit"] = "yuan"
    assert baseline.table("payment.bed_day")["unit"] == "points"


def test_a_misspelt_table_is_answered_with_the_nearest(baseline: Document) -> None:
    with pytest.raises(PolicyError) as caught:
        baseline.table("payment.bedday")
    assert str(caught.value) == (
        f"{BASELINE_FILE}: [payment.bedday]: no such table in 'demo-city/baseline-2025'; "
        "did you mean 'payment.bed_day'?"
    )


def test_a_baseline_has_neither_overlays_nor_overrides(write: Write, roots: PolicyRoots) -> None:
    write("x", 'overlays = ["quality"]\n[override]\nunit = "yuan"\n')
    assert refused("x", roots) == [
        "scenarios/x.toml:1: overlays: not allowed; this document extends no other; state the values in place",
        "scenarios/x.toml:3: override.unit: not allowed; this document extends no other; state the values in place",
    ]


def test_endless_numbers_are_refused_wherever_they_stand(write: Write, roots: PolicyRoots) -> None:
    write("x", "a = inf\nb = [{ c = nan }]\nd = 1e999\ne = 1.0\n")
    assert refused("x", roots) == [
        f"scenarios/x.toml:{line}: {key}: inf and nan are not allowed; state a finite number"
        for line, key in ((1, "a"), (2, "b"), (3, "d"))
    ]


def test_a_source_is_a_table(write: Write, roots: PolicyRoots) -> None:
    write("x", 'a = 1\nsource = "somewhere"\n')
    (message,) = refused("x", roots)
    assert message.startswith("scenarios/x.toml:2: source: a source must be a table; write source = { doc")


def test_a_file_that_stands_alone_is_a_document(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text('kind = "table"\n', encoding="utf-8")
    document = read_document(path, "weights/demo/weights.toml", "demo")
    assert document.values == {"kind": "table"}
    assert str(document.why("kind")[0]) == "weights/demo/weights.toml:1"


# ---- where a value comes from


def test_the_source_of_a_value_is_the_nearest_in_the_file_that_stated_it(write: Write, roots: PolicyRoots) -> None:
    write("overlays/new", 'source = { doc = "Overlay notice" }\n[override]\npayment.bed_day.max_days = 60\n')
    write(
        "x",
        'extends = "demo-city/baseline-2025"\noverlays = ["new"]\n[override.payment.bed_day]\n'
        'max_days = 45\nsource = { doc = "Decision 7" }\n[override.settlement.point_value]\nmode = "given"\n',
    )
    document = load_document("x", roots)
    assert [origin.source for origin in document.why("payment.bed_day.max_days")] == [
        {"doc": "Demo notice 2025-3", "article": "12"},
        {"doc": "Overlay notice"},
        {"doc": "Decision 7"},
    ]
    assert [origin.source for origin in document.why("settlement.point_value.mode")] == [None, None]
    assert document.table("payment.bed_day")["source"] == {"doc": "Decision 7"}


def test_the_innermost_of_two_enclosing_sources_counts(write: Write, roots: PolicyRoots) -> None:
    write(
        "x", 'source.doc = "file"\n[a]\nsource.doc = "outer"\nc = 1\n[a.b]\nsource.doc = "inner"\nd = 2\n[e]\nf = 3\n'
    )
    document = load_document("x", roots)
    sources = [document.why(key)[0].source for key in ("a.b.d", "a.c", "e.f")]
    assert sources == [{"doc": "inner"}, {"doc": "outer"}, {"doc": "file"}]


def test_a_source_may_be_new_in_a_table_of_the_parent_but_not_elsewhere(write: Write, roots: PolicyRoots) -> None:
    text = 'extends = "demo-city/baseline-2025"\n[override.settlement.point_value]\nsource = { doc = "D" }\n'
    write("x", text)
    assert load_document("x", roots).table("settlement.point_value")["source"] == {"doc": "D"}
    write("y", text.replace("point_value", "base_rate"))
    assert refused("y", roots)[0].startswith(
        "scenarios/y.toml:3: [override] settlement.base_rate.source: no such parameter in 'demo-city/baseline-2025'"
    )


def test_a_table_has_no_origin_of_its_own(baseline: Document) -> None:
    with pytest.raises(PolicyError) as caught:
        baseline.why("settlement.point_value.budget_yuan")
    assert str(caught.value) == (
        "settlement.point_value.budget_yuan: is a table; origins are kept by value; ask for "
        "settlement.point_value.budget_yuan.employee or settlement.point_value.budget_yuan.resident"
    )


def test_the_origin_of_an_unknown_key_is_answered_with_the_nearest(baseline: Document) -> None:
    with pytest.raises(PolicyError, match="no such parameter in 'demo-city/baseline-2025'; did you mean 'grouper'"):
        baseline.why("groupr")


def test_a_scenario_outside_the_policy_folders_is_shown_as_given(write: Write, roots: PolicyRoots) -> None:
    outside = roots.roots[0].parent / f"{roots.roots[0].name}-outside.toml"
    outside.write_text('extends = "demo-city/baseline-2025"\ntitle = "Mine"\n', encoding="utf-8")
    document = load_document(str(outside), roots)
    assert document.name == outside.stem
    assert document.why("title")[-1].file == str(outside)
    assert document.why("title")[0].file == BASELINE_FILE


# ---- override from Python


def test_values_can_be_overridden_by_dotted_key_or_nested_table(baseline: Document) -> None:
    tiers = [{"up_to_day": 45, "day_rate": 250.0}]
    richer = baseline.override(
        {"payment.bed_day.tiers": tiers, "settlement.point_value": {"budget_yuan": {"employee": 5}}}, name="richer"
    )
    assert richer.name == "richer"
    assert at(richer, EMPLOYEE) == 5
    assert richer.table("payment.bed_day")["tiers"] == ({"up_to_day": 45, "day_rate": 250.0},)
    assert str(richer.why(EMPLOYEE)[-1]) == "override 'richer'"
    assert at(baseline, EMPLOYEE) == 400_000_000


def test_an_override_does_not_follow_later_changes_of_the_list_it_was_given(baseline: Document) -> None:
    tiers = [{"up_to_day": 45, "day_rate": 250.0}]
    document = baseline.override({"payment.bed_day.tiers": tiers}, name="x")
    tiers[0]["day_rate"] = 0.0
    assert document.table("payment.bed_day")["tiers"] == ({"up_to_day": 45, "day_rate": 250.0},)


def test_overrides_report_every_problem_at_once(baseline: Document) -> None:
    values = {
        "payment.bed_day.max_day": 1,
        "payment.bed_day.max_days": float("nan"),
        EMPLOYEE: 1,
        "settlement": {"point_value": {"budget_yuan": {"employee": 2}}},
    }
    with pytest.raises(PolicyError) as caught:
        baseline.override(values, name="cap")
    assert [str(problem) for problem in caught.value.problems] == [
        f"override 'cap': {EMPLOYEE}: given twice; give it once",
        "override 'cap': [override] payment.bed_day.max_days: inf and nan are not allowed; state a finite number",
        (
            "override 'cap': [override] payment.bed_day.max_day: no such parameter in 'demo-city/baseline-2025'; "
            "did you mean 'payment.bed_day.max_days'?"
        ),
    ]


KEYS = st.text("ab.系", min_size=1, max_size=3)
VALUES = st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=3)
TABLES = st.dictionaries(KEYS, st.recursive(VALUES, lambda inner: st.dictionaries(KEYS, inner, max_size=3)), min_size=1)


@given(TABLES)
def test_overriding_a_value_by_itself_changes_nothing(values: dict[str, object]) -> None:
    stated = layer.Layer("baseline", "any.toml", dict(leaves_of(values)), {}, None)
    document = Document("any", "any.toml", {dotted(path): (stated.origin(path),) for path in stated.leaves})
    for key, origins in document.provenance.items():
        assert document.override({key: origins[-1].value}, name="same").values == document.values
    whole = {dotted((key,)): value for key, value in document.values.items()}
    assert document.override(whole, name="same").values == document.values == frozen(values)


# ---- problems of a model


class Tier(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    up_to_day: int = Field(gt=0)
    day_rate: float


class Span(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    lowest: int
    highest: int


class BedDay(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    unit: str
    max_days: int
    tiers: tuple[Tier, ...]
    gap_days: Annotated[int, Field(ge=0)] | Literal["none"] = "none"
    ages: str | Span = "all"


def findings(values: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        BedDay.model_validate(values)
    return caught.value


def problems(folder: Path, text: str, known_keys: Collection[str] = ()) -> list[str]:
    """What is wrong with a table [bed_day] of this text, as the user reads it."""
    path = folder / "x.toml"
    path.write_text(f"[bed_day]\n{text}", encoding="utf-8")
    document = read_document(path, "x.toml", "x")
    error = findings(document.table("bed_day"))
    return [str(problem) for problem in document.problems(error, "bed_day", known_keys)]


def test_what_a_model_refuses_is_told_with_key_value_and_what_is_allowed(tmp_path: Path) -> None:
    tiers = "tiers = [{ up_to_day = 1, day_rate = 1.0 }, { up_to_day = 0 }]"
    assert problems(tmp_path, f'max_days = "60"\n{tiers}\nunti = "yuan"\n', BedDay.model_fields) == [
        "x.toml: bed_day.unit: missing; a baseline states every parameter; state it there",
        "x.toml:2: bed_day.max_days: '60' is not allowed; it must be a valid integer",
        "x.toml:3: bed_day.tiers[item 2].up_to_day: 0 is not allowed; it must be greater than 0",
        "x.toml:3: bed_day.tiers[item 2].day_rate: missing; a baseline states every parameter; state it there",
        "x.toml:4: bed_day.unti: no such parameter; did you mean 'unit'?",
    ]


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ('gap_days = "a"', "gap_days: 'a' is not allowed; it must be a valid integer or 'none'"),
        ("gap_days = 1.5", "gap_days: 1.5 is not allowed; it must be a valid integer or 'none'"),
        ("gap_days = -1", "gap_days: -1 is not allowed; it must be greater than or equal to 0 or 'none'"),
    ],
)
def test_a_value_that_fits_none_of_several_forms_is_told_once_with_all_of_them(
    tmp_path: Path, stated: str, told: str
) -> None:
    text = f'unit = "yuan"\nmax_days = 1\ntiers = []\n{stated}\n'
    assert problems(tmp_path, text) == [f"x.toml:5: bed_day.{told}"]


def test_a_list_is_called_a_list(tmp_path: Path) -> None:
    assert problems(tmp_path, 'unit = "yuan"\nmax_days = 1\ntiers = "none"\n') == [
        "x.toml:4: bed_day.tiers: 'none' is not allowed; it must be a list"
    ]


def test_a_key_inside_one_of_several_forms_is_named_without_the_form(tmp_path: Path) -> None:
    text = 'unit = "yuan"\nmax_days = 1\ntiers = []\nages = { lowest = "a" }\n'
    found = problems(tmp_path, text)
    assert "x.toml:5: bed_day.ages.lowest: 'a' is not allowed; it must be a valid integer" in found
    assert "x.toml: bed_day.ages.highest: missing; a baseline states every parameter; state it there" in found


def test_an_unknown_parameter_like_no_other_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    text = 'unit = "yuan"\nmax_days = 1\ntiers = []\nzzz = 1\n'
    assert problems(tmp_path, text, ("unit", "max_days")) == [
        "x.toml:5: bed_day.zzz: no such parameter; known: unit, max_days"
    ]


def test_a_long_value_is_shortened(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f'unit = "yuan"\nmax_days = "{"9" * 200}"\ntiers = []\n')
    assert f": '{'9' * 59}... is not allowed" in problem


def test_the_problems_of_a_document_stand_at_the_file_and_line_that_stated_the_value(
    write: Write, roots: PolicyRoots
) -> None:
    write("overlays/odd", '[override]\npayment.bed_day.max_days = "x"\n')
    write("x", 'extends = "demo-city/baseline-2025"\noverlays = ["odd"]\n[override]\npayment.bed_day.tiers = [{}]\n')
    document = load_document("x", roots)
    values = document.table("payment.bed_day")
    del values["unit"], values["source"]
    found = [problem.where for problem in document.problems(findings(values), "payment.bed_day", ())]
    assert found == [
        f"{BASELINE_FILE}:13: payment.bed_day.unit",
        "scenarios/overlays/odd.toml:2: payment.bed_day.max_days",
        "scenarios/x.toml:4: payment.bed_day.tiers[item 1].up_to_day",
        "scenarios/x.toml:4: payment.bed_day.tiers[item 1].day_rate",
    ]


def test_the_place_of_a_key_that_nobody_states_is_the_baseline_of_its_table(
    baseline: Document, write: Write, roots: PolicyRoots
) -> None:
    write("x", 'extends = "demo-city/baseline-2025"\n[override]\npayment.bed_day.unit = "yuan"\n')
    assert load_document("x", roots).place("payment.bed_day.min_days") == BASELINE_FILE
    assert baseline.place("payment.bed_day.min_days") == BASELINE_FILE
    assert baseline.place("payment.bed_day.source.page") == f"{BASELINE_FILE}:19"
    assert baseline.place("benefit") == BASELINE_FILE
    assert baseline.place("") == BASELINE_FILE


def test_a_table_that_the_parent_does_not_have_can_be_added(write: Write, roots: PolicyRoots) -> None:
    write("demo-city/more", 'extends = "demo-city/baseline-2025"\n[add.settlement.sharing]\nshare = 0.5\n')
    document = load_document("demo-city/more", roots)
    assert document.table("settlement.sharing") == {"share": 0.5}
    assert document.place("settlement.sharing.share") == "scenarios/demo-city/more.toml:3"


def test_a_table_of_the_parent_cannot_be_added_again(write: Write, roots: PolicyRoots) -> None:
    write("demo-city/more", 'extends = "demo-city/baseline-2025"\n[add.settlement.point_value]\nnew = 0.5\n')
    with pytest.raises(
        PolicyError,
        match=r"\[add\] settlement.point_value.new: cannot be added",
    ):
        load_document("demo-city/more", roots)


def test_only_whole_tables_are_added(write: Write, roots: PolicyRoots) -> None:
    write("demo-city/more", 'extends = "demo-city/baseline-2025"\n[add]\nyear = 2026\n')
    with pytest.raises(PolicyError, match=r"\[add\] year: only whole tables can be added"):
        load_document("demo-city/more", roots)


def test_a_baseline_adds_nothing(write: Write, roots: PolicyRoots) -> None:
    write("demo-city/other", "year = 2025\n[add.settlement.sharing]\nshare = 0.5\n")
    with pytest.raises(PolicyError, match="this document extends no other"):
        load_document("demo-city/other", roots)
