"""How far implementing bodies have drifted from the standard, and having it mended."""
