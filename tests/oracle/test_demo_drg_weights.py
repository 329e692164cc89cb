"""The weights that are shipped for the demo city are those that its history teaches under the shipped rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.inputs import Companions, read_inputs
from dipsim.learn.relative_weight_rules import read_relative_weight_rules
from dipsim.learn.relative_weights import learn_relative_weights
from dipsim.learn.writing import write_relative_weights
from dipsim.paths import policy_roots
from dipsim.policy.drg_folder import read_drg_scheme
from dipsim.synth import demo_region, write_history
from tests import build
from tests.shared import REPOSITORY

pytestmark = pytest.mark.large

SHIPPED = REPOSITORY / "weights" / "drg-demo-2025"
TABLES = ("group_points.csv", "level_means.csv", "stability.csv")


def test_the_shipped_weights_are_learned_again_to_the_byte(tmp_path: Path) -> None:
    roots = policy_roots(None)
    region = demo_region()
    write_history(region, 1, 200_000, tmp_path)
    hospitals = build.hospitals({hospital.hospital_id: hospital.level for hospital in region.settings.hospital})
    inputs, _ = read_inputs([tmp_path / "history"], Companions())
    rules = read_relative_weight_rules(roots.learning("drg-national"))
    scheme = read_drg_scheme(roots.scheme("drg-reference"), roots)
    learned = learn_relative_weights(inputs.cases, rules, scheme, {}, hospitals, threads=2)
    made = write_relative_weights(learned, "again", tmp_path / "policy", [])
    for name in TABLES:
        assert (made / name).read_bytes() == (SHIPPED / name).read_bytes(), name
    mean = next(
        line for line in (made / "weights.toml").read_text(encoding="utf-8").splitlines() if "mean_cost" in line
    )
    assert mean in (SHIPPED / "weights.toml").read_text(encoding="utf-8")
