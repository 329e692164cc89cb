"""Install a built wheel in a fresh venv outside the repository and use it there as a stranger would.

`python check_wheel.py WHEEL`; exit code 1 and the reason on the first thing that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
POLICY_FOLDERS = ("groupers", "weights", "scenarios")


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> str:
    """Return what a command prints; ends the check with its whole output where it fails."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shown = " ".join(str(word) for word in command)
        raise SystemExit(f"wheel: `{shown}` ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(claim: bool, reason: str) -> None:
    """End the check with the reason where the claim is false."""
    if not claim:
        raise SystemExit(f"wheel: {reason}")


def check_contents(wheel: Path) -> None:
    """The wheel carries the package and the three policy folders whole, the type marker, and no tests."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = run(["git", "ls-files", *POLICY_FOLDERS], REPOSITORY, os.environ).splitlines()
    expect(bool(tracked), "the repository has no policy files to ship")
    absent = [path for path in tracked if f"dipsim/_policy/{path}" not in inside]
    expect(not absent, f"policy files are not in the wheel: {absent}")
    package = run(["git", "ls-files", "dipsim"], REPOSITORY, os.environ).splitlines()
    lost = [path for path in package if path not in inside]
    expect(not lost, f"files of the package are not in the wheel: {lost}")
    expect("dipsim/py.typed" in inside, "dipsim/py.typed is not in the wheel")
    expect(not any(path.startswith("tests/") for path in inside), "the wheel carries tests")


def check_use(wheel: Path, desk: Path) -> None:
    """The installed program names its version, lists the bundled policy and tells the whole story."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIPSIM_", "PYTHON"))}
    venv.create(desk / "venv", with_pip=True)
    binaries = desk / "venv" / "bin"
    pip: list[str | Path] = [binaries / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", REPOSITORY / "locks" / "runtime.txt"], desk, kept)
    run([*pip, "--no-index", "--no-deps", wheel], desk, kept)

    imported = run([binaries / "python", "-c", "import dipsim; print(dipsim.__file__)"], desk, kept)
    expect(imported.startswith(str(desk)), f"dipsim is imported from {imported}, not from the fresh venv")
    version = run([binaries / "dipsim", "--version"], desk, kept)
    expect(wheel.name.split("-")[1] in version, f"`dipsim --version` prints {version!r}, but the wheel is {wheel.name}")
    listed = run([binaries / "dipsim", "list"], desk, kept)
    expect(bool(listed.strip()), "`dipsim list` lists nothing; the bundled policy was not found")
    run([binaries / "dipsim", "doctor"], desk, kept)
    run([binaries / "dipsim", "init", "my-city"], desk, kept)
    policy = ["-s", "my-city/baseline-2025", "--policy", "my-city"]
    run([binaries / "dipsim", "run", "my-city/data", *policy, "-o", "out"], desk, kept)
    expect((desk / "out" / "report.html").is_file(), "`dipsim run` on what `dipsim init` writes made no report")
    run([binaries / "dipsim", "demo", "-o", desk / "demo"], desk, kept)
    outputs = [path for path in (desk / "demo").rglob("*") if path.is_file() and path.stat().st_size > 0]
    expect(any(path.suffix == ".html" for path in outputs), "`dipsim demo` wrote no report")
    expect(any(path.suffix in {".csv", ".parquet"} for path in outputs), "`dipsim demo` wrote no table")


def main() -> None:
    """Check the wheel named on the command line."""
    wheel = Path(sys.argv[1]).resolve()
    check_contents(wheel)
    with tempfile.TemporaryDirectory(prefix="dipsim-wheel-") as desk:
        check_use(wheel, Path(desk).resolve())
    sys.stdout.write(f"wheel: {wheel.name} works outside the repository\n")


if __name__ == "__main__":
    main()
