"""BUDGET rules: from income to the pools that pay for inpatient care (基金预算)."""
