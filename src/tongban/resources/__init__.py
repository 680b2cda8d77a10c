"""The resource centre: one source per datum, every read logged."""
