"""A synthetic region: cases and hospitals drawn from stated parameters and a seed, the same bytes on every run."""
