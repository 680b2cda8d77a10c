"""Departments told over HTTP, as CloudEvents, when golden values change."""
