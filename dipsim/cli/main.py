"""The command `dipsim`: verbs are looked up in the table of verbs, errors meant for the user are shown."""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dipsim import __version__
from dipsim.cli.answer import show_problems
from dipsim.cli.start import start_sooner
from dipsim.cli.verbs import VERBS, Family, Verb
from dipsim.errors import DipsimError, Problem

LIST_INDENT = 2
UNWRAPPED = "\b\n"
"""What keeps the lines of a paragraph as they are in a help text."""


class VerbGroup(TyperGroup):
    """Verbs that are listed from the table and imported when called.

    The types of a context and a command belong to typer's own copy of click, which is private: hence Any.
    """

    verbs: Mapping[str, Verb | Family] = VERBS

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in the order of the table."""
        return list(self.verbs)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of this name, imported now; an error with the nearest name when there is none."""
        if cmd_name not in self.verbs:
            from dipsim.paths import did_you_mean

            ctx.fail(f"No such command '{cmd_name}'. {did_you_mean(cmd_name, self.verbs)}".rstrip())
        entry = self.verbs[cmd_name]
        return _family(cmd_name, entry) if isinstance(entry, Family) else _command(cmd_name, entry)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each verb with its line in both languages, unwrapped: nothing is imported for it."""
        width = max(len(name) for name in self.verbs)
        text = max(len(entry.summary) for entry in self.verbs.values())
        with formatter.section("Commands"):
            for name, entry in self.verbs.items():
                line = f"{name:<{width}}  {entry.summary:<{text}}  {entry.summary_zh}"
                formatter.write(f"{'':{LIST_INDENT}}{line}\n")


def _family(name: str, family: Family) -> VerbGroup:
    help_text = f"{_sentence(family.summary)}\n\n{family.summary_zh}。"
    group = VerbGroup(name=name, help=help_text, no_args_is_help=True, rich_markup_mode=None)
    group.verbs = family.verbs
    return group


def _command(name: str, verb: Verb) -> Any:
    """A function as a command; its docstring is the help, with the line in Chinese and the examples left unwrapped."""
    function = verb.function()
    first, _, rest = (inspect.getdoc(function) or "").partition("\n\n")
    rest = rest.replace("Example", f"{UNWRAPPED}Example")
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name, help=f"{first}\n\n{verb.summary_zh}。\n\n{rest}")(function)
    return typer.main.get_command(single)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


# Plain help: rich would take longer to import than everything else that the help needs.
app = typer.Typer(
    name="dipsim",
    cls=VerbGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dipsim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version")
    ] = False,
) -> None:
    """A laboratory for paying hospitals: cases in, grouped, weighted, paid under the ceiling, compared, explained.

    医保支付方式改革实验室：病例分组、计分、预算内付费、比较与解释。

    Exit codes: 0 done, 1 failed, 2 bad input or no place to write. `dipsim COMMAND --help` shows examples.
    """


def main() -> None:
    """Run the command line; an error meant for the user is shown without a traceback."""
    start_sooner(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows question marks, not an error
    if hasattr(signal, "SIGPIPE"):
        # As any command does, end quietly when the reader of a pipe has gone (`dipsim list | head`).
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    as_json = "--json" in sys.argv[1:]  # also where the words cannot be understood
    try:
        code = app(standalone_mode=not as_json)
    except DipsimError as error:
        show_problems(error.problems, error.exit_code, as_json)
        code = error.exit_code
    except OverflowError as error:
        code = DipsimError.exit_code
        why = "sums are exact integers of fen and of millionths of a point, up to 9.2 x 10^18"
        step = "look for amounts, points or factors that are far too large"
        show_problems([Problem("amounts", str(error), why, step)], code, as_json)
    except typer.TyperException as error:
        problem = Problem("command line", error.format_message(), "", "see --help")
        show_problems([problem], error.exit_code, as_json)
        code = error.exit_code
    sys.exit(code)
