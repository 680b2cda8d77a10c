"""Tests from outside use the rooms' database set-up, quick password hashing and empty queue too."""

from tongban.conftest import django_db_setup, fast_hashing, no_jobs_left_behind

__all__ = ["django_db_setup", "fast_hashing", "no_jobs_left_behind"]
