"""The guidance room's door."""

__all__: list[str] = []
