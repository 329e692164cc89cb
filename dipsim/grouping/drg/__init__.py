"""DRG grouping: the official rule language, compiled into tables that a kernel reads."""
