"""CLAIM rules: what the provider is owed for a case, in points or in yuan."""
