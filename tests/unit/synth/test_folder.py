from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.read import read_cases
from dipsim.errors import PolicyError
from dipsim.inputs import Companions, read_inputs
from dipsim.synth import demo_region, generate, write_history, write_region
from dipsim.synth.history import expected_means
from dipsim.synth.periods import history_period
from dipsim.synth.year import draw_case_year

CASES = 3_000


def test_a_run_reads_the_settlement_year_and_not_the_history(tmp_path: Path) -> None:
    params = demo_region()
    write_region(generate(params, 1, CASES), tmp_path)
    write_history(params, 1, CASES, tmp_path)
    inputs, reading = read_inputs([tmp_path], Companions())
    assert [file.name for file in reading.files] == ["cases.csv"]
    assert reading.counts.rows_in == CASES
    assert inputs.hospitals is not None
    assert inputs.hospitals.role[inputs.hospitals.row_of["H14"]] == "village"


def test_history_is_three_years_with_ids_of_their_own(tmp_path: Path) -> None:
    write_history(demo_region(), 1, CASES, tmp_path)
    files = sorted((tmp_path / "history").iterdir())
    assert [path.name for path in files] == ["2022.parquet", "2023.parquet", "2024.parquet"]
    reading = read_cases(files)
    assert reading.counts.rows_in == 2_730 + 2_850 + 2_940  # 0.91, 0.95 and 0.98 of the settlement year
    assert {fault.reason for fault in reading.rejects} == {"replaced", "reversed"}


def test_history_is_the_same_on_every_machine() -> None:
    year = draw_case_year(history_period(demo_region(), 1, 2022), 500)
    drawn = (year.claims.total_fen, year.claims.discharged, year.stays.first[year.claims.stay])
    digest = hashlib.sha256(np.concatenate(drawn).astype("<i8").tobytes()).hexdigest()
    assert digest == "b2fdd113441c7573708188ae8005aff9814a764fe24d2e53e43a2331344a0d84"


def test_a_year_that_is_not_in_the_history_is_refused() -> None:
    with pytest.raises(PolicyError, match="no year 2019; known: 2022, 2023, 2024"):
        history_period(demo_region(), 1, 2019)


@pytest.mark.large
def test_means_of_the_history_differ_from_the_weights_by_chance_alone() -> None:
    params = demo_region()
    means, conditions = expected_means(params), params.conditions
    years = [draw_case_year(history_period(params, 1, past.year), 200_000) for past in params.settings.history]
    weight = np.array([past.weight for past in params.settings.history])
    weight /= weight.sum()
    off = []
    for number, code in enumerate(means.group_codes):
        mean = variance = 0.0
        for share, year in zip(weight, years, strict=True):
            rows = (np.array(conditions.group_code) == code)[year.claims.coded] & year.claims.is_counted()
            cost = year.claims.total_fen[rows]
            mean += share * cost.mean()
            variance += share**2 * cost.var(ddof=1) / cost.size
        off.append((mean - means.of_group[number]) / variance**0.5)
    assert np.std(off) == pytest.approx(1.0, abs=0.25)
    assert abs(np.mean(off)) < 0.35
