"""The helpers of tests/shared.py skip on a desk and fail in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared import needs_chromium, shared_path


@pytest.fixture
def empty_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DIPSIM_SHARED", str(tmp_path / "absent"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    return monkeypatch


def test_an_absent_shared_folder_skips_on_a_desk(empty_desk: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"skipped: needs \.\./shared"):
        shared_path("data")


def test_an_absent_shared_folder_fails_in_ci(empty_desk: pytest.MonkeyPatch) -> None:
    empty_desk.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"needs \.\./shared"):
        shared_path("data")


def test_a_renamed_file_in_a_present_shared_folder_fails(tmp_path: Path, empty_desk: pytest.MonkeyPatch) -> None:
    empty_desk.setenv("DIPSIM_SHARED", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match=r"no data/old\.csv"):
        shared_path("data/old.csv")


def test_a_present_file_is_found(tmp_path: Path, empty_desk: pytest.MonkeyPatch) -> None:
    empty_desk.setenv("DIPSIM_SHARED", str(tmp_path))
    (tmp_path / "README.md").touch()
    assert shared_path("README.md") == tmp_path / "README.md"


def test_an_absent_browser_skips_on_a_desk_and_fails_in_ci(empty_desk: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="needs a browser"):
        needs_chromium()
    empty_desk.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="needs a browser"):
        needs_chromium()
