"""The alignment room's door."""

__all__: list[str] = []
