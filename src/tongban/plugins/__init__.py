"""Plug-in registries and the state of every adapter."""
