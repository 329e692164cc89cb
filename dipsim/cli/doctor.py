"""`dipsim doctor`: whether this machine has what dipsim needs, and what to do about what it has not."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer

from dipsim.cli.answer import Column, Screen, Table, show
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet

PYTHON = ((3, 11), (3, 14))
ENOUGH_MEMORY = ENOUGH_DISK = 1 << 30
"""One gibibyte: about what ten million cases take."""
SAMPLE = "点值（元）–−·"
_PACKAGE = Path(__file__).resolve().parents[1]
_NEEDED = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+)$")
State = Literal["ok", "hint", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer: what was looked at, what was found, and what to do if that is not well.

    state   ok; hint: dipsim runs, but the reader may miss something; fault: some command will fail
    """

    subject: str
    state: State
    found: str
    next_step: str = ""


def doctor(policy: PolicyDir = None, lang: Lang = "zh", as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Look at Python, libraries, compiler cache, policy, fonts, memory, disk and terminal; exit code 1 for a fault.

    Example:
      dipsim doctor
    """
    screen = Screen(lang, as_json, quiet)
    findings = [_python(), *_libraries(), _cache(), _policy(policy), _fonts(), _memory(), _disk(), _terminal()]
    words = screen.words
    states = {"ok": words("ok", "正常"), "hint": words("hint", "提示"), "fault": words("FAULT", "故障")}
    columns = (
        Column("subject", words("what", "项目")),
        Column("state", words("state", "状态")),
        Column("found", words("found", "检测结果")),
        Column("next_step", words("what to do", "处理办法")),
    )
    shown = [
        (each.subject, each.state if as_json else states[each.state], each.found, each.next_step) for each in findings
    ]
    show(screen, [Table("checks", words("this machine", "运行环境"), columns, shown)])
    if any(each.state == "fault" for each in findings):
        raise typer.Exit(1)


def _python() -> Finding:
    found = f"Python {sys.version.split()[0]}"
    if PYTHON[0] <= sys.version_info[:2] <= PYTHON[1]:
        return Finding("python", "ok", found)
    return Finding("python", "fault", found, "install Python 3.11 to 3.14")


def _libraries() -> Iterator[Finding]:
    """A line for each library that is absent or too old, or one line when none is."""
    found = list(_requirements())
    faults = [finding for name, needed in found if (finding := _library_fault(name, needed))]
    yield from faults or [Finding("libraries", "ok", f"{len(found)}: {', '.join(name for name, _ in found)}")]


def _requirements() -> Iterator[tuple[str, str]]:
    """Names and lowest versions, as the installed package says, else the checkout."""
    try:
        stated = importlib.metadata.requires("dipsim") or []
    except importlib.metadata.PackageNotFoundError:
        import tomllib

        project = tomllib.loads((_PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        stated = project["dependencies"]
    for line in stated:
        if match := _NEEDED.match(line):
            yield match[1], match[2]


def _library_fault(name: str, needed: str) -> Finding | None:
    step = f"pip install '{name}>={needed}'"
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "fault", "not installed", step)
    return Finding(name, "fault", version, step) if _numbers(version) < _numbers(needed) else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def _cache() -> Finding:
    """Compiled kernels are kept beside the package, else in the user's cache; without either each start compiles."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(named)] if named else [_PACKAGE / "kernels", Path.home() / ".cache"]
    for place in places:
        if os.access(next(folder for folder in (place, *place.parents) if folder.exists()), os.W_OK):
            return Finding("compiler cache", "ok", str(place))
    return Finding(
        "compiler cache", "hint", f"{places[0]}: no right to write", "set NUMBA_CACHE_DIR to a folder of yours"
    )


def _policy(policy: Path | None) -> Finding:
    from dipsim.cli.policy import checked
    from dipsim.errors import DipsimError
    from dipsim.paths import policy_roots

    try:
        roots = policy_roots(policy)
        sound, problems = checked(roots)
    except DipsimError as error:
        return Finding("policy", "fault", str(error.problems[0]), "name a policy folder with --policy")
    kinds: dict[str, int] = {}
    for kind, _, _ in sound:
        kinds[kind] = kinds.get(kind, 0) + 1
    found = f"{', '.join(f'{count} {kind}' for kind, count in kinds.items())}; {', '.join(map(str, roots.roots))}"
    if problems:
        return Finding("policy", "fault", f"{len(problems)} problems; {found}", "dipsim check")
    return Finding("policy", "ok" if sound else "fault", found, "" if sound else "install dipsim anew")


def _fonts() -> Finding:
    """Charts keep text as text, so only who reads a report needs a font."""
    from dipsim.report.drawing import known_fonts
    from dipsim.report.svg_text import FONTS

    known = known_fonts()
    found = [name for name in re.findall(r"'([^']+)'", FONTS)[:3] if name in known]
    found += sorted(name for name in known if re.search("CJK|Hei|Song|Kai|Ming", name))[:2]
    if found:
        return Finding("fonts", "ok", ", ".join(dict.fromkeys(found)))
    step = "to read reports on this machine install Noto Sans CJK (fonts-noto-cjk)"
    return Finding("fonts", "hint", "no font with Chinese characters", step)


def _memory() -> Finding:
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return Finding("memory", "hint", "not known on this system")
    enough = free >= ENOUGH_MEMORY
    step = "" if enough else "close other programs, or run fewer cases at a time"
    return Finding("memory", "ok" if enough else "hint", f"{free / (1 << 30):.1f} GiB free", step)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    enough = free >= ENOUGH_DISK
    step = "" if enough else "make room, or write elsewhere with -o"
    return Finding("disk", "ok" if enough else "hint", f"{free / (1 << 30):.1f} GiB free in {Path.cwd()}", step)


def _terminal() -> Finding:
    encoding = sys.stdout.encoding or "ascii"
    try:
        SAMPLE.encode(encoding)
    except UnicodeEncodeError:
        return Finding(
            "terminal", "hint", f"{encoding} lacks Chinese", "use a UTF-8 terminal (PYTHONUTF8=1), or --lang en"
        )
    return Finding("terminal", "ok", encoding)
