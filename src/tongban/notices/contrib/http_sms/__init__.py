"""SMS over a small JSON protocol; see ``docs/identity.md``."""
