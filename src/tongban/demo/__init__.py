"""The demo province."""
