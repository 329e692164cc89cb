"""The DIP job with trimming: costs beyond the percentiles of their group count in no mean. No target is set for it."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.subjects import dip_job

SUBJECT = replace(
    dip_job.SUBJECT,
    key="dip_job_trimmed",
    title="DIP job with trimming",
    engines=dip_job.engines(is_trimmed=True),
    targets=(),
)
