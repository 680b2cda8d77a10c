"""Importing other platforms' items: a declarative profile a source, and an account of every row."""

from tongban.items.importing.outcome import ImportResult, RowReport
from tongban.items.importing.running import import_file

__all__ = ["ImportResult", "RowReport", "import_file"]
