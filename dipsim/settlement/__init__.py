"""PRICE and SETTLE rules: what a point is worth, and what follows from it for each hospital."""
