"""A module, a function and a kernel's signature stay small enough to read at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.shared import REPOSITORY

MODULE_LINES = 400
FUNCTION_LINES = 60
KERNEL_PARAMETERS = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """Return every Python file below the folders, in order."""
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def functions(source: str) -> Iterator[Function]:
    """Yield every function of a source text, methods and inner functions included."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def long_functions(source: str) -> list[str]:
    """Name the functions of a source text that do not fit on two screens."""
    sized = ((node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions(source))
    return [f"{name}: {lines} lines" for name, lines in sized if lines > FUNCTION_LINES]


def unfit_kernels(source: str) -> list[str]:
    """Name the kernels of a source text with too many parameters, with defaults, *args or **kwargs."""
    found = []
    for node in functions(source):
        arguments = node.args
        names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if len(names) > KERNEL_PARAMETERS or arguments.vararg or arguments.kwarg or arguments.defaults:
            found.append(node.name)
    return found


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files("dipsim", "tests")}
    assert lengths
    assert {str(path): lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    files = {path: long_functions(path.read_text(encoding="utf-8")) for path in python_files("dipsim")}
    assert {str(path): found for path, found in files.items() if found} == {}


def test_kernels_take_few_parameters_and_no_defaults() -> None:
    files = {path: unfit_kernels(path.read_text(encoding="utf-8")) for path in python_files("dipsim/kernels")}
    assert files
    assert {str(path): found for path, found in files.items() if found} == {}


def test_a_planted_long_function_is_named() -> None:
    assert long_functions("def tall():\n" + "    pass\n" * FUNCTION_LINES) == ["tall: 61 lines"]
    assert long_functions("def fits():\n" + "    pass\n" * (FUNCTION_LINES - 1)) == []


def test_a_planted_wide_kernel_is_named() -> None:
    assert unfit_kernels("def wide(a, b, c, d, e, f, g, h, i): ...") == ["wide"]
    assert unfit_kernels("def defaulted(a, b=0): ...") == ["defaulted"]
    assert unfit_kernels("def fits(a, b, c, d, e, f, g, h): ...") == []
