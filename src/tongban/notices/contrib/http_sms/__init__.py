"""SMS over a small JSON protocol; see ``docs/notices.md``."""
