"""Hypothesis profiles: `default` explores, `ci` repeats itself, `few` is for the run without the numba compiler.

Compiling a kernel takes seconds on its first call, hence no deadline.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("few", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")
