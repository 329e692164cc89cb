"""The errors a user meets: each says where, what, why and what to do next.

The command line ends with 2 for each of them: what the user gave, a file or a place to write, cannot serve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its place, what is wrong, why it matters and the next step."""

    where: str
    what: str
    why: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.why:
            text += f"; {self.why}"
        if self.next_step:
            text += f"; {self.next_step}"
        return text


class DipsimError(Exception):
    """Base of all errors meant for the user; holds every problem found, not only the first."""

    exit_code = 2

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PolicyError(DipsimError):
    """A scenario, scheme, weights folder or policy table says something that cannot be carried out."""


class CaseDataError(DipsimError):
    """A table of cases, hospitals or budgets cannot be read or lacks what a rule reads."""


class OutputError(DipsimError):
    """A result could not be written; nothing half-written is left behind."""
