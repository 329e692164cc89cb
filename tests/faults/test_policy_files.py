"""Broken policy files: refused with file and line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.city import BASELINE, SCENARIO, Fault, add, as_folder, both, change, put, require_refused

RUN = ("run", "{city}/data", "-s", BASELINE, "--policy", "{city}", "-o", "{out}")
SCHEME, GROUPS = "groupers/my-city/scheme.toml", "groupers/my-city/groups.csv"
WEIGHTS, POINTS = "weights/my-city-2025/weights.toml", "weights/my-city-2025/group_points.csv"
CHILD = 'extends = "{}"\ntitle = "x"\ntitle_zh = "x"\n[override]\nyear = 2025\n'

SCENARIOS = [
    Fault(
        "a misspelt key",
        change(SCENARIO, "low_ratio = 0.5", "low_ration = 0.5"),
        (
            "scenarios/my-city/baseline-2025.toml:16: [override] weighting.outlier.low_ration: no ",
            "did you mean 'weighting.outlier.low_ratio'?",
        ),
    ),
    Fault(
        "a value of another type",
        change(SCENARIO, "low_ratio = 0.5", 'low_ratio = "half"'),
        (
            "scenarios/my-city/baseline-2025.toml:16: weighting.outlier.low_ratio: 'half' is not a",
            "it must be a valid number",
        ),
    ),
    Fault(
        "a value out of range",
        change(SCENARIO, "low_ratio = 0.5", "low_ratio = -1.0"),
        (
            "scenarios/my-city/baseline-2025.toml:16: weighting.outlier.low_ratio: -1.0 is not allowed",
            "it must be greater than or equal to 0",
        ),
    ),
    Fault(
        "a number that is none",
        change(SCENARIO, "low_ratio = 0.5", "low_ratio = nan"),
        (
            "scenarios/my-city/baseline-2025.toml:16: [override] weighting.outlier.low_ratio: inf ",
            "state a finite number",
        ),
    ),
    Fault(
        "text that is no TOML",
        change(SCENARIO, "[override]", "[override"),
        (
            "scenarios/my-city/baseline-2025.toml:9: not valid TOML",
            "Expected ']' at the end of a table declaration (at line 9, column 10)",
            "correct this line or the one before",
        ),
    ),
    Fault(
        "a key given twice",
        add(SCENARIO, "year = 2026\nyear = 2025\n"),
        (
            "scenarios/my-city/baseline-2025.toml:30: not valid TOML",
            "Cannot overwrite a value (at line 30, column 12)",
            "correct this line or the one before",
        ),
    ),
    Fault(
        "an unknown choice",
        change(SCENARIO, '"city_mean"', '"cty_mean"'),
        (
            "scenarios/my-city/baseline-2025.toml:18: weighting.outlier.classify_by: 'cty_mean' is",
            "it must be 'level_mean', 'city_mean' or 'pay_standard'",
        ),
    ),
    Fault(
        "an unknown grouper",
        change(SCENARIO, 'grouper = "my-city"', 'grouper = "my-citi"'),
        (
            "scheme 'my-citi': not found",
            "did you mean 'my-city'?",
        ),
    ),
    Fault(
        "unknown weights",
        change(SCENARIO, '"my-city-2025"', '"my-city-2052"'),
        (
            "weights 'my-city-2052': not found",
            "did you mean 'my-city-2025'?",
        ),
    ),
    Fault(
        "weights of another scheme",
        change(SCENARIO, '"my-city-2025"', '"demo-city-2025"'),
        (
            "scenarios/my-city/baseline-2025.toml:11: weights: 'demo-city-2025' holds the weights ",
            "this scenario groups by 'my-city'",
            "name the weights of that scheme, or the other grouper",
        ),
    ),
    Fault(
        "an unknown parent",
        change(SCENARIO, "demo-city/baseline-2025", "demo-city/baseline-2052"),
        (
            "scenarios/my-city/baseline-2025.toml:5: extends: scenario 'demo-city/baseline-2052': ",
            "did you mean 'demo-city/baseline-2025'?",
        ),
    ),
    Fault(
        "a parent that is no text",
        change(SCENARIO, '"demo-city/baseline-2025"', "7"),
        (
            "scenarios/my-city/baseline-2025.toml:5: extends: must name one scenario",
            'write extends = "demo-city/baseline-2025"',
        ),
    ),
    Fault(
        "parents in a circle",
        both(
            put("scenarios/my-city/a.toml", CHILD.format(BASELINE)),
            change(SCENARIO, "demo-city/baseline-2025", "my-city/a"),
        ),
        (
            "scenarios/my-city/a.toml:1: extends: goes in a circle",
            "my-city/baseline-2025 -> my-city/a -> my-city/baseline-2025",
            "let one of them be a baseline",
        ),
    ),
    Fault(
        "an unknown overlay",
        change(SCENARIO, "title =", 'overlays = ["retain_al"]\ntitle ='),
        (
            "scenarios/my-city/baseline-2025.toml:6: overlays: overlay 'retain_al': not found",
            "did you mean 'retain_all'?",
        ),
    ),
    Fault(
        "a scenario in GBK",
        put(SCENARIO, 'title = "现行政策"\n'.encode("gbk")),
        (
            "scenarios/my-city/baseline-2025.toml:1: not UTF-8",
            "byte 0xcf is no part of a UTF-8 character",
            "save the file as UTF-8 (in Excel: 'CSV UTF-8')",
        ),
    ),
    Fault(
        "an empty scenario",
        put(SCENARIO, ""),
        (
            "scenarios/my-city/baseline-2025.toml: title: missing",
            "a baseline states every parameter",
            "state it there",
        ),
    ),
    Fault(
        "a fraction with too many decimals",
        change(SCENARIO, "low_ratio = 0.5", "low_ratio = 0.12345678"),
        (
            "scenarios/my-city/baseline-2025.toml:16: weighting.outlier.low_ratio: 0.12345678 is n",
            "it must be a multiple of 0.001",
        ),
    ),
]
FOLDERS = [
    Fault(
        "a scheme without a title",
        change(SCHEME, "title =", "titel ="),
        (
            "groupers/my-city/scheme.toml: title: missing",
            "a baseline states every parameter",
            "state it there",
        ),
    ),
    Fault(
        "a scheme of an unknown kind",
        change(SCHEME, '"dip"', '"dop"'),
        (
            "groupers/my-city/scheme.toml:6: kind: 'dop' is not allowed",
            "it must be 'dip' or 'brought'",
        ),
    ),
    Fault(
        "a scheme without rows",
        lambda city: (city / GROUPS).unlink(),
        (
            "my-city/groups.csv: cannot be read",
            "No such file or directory",
            "check the path and its permissions",
        ),
    ),
    Fault(
        "groups without a column",
        change(GROUPS, "diagnosis", "diagnose"),
        (
            "my-city/groups.csv:1: column 'diagnosis' is missing",
            "did you mean 'diagnose'?",
        ),
    ),
    Fault(
        "a group twice",
        add(GROUPS, "J18.9,core,J18.9,,,,x,x\n"),
        (
            "my-city/groups.csv:5: group_code: 'J18.9' stands in line 2 already",
            "keep one of the two lines",
        ),
    ),
    Fault(
        "a ragged group",
        add(GROUPS, "A09.9,core\n"),
        (
            "my-city/groups.csv:5: 2 cells, but 8 columns",
            "look for a missing or unquoted comma",
        ),
    ),
    Fault(
        "a group of an unknown kind",
        add(GROUPS, "A09.9,cor,A09.9,,,,x,x\n"),
        (
            "my-city/groups.csv:5: kind: 'cor' is not allowed",
            "did you mean 'core'?",
        ),
    ),
    Fault(
        "groups in GBK",
        put(
            GROUPS,
            "group_code,kind,diagnosis,name_zh\nJ18.9,core,J18.9,肺炎\n".encode("gbk"),
        ),
        (
            "my-city/groups.csv:2: not UTF-8",
            "byte 0xb7 is no part of a UTF-8 character",
            "save the file as UTF-8 (in Excel: 'CSV UTF-8')",
        ),
    ),
    Fault(
        "groups with an open quote",
        add(GROUPS, 'A09.9,core,"A09.9\n'),
        (
            "my-city/groups.csv:5: not valid CSV",
            "unexpected end of data",
            "look for an open quote",
        ),
    ),
    Fault(
        "weights without a scale",
        change(WEIGHTS, "scale =", "skale ="),
        (
            "weights/my-city-2025/weights.toml: scale: missing",
            "a baseline states every parameter",
            "state it there",
        ),
    ),
    Fault(
        "points that are no number",
        change(POINTS, "625", "six"),
        (
            "my-city-2025/group_points.csv:2: group_points: 'six' is not a plain number",
            "write digits as in 1234.5, without commas or exponents",
        ),
    ),
    Fault(
        "points below 0",
        change(POINTS, "625", "-625"),
        (
            "my-city-2025/group_points.csv:2: group_points: -625 is below 0",
            "give 0 or more",
        ),
    ),
    Fault(
        "points with an exponent",
        change(POINTS, "625", "1e300"),
        (
            "my-city-2025/group_points.csv:2: group_points: '1e300' is not a plain number",
            "write digits as in 1234.5, without commas or exponents",
        ),
    ),
    Fault(
        "points of 20 digits",
        change(POINTS, "625", "9" * 20),
        (
            "my-city-2025/group_points.csv:2: group_points: 99999999999999999999 is too large",
            "the largest number is 9223372036854.775807",
        ),
    ),
    Fault(
        "points in full width",
        change(POINTS, "625", "６２５"),
        (
            "my-city-2025/group_points.csv:2: group_points: '６２５' is not a plain number",
            "write digits as in 1234.5, without commas or exponents",
        ),
    ),
    Fault(
        "level means of an unknown group",
        put("weights/my-city-2025/level_means.csv", "group_code,level,mean_cost_yuan\nX99,primary,1\n"),
        (
            "level_means.csv: groups without points: X99",
            "add them to group_points.csv or drop them",
        ),
    ),
    Fault(
        "level means of an unknown level",
        put("weights/my-city-2025/level_means.csv", "group_code,level,mean_cost_yuan\nJ18.9,prim,1\n"),
        (
            "my-city-2025/level_means.csv:2: level: 'prim' is not allowed",
            "did you mean 'primary'?",
        ),
    ),
    Fault(
        "a file of points that is a folder",
        as_folder(POINTS),
        (
            "my-city-2025/group_points.csv: cannot be read",
            "Is a directory",
            "check the path and its permissions",
        ),
    ),
]


@pytest.mark.parametrize("fault", [*SCENARIOS, *FOLDERS], ids=str)
def test_broken_policy_is_refused_and_nothing_is_written(fault: Fault, tmp_path: Path) -> None:
    require_refused(fault, tmp_path, *RUN)
