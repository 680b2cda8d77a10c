"""The append-only trace: one hash chain a case, signed checkpoints."""
