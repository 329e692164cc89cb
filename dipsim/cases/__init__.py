"""Cases: the data dictionary, the table, readers, checks and writers."""
