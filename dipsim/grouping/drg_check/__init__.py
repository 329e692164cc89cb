"""Whether the rows of a DRG scheme hold together: faults that stop it, and oddities that are told and kept."""

from dipsim.grouping.drg_check.anomalies import Anomaly, AnomalyKind
from dipsim.grouping.drg_check.checking import Checked, check_drg, read_sound_scheme

__all__ = ["Anomaly", "AnomalyKind", "Checked", "check_drg", "read_sound_scheme"]
