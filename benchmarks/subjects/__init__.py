"""One file a subject; `benchmarks/registry.py` lists them."""
