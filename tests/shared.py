"""What tests find outside the repository: the shared data folder beside it, and a browser.

Absent, they skip the test and say what was missing; with CI=true they fail it, so that CI cannot pass by looking away.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def shared_path(relative: str) -> Path:
    """Return a path inside the shared folder: `$DIPSIM_SHARED`, or `shared` beside the repository.

    A shared folder that is there but lacks the path fails the test: a renamed file is not an absent folder.
    """
    shared = Path(os.environ.get("DIPSIM_SHARED") or REPOSITORY.parent / "shared")
    if not shared.is_dir():
        return _missing("needs ../shared")
    path = shared / relative
    if not path.exists():
        pytest.fail(f"../shared is there but has no {relative}; was it renamed?")
    return path


def needs_chromium() -> Path:
    """Return the path of an installed Chromium or Chrome."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    return _missing(f"needs a browser: one of {', '.join(BROWSERS)} on the PATH")


def examples(count: int) -> settings:
    """Ask hypothesis for `count` examples, or for the few of the profile `few` (the run without the compiler)."""
    few = settings.get_current_profile_name() == "few"
    return settings(max_examples=min(count, settings().max_examples) if few else count)


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI=true does not skip")
    pytest.skip(f"skipped: {reason}", allow_module_level=True)
