"""The staff workbench."""
