"""Import of the official DRG workbook: its six sheets become a scheme folder."""

from dipsim.grouping.workbook.importing import WorkbookReport, import_workbook

__all__ = ["WorkbookReport", "import_workbook"]
