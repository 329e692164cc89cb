"""Tens of millions of cases in a small memory: canonical Parquet as compact arrays, and the DIP job on them.

    cases = read_compact([Path("history/")], threads=2)
    groups = group_weights(cases, scenario.weights)
    paid = pay(cases, groups, scenario, FundTables(budget))
    other = pay(cases, groups, another_scenario, FundTables(budget), former=paid)    # looks at the limits alone

A case takes 17 bytes. What is found is the same, to the bit, as `dipsim.pipeline.simulate` finds for cases that bring
the group (subcategory of the principal diagnosis, main procedure), whatever the files, row groups and threads.
"""
