"""Grouping: every case gets a group of a scheme or a status that says why it has none."""
