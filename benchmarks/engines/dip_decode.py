"""The yardstick: pyarrow reads the columns of the DIP job, with their dictionaries, and does nothing with them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.dip_terms import COLUMNS, JOB
from benchmarks.registry import Step, Task, Work


def work() -> Work:
    """One step, which finds nothing."""
    return Work((Step(JOB, job),))


def job(task: Task) -> int:
    """Read one row group after the other; how many cases there were."""
    pa.set_cpu_count(task.threads)
    cases = 0
    for path in sorted(task.folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                table = file.read_row_group(number, columns=list(COLUMNS), use_threads=task.threads > 1)
                cases += table.num_rows
    return cases
