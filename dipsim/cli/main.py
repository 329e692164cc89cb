"""The command `dipsim`: every verb, registered by hand."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dipsim import __version__
from dipsim.cli import compare, demo, explain, group, hospital, policy, run, scheme, synth
from dipsim.cli.common import show_error
from dipsim.errors import DipsimError

app = typer.Typer(
    name="dipsim",
    help="A laboratory for paying hospitals: cases in, grouped, weighted, paid under the ceiling, compared, explained.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("group")(group.group)
app.command("run")(run.run)
app.command("compare")(compare.compare)
app.command("hospital")(hospital.hospital)
app.command("synth")(synth.synth)
app.add_typer(explain.app, name="explain")
app.add_typer(scheme.app, name="scheme")
app.command("list")(policy.list_policy)
app.command("check")(policy.check)
app.command("show")(policy.show)


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
    """Exit codes: 0 done, 1 failed, 2 bad input."""


def main() -> None:
    """Run the command line; an error meant for the user is shown without a traceback."""
    try:
        app()
    except DipsimError as error:
        show_error(error)
        sys.exit(error.exit_code)
