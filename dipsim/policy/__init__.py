"""Policy as data: documents, tables and their fingerprints."""
