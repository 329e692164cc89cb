"""Where policy files are found: the user's folder or the current one, the bundled folder, the repository root.

Every policy folder has the same layout: `groupers/<scheme>/scheme.toml`, `groupers/learn/<name>.toml`,
`weights/<name>/weights.toml`, `scenarios/<region>/<name>.toml` and `scenarios/overlays/<name>.toml`. The folders are
searched in order, so a city's own folder may extend a bundled baseline.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from dipsim.errors import PolicyError, Problem

ENVIRONMENT_VARIABLE = "DIPSIM_POLICY"
_PACKAGE = Path(__file__).resolve().parent
_FOLDERS = ("groupers", "weights", "scenarios")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of policy: what it is called, its folder below a root, what follows its name, and all its files."""

    label: str
    folder: str
    ending: str
    pattern: str


_SCENARIO = _Kind("scenario", "scenarios", ".toml", "**/*.toml")
_OVERLAY = _Kind("overlay", "scenarios/overlays", ".toml", "**/*.toml")
_SCHEME = _Kind("scheme", "groupers", "/scheme.toml", "*/**/scheme.toml")
_WEIGHTS = _Kind("weights", "weights", "/weights.toml", "*/**/weights.toml")
_LEARNING = _Kind("learning rules", "groupers/learn", ".toml", "*.toml")
_KINDS = (_SCENARIO, _OVERLAY, _SCHEME, _WEIGHTS, _LEARNING)


def nearest_name(word: str, known: Collection[str]) -> str:
    """The known name that is most like `word`, or an empty text when none is."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), "")


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The question that offers the nearest known name, or an empty text when none is near."""
    nearest = nearest_name(word, known)
    return f"did you mean '{nearest}'?" if nearest else ""


@dataclass(frozen=True, slots=True)
class PolicyRoots:
    """The policy folders in the order of search; the first that holds a name wins."""

    roots: tuple[Path, ...]

    def scenario(self, name: str) -> Path:
        """The file of a scenario such as `demo-city/baseline-2025`; a path to a `.toml` file is taken as it is."""
        if name.endswith(".toml"):
            given = Path(name)
            return given if given.is_file() else self._found(_SCENARIO, name.removesuffix(".toml"))
        return self._found(_SCENARIO, name)

    def overlay(self, name: str) -> Path:
        """The file of an overlay, a pack of overrides that several scenarios share."""
        return self._found(_OVERLAY, name)

    def scheme(self, name: str) -> Path:
        """The folder of a grouping scheme; it holds `scheme.toml`."""
        return self._found(_SCHEME, name).parent

    def weights(self, name: str) -> Path:
        """The folder of a set of weights; it holds `weights.toml`."""
        return self._found(_WEIGHTS, name).parent

    def learning(self, name: str) -> Path:
        """The file of rules of learning; a path to a `.toml` file is taken as it is."""
        return Path(name) if name.endswith(".toml") else self._found(_LEARNING, name)

    def listing(self) -> dict[str, tuple[str, ...]]:
        """The names that can be found, sorted, by kind: scenario, overlay, scheme, weights, learning rules."""
        return {kind.label: self._names(kind) for kind in _KINDS}

    def shown(self, path: Path) -> str:
        """The path relative to the policy folder it lies in, or as given when it lies in none."""
        full = path.resolve()
        for root in self.roots:
            if full.is_relative_to(root.resolve()):
                return full.relative_to(root.resolve()).as_posix()
        return str(path)

    def scenario_name(self, path: Path) -> str:
        """The name under which a scenario file is found, or its file name without `.toml` outside the folders."""
        shown = self.shown(path)
        prefix = f"{_SCENARIO.folder}/"
        return shown.removeprefix(prefix).removesuffix(".toml") if shown.startswith(prefix) else path.stem

    def _found(self, kind: _Kind, name: str) -> Path:
        for root in self.roots:
            path = root / kind.folder / f"{name}{kind.ending}"
            if path.is_file():
                return path
        searched = ", ".join(str(root / kind.folder) for root in self.roots) or "no policy folder at all"
        known = self._names(kind)
        hint = did_you_mean(name, known) or f"known: {', '.join(known) or 'none'}"
        raise PolicyError(Problem(f"{kind.label} '{name}'", "not found", f"searched {searched}", hint))

    def _names(self, kind: _Kind) -> tuple[str, ...]:
        return tuple(sorted({name for root in self.roots for name in _names_below(root, kind)}))


def policy_roots(policy_dir: Path | None) -> PolicyRoots:
    """The folders to search: `--policy DIR`, `$DIPSIM_POLICY`, the bundled folder, the root of a checkout.

    Where the user names none, the current folder comes first if it holds policy, since imports write there. Raises
    PolicyError when a folder that the user named does not exist or holds no policy.
    """
    named = []
    if policy_dir is not None:
        named.append((f"--policy {policy_dir}", policy_dir))
    if variable := os.environ.get(ENVIRONMENT_VARIABLE):
        named.append((f"${ENVIRONMENT_VARIABLE} {variable}", Path(variable)))
    problems = [problem for said, folder in named for problem in _folder_problems(said, folder)]
    if problems:
        raise PolicyError(problems)
    given = [folder.resolve() for _, folder in named] or [folder for folder in (Path.cwd(),) if _holds_policy(folder)]
    return PolicyRoots(tuple(dict.fromkeys((*given, *_own_roots()))))


def _holds_policy(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in _FOLDERS)


def _folder_problems(said: str, folder: Path) -> Iterator[Problem]:
    if not folder.is_dir():
        yield Problem(said, "no such folder", next_step="give the folder that holds groupers/, weights/, scenarios/")
    elif not _holds_policy(folder):
        yield Problem(
            said,
            "holds no policy",
            "none of groupers/, weights/, scenarios/ is in it",
            "give the folder above them, or make one of them",
        )


def _own_roots() -> Iterator[Path]:
    """The policy that comes with dipsim: in the installed package, or beside it in a checkout."""
    if (_PACKAGE / "_policy").is_dir():
        yield _PACKAGE / "_policy"
    if (_PACKAGE.parent / "pyproject.toml").is_file() and (_PACKAGE.parent / "scenarios").is_dir():
        yield _PACKAGE.parent


def _names_below(root: Path, kind: _Kind) -> Iterator[str]:
    folder = root / kind.folder
    for path in folder.glob(kind.pattern):
        name = path.relative_to(folder).as_posix().removesuffix(kind.ending)
        is_overlay = kind is _SCENARIO and name.startswith("overlays/")
        if not is_overlay:
            yield name
