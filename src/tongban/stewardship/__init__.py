"""Checking what departments disagree about, and what people say is wrong."""
