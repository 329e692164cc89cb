"""Import of a published DIP catalogue: its tables become a scheme folder and a weights folder."""

from dipsim.grouping.catalogue.importing import ImportReport, import_catalogue
from dipsim.grouping.catalogue.mapping import bundled_mapping

__all__ = ["ImportReport", "bundled_mapping", "import_catalogue"]
