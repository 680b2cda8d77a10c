"""The assist room's door."""

__all__: list[str] = []
