from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from dipsim.policy.fingerprint import combine, fingerprint, fingerprint_values, short


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    (folder / "inner").mkdir(parents=True)
    (folder / "weights.toml").write_bytes(b"a = 1\n")
    (folder / "inner" / "points.csv").write_bytes(b"group_code\n")
    return folder


def test_a_file_has_the_hash_of_its_bytes(folder: Path) -> None:
    assert fingerprint(folder / "weights.toml") == hashlib.sha256(b"a = 1\n").hexdigest()


def test_a_changed_byte_changes_the_fingerprint(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "inner" / "points.csv").write_bytes(b"group_codE\n")
    assert fingerprint(folder) != before


def test_a_renamed_file_changes_the_fingerprint(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "inner" / "points.csv").rename(folder / "points.csv")
    assert fingerprint(folder) != before


def test_provenance_and_hidden_files_do_not_count(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "inner" / "provenance.toml").write_bytes(b"made = 2025-01-01\n")
    (folder / ".DS_Store").write_bytes(b"x")
    assert fingerprint(folder) == before


def test_the_place_of_a_folder_does_not_count(folder: Path, tmp_path: Path) -> None:
    before = fingerprint(folder)
    assert fingerprint(folder.rename(tmp_path / "moved")) == before


def test_parts_combine_in_any_order_but_not_under_other_names() -> None:
    assert combine({"cases": "1", "policy": "2"}) == combine({"policy": "2", "cases": "1"})
    assert combine({"cases": "1", "policy": "2"}) != combine({"cases": "2", "policy": "1"})


def test_values_count_and_the_order_of_keys_does_not() -> None:
    values = {"valid_from": date(2025, 1, 1), "payment": {"unit": "points", "rate": 2.0}}
    turned = {"payment": {"rate": 2.0, "unit": "points"}, "valid_from": date(2025, 1, 1)}
    assert fingerprint_values(values) == fingerprint_values(turned)
    assert fingerprint_values(values) != fingerprint_values({**values, "valid_from": date(2025, 1, 2)})


def test_what_is_no_policy_value_has_no_fingerprint() -> None:
    with pytest.raises(TypeError, match="object is no policy value"):
        fingerprint_values({"a": object()})


def test_the_short_form_has_twelve_digits(folder: Path) -> None:
    full = fingerprint(folder)
    assert len(full) == 64
    assert short(full) == full[:12]
