"""The command line as a stranger meets it: examples that work, JSON, silence, dry runs, and places it cannot write."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dipsim.cli.verbs import VERBS, Family
from tests.e2e.commands import REPOSITORY, dipsim

BASELINE = "my-city/baseline-2025"
WRITERS = ("demo", "init", "run", "compare", "hospital", "group", "synth", "scheme import", "scheme learn")
SILENT = {"explain rule", "list", "check", "show", "doctor"}


def all_verbs() -> Iterator[str]:
    for name, entry in VERBS.items():
        yield from ([f"{name} {second}" for second in entry.verbs] if isinstance(entry, Family) else [name])


def streams(*words: str | Path, exit_code: int = 0) -> tuple[str, str]:
    """What `dipsim` printed on each stream."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "100"}
    command = [sys.executable, "-m", "dipsim", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `dipsim init` makes."""
    folder = tmp_path_factory.mktemp("desk") / "my-city"
    dipsim("init", folder)
    return folder


def run_words(city: Path, out: Path) -> tuple[str | Path, ...]:
    return ("run", city / "data", "-s", BASELINE, "--policy", city, "-o", out)


def test_a_new_city_is_sound_and_its_demo_cases_are_paid_to_the_fen(city: Path, tmp_path: Path) -> None:
    assert BASELINE in dipsim("check", "--policy", city)
    told = json.loads(streams(*run_words(city, tmp_path / "out"), "--json")[0])
    (scenario,) = told["scenarios"]
    assert [price["budget_yuan"] for price in scenario["point_values"]] == ["40000.00", "30000.00"]
    assert [price["residual_yuan"] for price in scenario["point_values"]] == ["0.00", "0.00"]
    assert scenario["counts"]["rows_in"] == 12
    assert told["opened_first"] == str(tmp_path / "out" / "report.html")


def test_a_folder_that_holds_something_is_not_made_into_a_city(city: Path) -> None:
    assert "holds files already" in dipsim("init", city, exit_code=2)


def test_every_number_of_the_new_city_is_called_a_demo(city: Path) -> None:
    for path in city.rglob("*.toml"):
        sources = re.findall(r'source = \{ doc = "(\w+)"', path.read_text(encoding="utf-8"))
        assert set(sources) == {"demo"}, path


@pytest.mark.parametrize("words", list(all_verbs()))
def test_every_example_in_the_help_can_be_understood(words: str, tmp_path: Path) -> None:
    """Carried out where none of its files is: what is wrong is then a file, never a word of the command."""
    text, _ = streams(*words.split(), "--help")
    examples = [line.strip() for line in text.splitlines() if line.strip().startswith("dipsim ")]
    assert any(example.startswith(f"dipsim {words} ") or example == f"dipsim {words}" for example in examples)
    for example in examples:
        more = ["--dry-run"] if example.startswith(tuple(f"dipsim {verb}" for verb in WRITERS)) else []
        command = [sys.executable, "-m", *shlex.split(example), *more, "--json"]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
        assert done.returncode in (0, 2), done.stderr
        problems = [] if done.returncode == 0 else json.loads(done.stderr)["problems"]
        assert not [problem for problem in problems if problem["where"] == "command line"], example


@pytest.mark.parametrize("words", list(all_verbs()))
def test_every_verb_speaks_json_and_can_be_quiet(words: str) -> None:
    text, _ = streams(*words.split(), "--help")
    assert "--json" in text
    assert "--quiet" in text
    assert ("--dry-run" in text) == (words in WRITERS) or words not in {*WRITERS, *SILENT}


def test_json_stands_alone_on_the_output_and_errors_on_the_error_stream(city: Path, tmp_path: Path) -> None:
    out, err = streams("list", "--json")
    assert {"kind": "scenario", "name": "demo-city/baseline-2025"} in json.loads(out)["policy"]
    assert err == ""
    out, err = streams("show", "demo-city/baselin-2025", "--json", exit_code=2)
    assert out == ""
    told = json.loads(err)
    assert told["exit_code"] == 2
    assert [set(problem) for problem in told["problems"]] == [{"where", "what", "why", "next_step"}]
    _, err = streams("run", "--json", exit_code=2)
    assert "Missing option" in json.loads(err)["problems"][0]["what"]


def test_quiet_prints_nothing_but_errors(city: Path, tmp_path: Path) -> None:
    assert streams(*run_words(city, tmp_path / "out"), "--quiet") == ("", "")
    assert (tmp_path / "out" / "report.html").is_file()
    out, err = streams("show", "no-such-scenario", "-q", exit_code=2)
    assert out == ""
    assert "not found" in err


@pytest.mark.parametrize("verb", ["init", "run", "compare", "hospital", "group", "synth", "demo", "learn"])
def test_a_dry_run_tells_what_it_would_write_and_writes_nothing(city: Path, tmp_path: Path, verb: str) -> None:
    policy = ("-s", BASELINE, "--policy", city)
    learned = ("--name", "next", "--into", tmp_path / "out", "--hospitals", city / "data" / "hospitals.csv")
    words: dict[str, tuple[str | Path, ...]] = {
        "init": ("init", tmp_path / "out"),
        "run": ("run", city / "data", *policy, "-o", tmp_path / "out"),
        "compare": ("compare", city / "data", *policy, "-s", "demo-city/tighter-bands", "-o", tmp_path / "out"),
        "hospital": ("hospital", "demo-A", city / "data", *policy, "-o", tmp_path / "out"),
        "group": ("group", city / "data", "--scheme", "my-city", "--policy", city, "-o", tmp_path / "out.csv"),
        "synth": ("synth", "--cases", "1000", "-o", tmp_path / "out"),
        "demo": ("demo", "--cases", "1000", "-o", tmp_path / "out"),
        "learn": ("scheme", "learn", history(tmp_path), *learned),
    }
    before = sorted(tmp_path.rglob("*"))
    told = json.loads(streams(*words[verb], "--dry-run", "--json")[0])
    assert told["would_write"]
    assert sorted(tmp_path.rglob("*")) == before or verb == "learn"
    assert not (tmp_path / "out").exists()
    if verb == "run":
        streams(*words[verb])
        assert told["would_write"] == sorted(path.name for path in (tmp_path / "out").iterdir())


def history(folder: Path) -> Path:
    """Cases of three past years."""
    rows = [
        f"C{year}{n},H{n % 2},employee,J18.900,,{1000 + n}.00,{year}-05-01"
        for year in (2022, 2023, 2024)
        for n in range(60)
    ]
    path = folder / "history.csv"
    head = "case_id,hospital_id,insurance,principal_diagnosis,procedures,total_cost_yuan,discharged_on"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def test_a_file_or_foreign_files_in_the_way_are_left_alone(city: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    assert "is a file" in dipsim(*run_words(city, taken), exit_code=2)
    assert "is a file" in dipsim(*run_words(city, taken / "deeper"), exit_code=2)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "mine.txt").write_text("mine", encoding="utf-8")
    assert "holds mine.txt, which dipsim did not write" in dipsim(*run_words(city, foreign), exit_code=2)
    assert [path.name for path in foreign.iterdir()] == ["mine.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["foreign", "taken"]


def test_a_full_disk_leaves_nothing_behind(city: Path, tmp_path: Path) -> None:
    limited = f"ulimit -f 8; exec {sys.executable} -m dipsim " + " ".join(map(str, run_words(city, tmp_path / "out")))
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "nothing was left behind" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "dipsim", "show", "demo-city/baseline-2025", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""
    assert started.returncode == -signal.SIGPIPE


INTERRUPTED = """
import os, signal, sys
from dipsim.cli import main, synth
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs behind it with interrupts ignored
synth.demo_region_year = lambda *_: os.kill(os.getpid(), signal.SIGINT)
main.main()
"""


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_interrupt_ends_the_command_quietly_and_leaves_nothing(tmp_path: Path, more: tuple[str, ...]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", INTERRUPTED, "synth", "-o", str(tmp_path / "out"), *more]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert list(tmp_path.iterdir()) == []


def test_sums_too_large_for_the_ledger_end_in_a_sentence(city: Path, tmp_path: Path) -> None:
    text = (city / "data" / "cases.csv").read_text(encoding="utf-8")
    cases = tmp_path / "cases.csv"
    cases.write_text(re.sub(r",\d+\.00,(\d+\.00)\n", r",90000000000000.00,\1\n", text), encoding="utf-8")
    words = ("run", cases, "-s", BASELINE, "--policy", city, "--hospitals", city / "data" / "hospitals.csv")
    told = dipsim(*words, "-o", tmp_path / "out", exit_code=2)
    assert "error: " in told
    assert not (tmp_path / "out").exists()


def test_the_doctor_finds_this_machine_fit() -> None:
    checks = {row["subject"]: row for row in json.loads(streams("doctor", "--json")[0])["checks"]}
    assert {"python", "libraries", "compiler cache", "policy", "fonts", "memory", "disk", "terminal"} == set(checks)
    assert "fault" not in {row["state"] for row in checks.values()}
    assert all(row["next_step"] for row in checks.values() if row["state"] != "ok")


def test_the_doctor_fails_where_policy_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "weights" / "mine"
    folder.mkdir(parents=True)
    (folder / "weights.toml").write_text('kind = "odd"\n', encoding="utf-8")
    out, _ = streams("doctor", "--policy", tmp_path, "--json", exit_code=1)
    (fault,) = [row for row in json.loads(out)["checks"] if row["state"] == "fault"]
    assert fault["subject"] == "policy"
    assert fault["next_step"] == "dipsim check"
