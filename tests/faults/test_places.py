"""Places that cannot be read or written, and how an error looks to a reader and to a program."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import NoReturn

import pytest

from tests.e2e.commands import contents, dipsim
from tests.faults.city import BASELINE, CASES, SCENARIO, change, city, refused


def run_words(place: Path, out: Path, cases: str | Path | None = None) -> list[str]:
    data = place / "data" if cases is None else cases
    return ["run", str(data), "-s", BASELINE, "--policy", str(place), "-o", str(out)]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nowhere.csv", "nowhere.csv: cannot be read: No such file or directory"),
        ("nowhere.parquet", "nowhere.parquet: cannot be read: No such file or directory"),
        ("nowhere.xlsx", "nowhere.xlsx: cannot be read: No such file or directory"),
        ("nowhere", "save it as CSV in UTF-8"),
        ("https://example.org/cases.csv", "cases.csv: cannot be read: No such file or directory"),
        ("-", "neither a CSV, a Parquet nor an Excel file"),
        ("notes.txt", "notes.txt: neither a CSV, a Parquet nor an Excel file"),
        ("cases.csv.gz", "cases.csv.gz: neither a CSV, a Parquet nor an Excel file"),
        ("\0.csv", "embedded null byte"),
    ],
)
def test_a_path_that_holds_no_cases_is_refused(tmp_path: Path, path: str, told: str) -> None:
    place = city(tmp_path)
    for name in ("notes.txt", "cases.csv.gz"):
        (tmp_path / name).write_bytes((place / CASES).read_bytes())
    given = path if path.startswith("http") else tmp_path / path
    words = run_words(place, tmp_path / "out", given)
    said = refused(*words) if path != "-" else refused("run", *words[2:], "--", "-")
    assert told in said
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Root may read a file without the right to, but no memory at address 0."""
    place = city(tmp_path)
    (place / CASES).unlink()
    (place / CASES).symlink_to("/proc/self/mem")
    assert "cannot be read: Input/output error" in refused(*run_words(place, tmp_path / "out"))


def test_an_output_that_is_a_file_stays_as_it_is(tmp_path: Path) -> None:
    place, out = city(tmp_path), tmp_path / "out"
    out.write_text("mine", encoding="utf-8")
    assert "is a file" in refused(*run_words(place, out))
    assert out.read_text(encoding="utf-8") == "mine"


def test_an_output_folder_with_files_of_others_stays_as_it_is(tmp_path: Path) -> None:
    place, out = city(tmp_path), tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    assert "it would be lost" in refused(*run_words(place, out))
    assert contents(out) == {"mine.txt": b"mine"}


def test_an_output_below_a_file_is_refused(tmp_path: Path) -> None:
    place = city(tmp_path)
    assert "is a file; name another place" in refused(*run_words(place, place / CASES / "out"))


@pytest.mark.parametrize("verb", ["run", "group", "convert"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    place, out = city(tmp_path), tmp_path / "out"
    words = {
        "run": run_words(place, out),
        "group": ["group", str(place / CASES), "--scheme", "my-city", "--policy", str(place), "-o", f"{out}.csv"],
        "convert": ["convert", str(place / CASES), "-o", f"{out}.parquet"],
    }[verb]
    before = contents(tmp_path)

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        patched.setattr(Path, "rename", full)
        said = refused(*words)
    assert "No space left on device" in said
    assert contents(tmp_path) == before


def test_an_error_in_json_has_its_four_parts(tmp_path: Path) -> None:
    place = city(tmp_path)
    change(SCENARIO, "low_ratio = 0.5", "low_ration = 0.5")(place)
    told = json.loads(dipsim(*run_words(place, tmp_path / "out"), "--json", exit_code=2))
    (problem,) = told["problems"]
    assert told["exit_code"] == 2
    assert problem["where"].startswith("scenarios/my-city/baseline-2025.toml:16: [override]")
    assert problem["what"] == "no such parameter in 'demo-city/baseline-2025'"
    assert problem["next_step"] == "did you mean 'weighting.outlier.low_ratio'?"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_error_ends_with_2_and_no_traceback_in_either_language(tmp_path: Path, lang: str) -> None:
    place = city(tmp_path)
    (place / CASES).write_bytes(b"")
    said = dipsim(*run_words(place, tmp_path / "out"), "--lang", lang, exit_code=2)
    assert "cases.csv: the file is empty" in said
