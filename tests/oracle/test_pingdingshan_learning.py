"""A million cases drawn from a city's published catalogue: learning gives the published points back."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dipsim.cases.companions import Hospitals, read_hospitals
from dipsim.cases.read import read_cases
from dipsim.cases.table import CaseTable
from dipsim.grouping.catalogue import ImportReport, bundled_mapping, import_catalogue
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Status
from dipsim.learn import Learned, LearningRules, learn, learn_weights, read_rules, write_learned
from dipsim.learn.weights import LearnedPoints
from dipsim.policy.scheme import Scheme, read_scheme
from dipsim.policy.weights import read_weights
from dipsim.synth.catalogue_year import CatalogueYear, draw_year, write_year
from tests import build
from tests.shared import REPOSITORY, shared_path

pytestmark = pytest.mark.large

CASES = 1_000_000
PUBLISHED_MEAN_YUAN = 5718.153489
CLASSES = ("surgery", "therapeutic", "diagnostic")
OUTSIDE = ("U07", "KBB")
RULES = REPOSITORY / "groupers" / "learn" / "dip-national.toml"
SOURCE = {"doc": "test"}
ONE_YEAR = {"year_basis": "none", "years": (), "year_weights": (), "source": SOURCE}
EVERY_COMBINATION = {"core_threshold": 1, "core_coverage": "none"}
FIXED_MEAN = {"overall_mean": "fixed", "overall_mean_yuan": PUBLISHED_MEAN_YUAN}


@dataclass(frozen=True)
class City:
    """The imported catalogue with a class table of the test's own; a year drawn from it, written and read back."""

    imported: ImportReport
    scheme: Scheme
    year: CatalogueYear
    cases: CaseTable
    hospitals: Hospitals
    drawn: NDArray[np.int64]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("pingdingshan")
    table = shared_path("data/dip-pingdingshan/catalogue_2025.csv")
    costs = shared_path("data/dip-pingdingshan/scores_2024.csv")
    imported = import_catalogue(table, bundled_mapping("pingdingshan"), "published", folder, costs)
    published = read_scheme(imported.scheme_folder)
    named = {code for row in published.rows for code in row.procedures}
    free = [code for code in procedure_codes() if code not in named]
    scheme = published.with_procedure_classes(dict(zip(free, CLASSES, strict=False)))
    year = draw_year(scheme, imported.weights_folder, CASES, hospitals=20, seed=1)
    write_year(year, folder / "year")
    cases = read_cases([folder / "year"]).cases
    drawn = np.bincount(year.stratum, minlength=len(year.strata))
    return City(imported, scheme, year, cases, read_hospitals(folder / "year" / "hospitals.csv"), drawn)


def test_the_published_catalogue_takes_the_published_shares(city: City) -> None:
    grouping = group_cases(city.cases, city.scheme)
    shares = {status: float((grouping.status == status).mean()) for status in Status}
    report({status.key: f"{share:.4%}" for status, share in shares.items() if share})
    assert abs(shares[Status.CORE] - 0.9303) < 0.001
    assert abs(shares[Status.COMPOSITE] - 0.0556) < 0.001
    assert abs(shares[Status.NO_MATCH] - 0.0141) < 0.001
    outside = [number for number, stratum in enumerate(city.year.strata) if stratum.group_code[:3] in OUTSIDE]
    assert len(outside) == 4
    assert np.array_equal(grouping.status == Status.NO_MATCH, np.isin(city.year.stratum, outside))


def test_points_learned_with_the_published_mean_are_the_published_points(city: City, tmp_path: Path) -> None:
    learned = learn(city.cases, rules_with(FIXED_MEAN), "learned", city.scheme.procedure_classes, city.hospitals)
    folders = write_learned(learned, "learned", tmp_path, [RULES])
    distinct = {(stratum.diagnosis, stratum.procedures) for stratum in city.year.strata}
    assert len(read_scheme(folders[0]).rows) == len(read_weights(folders[1]).group_codes) == len(distinct)
    within, compared = agreement(city, learned)
    report({"learned anew": f"{within} of {compared} groups = {within / compared:.3%}"})
    assert compared > 2000
    assert within >= 0.995 * compared


def test_points_of_the_kept_catalogue_are_the_published_points(city: City) -> None:
    learned = learn_weights(city.cases, rules_with(FIXED_MEAN), city.scheme, city.hospitals)
    within, compared = agreement(city, learned)
    report({"catalogue kept": f"{within} of {compared} groups = {within / compared:.3%}"})
    assert within >= 0.995 * compared


def test_an_own_mean_shows_the_factor_between_the_two_means(city: City) -> None:
    fixed = learn_weights(city.cases, rules_with(FIXED_MEAN), city.scheme, city.hospitals).weights[""].points
    own = learn_weights(city.cases, rules_with({}), city.scheme, city.hospitals).weights[""].points
    factors = np.array(own.points_micro) / np.array(fixed.points_micro)
    report({"factor": f"{factors.mean():.6f}", "own mean, yuan": f"{own.overall_mean_micro_yuan / 1e6:.6f}"})
    assert own.group_codes == fixed.group_codes
    assert np.all(np.abs(factors / 1.0327 - 1) < 0.01)


def agreement(city: City, learned: Learned) -> tuple[int, int]:
    """How many groups drawn 30 times or more have learned points within 4 x points x CV / sqrt(n), and of how many."""
    points = learned.weights[""].points
    group_of = one_group_each(city, learned, points)
    weights = read_weights(city.imported.weights_folder)
    published = dict(zip(weights.group_codes, (weights.points_micro / 1e6).tolist(), strict=True))
    errors = [
        abs(points.points_micro[group_of[number]] / 1e6 - published[stratum.group_code])
        / (published[stratum.group_code] * stratum.cv / np.sqrt(city.drawn[number]))
        for number, stratum in enumerate(city.year.strata)
        if city.drawn[number] >= 30 and stratum.group_code in published
    ]
    return sum(error <= 4 for error in errors), len(errors)


def one_group_each(city: City, learned: Learned, points: LearnedPoints) -> Mapping[int, int]:
    """The position among the learned points of each group drawn from; fails when one is spread or two are joined."""
    pairs = np.unique(np.stack([city.year.stratum, learned.grouping.group.astype(np.int64)]), axis=1)
    pairs = pairs[:, pairs[1] >= 0]
    is_inside = np.array([stratum.group_code[:3] not in OUTSIDE for stratum in city.year.strata])[pairs[0]]
    assert np.unique(pairs[0]).size == pairs.shape[1]
    assert np.unique(pairs[1, is_inside]).size == int(is_inside.sum())
    position = {code: i for i, code in enumerate(points.group_codes)}
    return {stratum: position[learned.grouping.group_codes[group]] for stratum, group in pairs.T.tolist()}


def rules_with(means: Mapping[str, object]) -> LearningRules:
    """The bundled rules for one year, every combination a group, nothing trimmed, with other values of `[means]`."""
    values = read_rules(RULES).model_dump()
    changes = {
        "history": ONE_YEAR,
        "catalogue": EVERY_COMBINATION,
        "trimming": {"method": "none"},
        "means": means,
    }
    return LearningRules.model_validate(build.changed(values, changes))


def procedure_codes() -> Iterator[str]:
    with shared_path("data/codes/icd9cm3_names.csv").open(encoding="utf-8-sig", newline="") as stream:
        yield from (row["code"] for row in csv.DictReader(stream))


def report(figures: Mapping[str, str]) -> None:
    """Show figures with `pytest -s`."""
    print(", ".join(f"{name} {value}" for name, value in figures.items()))  # noqa: T201
