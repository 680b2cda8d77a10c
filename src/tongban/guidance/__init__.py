"""Tailored guidance: a few questions lead to exactly what applies."""
