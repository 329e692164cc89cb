"""`dipsim init`: a city's policy folder to begin with, commented, and a few cases to try it on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from dipsim.cli.answer import Fact, Screen, show
from dipsim.cli.common import AsJson, DryRun, Lang, Quiet, require_writable
from dipsim.errors import OutputError, Problem

STARTER = Path(__file__).resolve().parent / "starter"
SCENARIO = "my-city/baseline-2025"


def init(
    folder: Annotated[Path, typer.Argument(help="The new folder", show_default=False)],
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Make a commented policy folder with a demo catalogue, points, a baseline and twelve cases, all to be replaced.

    Example:
      dipsim init my-city/
    """
    screen = Screen(lang, as_json, quiet)
    _require_new(folder)
    if not dry_run:
        _copy(folder)
    files = [path.relative_to(STARTER).as_posix() for path in sorted(STARTER.rglob("*")) if path.is_file()]
    steps = [
        f"dipsim check --policy {folder}",
        f"dipsim run {folder / 'data'} -s {SCENARIO} --policy {folder} -o out",
    ]
    done = screen.words("dry run, nothing written to", "试运行，未写入") if dry_run else screen.words("made", "已生成")
    shown = "\n".join([f"{done} {folder}:", *(f"  {file}" for file in files)])
    following = "\n".join([screen.words("next:", "下一步："), *(f"  {step}" for step in steps)])
    show(
        screen,
        [
            Fact("output", str(folder), shown),
            Fact("would_write" if dry_run else "written", files, ""),
            Fact("next_steps", steps, following),
        ],
    )


def _require_new(folder: Path) -> None:
    """Raise OutputError for a folder that holds anything, and for a place that cannot be written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "holds files already" if folder.is_dir() else "is a file"
        raise OutputError(Problem(str(folder), what, "they would be lost", "name a new folder"))
    require_writable(folder)


def _copy(folder: Path) -> None:
    """Copy the starter beside its place and rename it, so that it is there whole or not at all."""
    target = folder.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    try:
        shutil.copytree(STARTER, draft)
        if target.exists():
            target.rmdir()
        draft.rename(target)
    except OSError as error:
        what = f"cannot be written: {error.strerror or 'its files could not be copied'}"
        step = "check the folder, its rights and the space left"
        raise OutputError(Problem(str(folder), what, "nothing was left behind", step)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
