"""Accounts, the subjects they stand for, and sign-in."""
