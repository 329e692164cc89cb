"""A synthetic region: cases and hospitals drawn from stated parameters and a seed, the same bytes on every run."""

from dipsim.synth.cases import Region, generate, write_region
from dipsim.synth.region import RegionParams, demo_region, read_region

__all__ = ["Region", "RegionParams", "demo_region", "generate", "read_region", "write_region"]
