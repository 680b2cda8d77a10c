"""The packages room's door."""

__all__: list[str] = []
