"""Loops over numpy arrays and nothing else."""
