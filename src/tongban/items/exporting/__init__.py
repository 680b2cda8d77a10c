"""Exporting items as the national exchange table."""

from tongban.items.exporting.writing import export_file

__all__ = ["export_file"]
