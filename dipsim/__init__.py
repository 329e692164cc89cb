"""dipsim: a laboratory for paying hospitals.

The public names are imported on first use, so that `import dipsim` and the command line start at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dipsim.api import (
        CaseExplanation,
        Comparison,
        Inputs,
        Result,
        Scenario,
        compare,
        explain_case,
        load_scenario,
        read_inputs,
        simulate,
        table,
        write_report,
    )

__version__ = "0.1.0"

__all__ = [
    "CaseExplanation",
    "Comparison",
    "Inputs",
    "Result",
    "Scenario",
    "__version__",
    "compare",
    "explain_case",
    "load_scenario",
    "read_inputs",
    "simulate",
    "table",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("dipsim.api"), name)
    raise AttributeError(f"module 'dipsim' has no attribute '{name}'")
