"""Departments, halls, staff, roles and posts."""
