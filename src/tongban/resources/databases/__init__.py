"""Databases of departments that are read where they are, never written."""
