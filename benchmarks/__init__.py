"""Measurements of dipsim beside other programs that do the same work: `make bench`."""
