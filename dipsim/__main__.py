"""`python -m dipsim` is the command `dipsim`."""

from dipsim.cli.main import main

main()
