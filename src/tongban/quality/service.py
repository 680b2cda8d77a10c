"""The quality room's door (more below as it grows)."""

from tongban.quality.measuring import Measured, measure

__all__ = ["Measured", "measure"]
