"""Tests from outside use the rooms' database set-up and quick password hashing too."""

from tongban.conftest import django_db_setup, fast_hashing

__all__ = ["django_db_setup", "fast_hashing"]
