"""A synthetic region: cases and hospitals drawn from stated parameters and a seed, the same bytes on every run."""

from dipsim.synth.calibration import Comparison, compare_to_targets
from dipsim.synth.cases import Region, draw_settlement_year, generate, region_of, write_history, write_region
from dipsim.synth.region import RegionParams, demo_region, read_region

__all__ = [
    "Comparison",
    "Region",
    "RegionParams",
    "compare_to_targets",
    "demo_region",
    "draw_settlement_year",
    "generate",
    "read_region",
    "region_of",
    "write_history",
    "write_region",
]
