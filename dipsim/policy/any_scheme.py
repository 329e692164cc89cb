"""A scheme folder of whatever kind: DIP, DRG, or one whose cases bring their group."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from dipsim.paths import PolicyRoots
from dipsim.policy.drg_folder import DOCUMENT, read_drg_scheme
from dipsim.policy.drg_scheme import DrgScheme
from dipsim.policy.files import read_toml
from dipsim.policy.scheme import Scheme, read_scheme

AnyScheme: TypeAlias = Scheme | DrgScheme


def is_drg(folder: Path) -> bool:
    """Whether scheme.toml says kind = "drg"; PolicyError when it cannot be read."""
    file = read_toml(folder / DOCUMENT, f"groupers/{folder.name}/{DOCUMENT}")
    return file.leaves.get(("kind",)) == "drg"


def read_any_scheme(folder: Path, roots: PolicyRoots) -> AnyScheme:
    """The scheme of a folder, the parents of a DRG variant sought in the roots; PolicyError with all problems found."""
    return read_drg_scheme(folder, roots) if is_drg(folder) else read_scheme(folder)
