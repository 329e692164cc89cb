"""The jobs in dipsim and in other programs, each in the fastest of the ways that were tried; one file, one library."""
